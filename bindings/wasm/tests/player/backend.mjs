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

  /** Creates a load balancer; gives its `url` and its `loadBalancerArn`. */
  createLoadBalancer(settings) {
    return this.#control('POST', 'load-balancers', settings);
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

  async #control(method, what, body) {
    const answer = await fetch(`${this.endpoint}/_local/${what}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`/_local/${what}: ${await answer.text()}`);
    return answer.json();
  }
}
