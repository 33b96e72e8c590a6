// A local-aws of one test's own, and what root and the test's control do with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { AwsClient } from 'aws4fetch';

export class Backend {
  #server;

  /** Starts and provisions a local-aws, which stops when this process does. */
  static async start() {
    const program = process.env.LOCAL_AWS;
    if (program === undefined) throw new Error('LOCAL_AWS names the program local-aws');
    const server = spawn(program, ['--demo', '--port', '0', '--until-eof'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = createInterface({ input: server.stdout });
    const ended = once(server, 'exit').then(() => {
      throw new Error('local-aws ended before it was ready');
    });
    const [ready] = await Promise.race([once(lines, 'line'), ended]);
    ended.catch(() => {});
    return new Backend(server, JSON.parse(ready));
  }

  constructor(server, config) {
    this.#server = server;
    /** The provisioned `poolpass.json`, with its `demo`. */
    this.config = config;
    this.endpoint = config.endpoints.cognitoIdp.replace(/\/$/, '');
    this.root = new AwsClient({
      accessKeyId: 'test',
      secretAccessKey: 'test',
      service: 'cognito-idp',
      region: config.region,
      retries: 0,
    });
  }

  async stop() {
    const stopped = once(this.#server, 'exit');
    this.#server.stdin.end();
    await stopped;
  }

  /** Calls an operation of cognito-idp as the account's root user. */
  async admin(operation, input) {
    const all = { UserPoolId: this.config.userPool.id, ...input };
    return this.#cognito(operation, all, (url, request) => this.root.fetch(url, request));
  }

  async createUser(name, { password, attributes = {}, state = 'confirmed' }) {
    const list = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
    if (state === 'unconfirmed') {
      const input = {
        ClientId: this.config.userPool.clientId,
        Username: name,
        Password: password,
        UserAttributes: list,
      };
      await this.#cognito('SignUp', input, fetch);
      return;
    }
    for (const address of ['email', 'phone_number']) {
      if (address in attributes) list.push({ Name: `${address}_verified`, Value: 'true' });
    }
    await this.admin('AdminCreateUser', {
      Username: name,
      TemporaryPassword: password,
      MessageAction: 'SUPPRESS',
      UserAttributes: list,
    });
    if (state === 'confirmed') {
      await this.admin('AdminSetUserPassword', { Username: name, Password: password, Permanent: true });
    }
  }

  /** The newest code that was sent to an address or a phone number. */
  async codeSentTo(address) {
    const messages = await this.#control('GET', 'messages');
    const newest = messages.findLast((message) => message.to === address);
    if (newest?.code === undefined) throw new Error(`no code was sent to ${address}`);
    return newest.code;
  }

  /** Adds a fault, or with null removes all. */
  fault(rule) {
    return rule === null ? this.#control('DELETE', 'faults') : this.#control('POST', 'faults', rule);
  }

  /** Has a software authenticator create a passkey or sign with one. */
  askAuthenticator(name, question) {
    return this.#control('POST', `authenticators/${name}`, question);
  }

  /** Has the server's user agent go to an address and do what is asked there; gives the address that it came to. */
  browse(orders) {
    return this.#control('POST', 'user-agent', orders);
  }

  /** Registers addresses at the app client, to which managed login may send people back. */
  addCallbackUrls(urls, clientId = this.config.userPool.clientId) {
    return this.#control('POST', 'callback-urls', { clientId, urls });
  }

  /** Creates a load balancer whose people all sign in with the app client, in front of a server at a port of this machine. Gives its URL. */
  async createLoadBalancer(name, clientId, port) {
    const { region, userPool } = this.config;
    const arnOf = (service, resource) => `arn:aws:${service}:${region}:000000000000:${resource}`;
    const group = { Name: name, Protocol: 'HTTP', Port: port, VpcId: 'vpc-1', TargetType: 'ip' };
    const targetGroup = await this.#loadBalancing('CreateTargetGroup', group, 'TargetGroupArn');
    await this.#loadBalancing('RegisterTargets', { TargetGroupArn: targetGroup, 'Targets.member.1.Id': '127.0.0.1' });
    const balancer = { Name: name, 'Subnets.member.1': 'subnet-1', 'Subnets.member.2': 'subnet-2' };
    const arn = await this.#loadBalancing('CreateLoadBalancer', balancer, 'LoadBalancerArn');
    const authentication = 'DefaultActions.member.1.AuthenticateCognitoConfig';
    await this.#loadBalancing('CreateListener', {
      LoadBalancerArn: arn,
      Protocol: 'HTTPS',
      Port: 443,
      'Certificates.member.1.CertificateArn': arnOf('acm', 'certificate/1'),
      'DefaultActions.member.1.Type': 'authenticate-cognito',
      'DefaultActions.member.1.Order': 1,
      [`${authentication}.UserPoolArn`]: arnOf('cognito-idp', `userpool/${userPool.id}`),
      [`${authentication}.UserPoolClientId`]: clientId,
      [`${authentication}.UserPoolDomain`]: userPool.domain.split('/').at(-1),
      'DefaultActions.member.2.Type': 'forward',
      'DefaultActions.member.2.Order': 2,
      'DefaultActions.member.2.TargetGroupArn': targetGroup,
    });
    const address = await this.#loadBalancing('DescribeLoadBalancers', { 'Names.member.1': name }, 'DNSName');
    return `http://${address}`;
  }

  setClock(offsetSeconds) {
    return this.#control('POST', 'clock', { offsetSeconds });
  }

  /** The combinations of formats and encodings in which the server echoes secrets. */
  echoes() {
    return this.#control('GET', 'echoes');
  }

  /** Ends all echoes, and tells what was echoed. */
  endEchoes() {
    return this.#control('DELETE', 'echoes');
  }

  /** How many requests reached the server, by operation, since this was last asked. */
  async takeRequestCounts() {
    const counts = await this.#control('GET', 'requests');
    await this.#control('DELETE', 'requests');
    return counts;
  }

  /** Replaces the user pool's Lambda triggers. */
  setTriggers(script) {
    return this.#control('POST', 'triggers', { userPoolId: this.config.userPool.id, ...script });
  }

  /** The device data that requests have carried since this was last asked. */
  takeUserContexts() {
    return this.#control('DELETE', 'user-contexts');
  }

  async #cognito(operation, input, send) {
    const answer = await send(`${this.endpoint}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(input),
    });
    if (!answer.ok) throw new Error(`${operation} was refused: ${await answer.text()}`);
    const text = await answer.text();
    return text === '' ? {} : JSON.parse(text);
  }

  /** Calls an operation of Elastic Load Balancing; gives the text of an element of the answer. */
  async #loadBalancing(operation, parameters, element) {
    const answer = await this.root.fetch(`${this.endpoint}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ Action: operation, Version: '2015-12-01', ...parameters }).toString(),
      aws: { service: 'elasticloadbalancing' },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${operation} was refused: ${text}`);
    return text.match(new RegExp(`<${element}>([^<]*)</${element}>`))?.[1];
  }

  async #control(method, what, body) {
    const answer = await fetch(`${this.endpoint}/_local/${what}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`/_local/${what}: ${await answer.text()}`);
    return answer.json();
  }
}
