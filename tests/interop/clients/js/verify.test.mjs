// aws-jwt-verify, poolpass/verify and Rust's poolpass::verify, on the same tokens.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { config, endpoint } from './aws.mjs';
import { CLIENT, EC_KEY, GOOD, JWKS, LOAD_BALANCER, mutations, PEM, USER_POOL } from './mutations.mjs';
import { serve, verdicts } from './verifiers.mjs';

const keys = await serve({ [`/${USER_POOL}/.well-known/jwks.json`]: JWKS, [`/keys/${EC_KEY}`]: PEM });
after(keys.stop);
const SETTING = { userPoolId: USER_POOL, clientId: CLIENT, endpoint: keys.url, loadBalancer: LOAD_BALANCER, keysUrl: `${keys.url}/keys` };

// Tokens that aws-jwt-verify takes and Poolpass does not, by the reason. Poolpass takes none that aws-jwt-verify does not, but for the
// second list.
const STRICTER = [
  ['exp has to be there, before the year 10000', /^payload exp (undefined|1e\+300|253402300800)$/],
  ['nbf lies between 1970 and 9999', /^payload nbf -1$/],
  ['sub has to be there, and a text', /^payload sub (?!""|"other")/],
  ['an extension in crit has to be understood', /^header crit /],
  ['padding belongs to load balancers alone, and there to every part', /padding (on|twice|stripped from|absent) /],
  ['an encoder writes no dangling bits', /dangling bits|text: character \d+ becomes /],
  ['the header of a load balancer says who, for whom and until when', /^(header (iss|exp) |metadata (iss|exp) )/],
];
const LESS_STRICT = [
  ['the payload of a load balancer need not repeat iss', /^payload iss undefined$/],
  ['claims that are not read may be of any type', /^payload (iat|aud|scope) /],
];

test('all three take the tokens of local-aws', async () => {
  const [{ username, password }] = config.demo.users;
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
    body: JSON.stringify({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: config.userPool.clientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  });
  const { AccessToken, IdToken } = (await answer.json()).AuthenticationResult;
  const setting = { ...SETTING, userPoolId: config.userPool.id, clientId: config.userPool.clientId, endpoint };
  const tokens = [
    { from: 'userPool', token: AccessToken, tokenUse: 'access', scopes: ['aws.cognito.signin.user.admin'] },
    { from: 'userPool', token: IdToken, tokenUse: 'id' },
  ];
  for (const { aws, js, rust } of await verdicts(setting, tokens)) assert.deepEqual([aws, js, rust], ['ok', 'ok', 'ok']);
  const foreign = { ...setting, userPoolId: USER_POOL };
  for (const { aws, js, rust } of await verdicts(foreign, tokens)) {
    assert.ok(aws !== 'ok');
    assert.deepEqual([js, rust], ['issuer', 'issuer']);
  }
});

test('all three take the header of the load balancer of local-aws, and of no other', async () => {
  const { url, loadBalancerArn: arn } = config.demo.loadBalancer;
  const header = await headerOf(url);
  const { clientId } = config.demo.secretClient;
  const setting = { ...SETTING, userPoolId: config.userPool.id, clientId, endpoint, loadBalancer: arn, keysUrl: `${endpoint}/_alb/public-keys` };
  const [good] = await verdicts(setting, [{ from: 'loadBalancer', token: header }]);
  assert.deepEqual([good.aws, good.js, good.rust], ['ok', 'ok', 'ok']);
  for (const [changes, kind] of [
    [{ loadBalancer: LOAD_BALANCER }, 'signer'],
    [{ clientId: config.userPool.clientId }, 'clientId'],
  ]) {
    const [{ aws, js, rust }] = await verdicts({ ...setting, ...changes }, [{ from: 'loadBalancer', token: header }]);
    assert.ok(aws !== 'ok');
    assert.deepEqual([js, rust], [kind, kind]);
  }
});

// Signs the demo's first user in at the load balancer, as a browser does. Resolves to `x-amzn-oidc-data` of the request behind it.
const headerOf = async (loadBalancer) => {
  const page = `${loadBalancer}/authenticate/notes`;
  const visit = async (url, cookie = '') => {
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    const set = answer.headers.getSetCookie().map((each) => each.split(';')[0]);
    return { answer, location: answer.headers.get('location'), cookies: set.join('; ') };
  };
  const begun = await visit(page);
  const [{ username, password }] = config.demo.users;
  const signedIn = await fetch(`${endpoint}/_local/user-agent`, {
    method: 'POST',
    body: JSON.stringify({
      url: begun.location,
      redirectUri: `${loadBalancer}/oauth2/idpresponse`,
      steps: [{ fill: { username }, press: 'Next' }, { fill: { password }, press: 'Sign in' }],
    }),
  });
  const { url, message } = await signedIn.json();
  assert.ok(signedIn.ok, message);
  const session = await visit(url, begun.cookies);
  const { answer } = await visit(page, session.cookies);
  assert.equal(answer.status, 200);
  return (await answer.json()).headers['x-amzn-oidc-data'];
};

test('all three agree on what has become of tokens and headers', async () => {
  for (const { aws, js, rust, from } of await verdicts(SETTING, GOOD)) assert.deepEqual([aws, js, rust], ['ok', 'ok', 'ok'], from);

  const compared = await verdicts(SETTING, mutations());
  assert.ok(compared.length >= 600, `${compared.length} tokens`);
  const ofOurs = compared.filter(({ js, rust }) => js !== rust);
  assert.deepEqual(ofOurs.map(shown), [], 'Rust and JavaScript refuse for the same reason');

  const differences = compared.filter(({ aws, js }) => (aws === 'ok') !== (js === 'ok'));
  const table = new Map([...STRICTER, ...LESS_STRICT].map(([reason]) => [reason, 0]));
  const unexplained = [];
  for (const difference of differences) {
    const reasons = difference.aws === 'ok' ? STRICTER : LESS_STRICT;
    const [reason] = reasons.find(([, mutation]) => mutation.test(difference.mutation)) ?? [];
    if (reason === undefined) unexplained.push(difference);
    else table.set(reason, table.get(reason) + 1);
  }
  console.log(`${compared.length} tokens, ${compared.filter(({ js }) => js === 'ok').length} taken, ${differences.length} differences`);
  for (const [reason, count] of table) console.log(`${String(count).padStart(4)}  ${reason}`);
  assert.deepEqual(unexplained.map(shown), []);
  assert.ok([...table.values()].every((count) => count > 0), 'every reason is needed');
});

const shown = ({ from, mutation, aws, js, rust }) => `${from}, ${mutation}: aws-jwt-verify ${aws}, JavaScript ${js}, Rust ${rust}`;
