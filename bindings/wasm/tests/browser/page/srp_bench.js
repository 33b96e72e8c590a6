// Both clients sign in, in turns, at a user pool that answers at once and refuses every answer to its challenge.
import { Client } from 'poolpass';

const POOL = 'eu-west-1_AbCdEfGhI';
const CLIENT = '1example23456789';

/** The milliseconds of each round. */
export async function measure(rounds) {
  const client = await Client.create(
    { region: 'eu-west-1', userPool: { id: POOL, clientId: CLIENT } },
    { store: 'memory' },
  );
  const asked = [];
  // Before the other client is loaded, which keeps the fetch that it finds.
  globalThis.fetch = (_url, init) => {
    const operation = new Headers(init.headers).get('x-amz-target').split('.').at(-1);
    const request = typeof init.body === 'string' ? init.body : new TextDecoder().decode(init.body);
    asked.push([operation, JSON.parse(request)]);
    return Promise.resolve(ANSWERS[operation]());
  };
  await import('/rival/amazon-cognito-identity.min.js');
  const times = { poolpass: [], rival: [] };
  // The first rounds compile and optimize.
  for (let round = -3; round < rounds; round += 1) {
    const password = `Correct-horse-${round}`;
    const ours = await timed(() => withPoolpass(client, password));
    const theirs = await timed(() => withRival(password));
    if (round < 0) continue;
    times.poolpass.push(ours);
    times.rival.push(theirs);
  }
  check(asked);
  return times;
}

async function withPoolpass(client, password) {
  const failure = await client.signIn('ada', password).catch((error) => error);
  if (failure.kind !== 'notAuthorized') throw failure;
}

async function withRival(password) {
  const { AuthenticationDetails, CognitoUser, CognitoUserPool } = globalThis.AmazonCognitoIdentity;
  const pool = new CognitoUserPool({ UserPoolId: POOL, ClientId: CLIENT });
  const user = new CognitoUser({ Username: 'ada', Pool: pool });
  const failure = await new Promise((resolve, reject) => {
    user.authenticateUser(new AuthenticationDetails({ Username: 'ada', Password: password }), {
      onSuccess: () => reject(new Error('nobody signs in here')),
      onFailure: resolve,
    });
  });
  if (failure.code !== 'NotAuthorizedException') throw failure;
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Both have really sent A and a signature each time, or this measures nothing. */
function check(asked) {
  const begun = asked.filter(([operation]) => operation === 'InitiateAuth');
  const answered = asked.filter(([operation]) => operation === 'RespondToAuthChallenge');
  if (begun.length !== answered.length || begun.length < 4) throw new Error('not every sign-in was answered');
  for (const [, request] of begun) {
    if (!/^[0-9a-f]{700,}$/i.test(request.AuthParameters.SRP_A)) throw new Error('there is no A');
  }
  const signatures = answered.map(([, request]) => request.ChallengeResponses.PASSWORD_CLAIM_SIGNATURE);
  if (signatures.some((signature) => atob(signature).length !== 32)) throw new Error('there is no signature');
  if (new Set(signatures).size !== signatures.length) throw new Error('a signature was used again');
}

const HEADERS = { 'content-type': 'application/x-amz-json-1.1' };
const hex = (length) => Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const ANSWERS = {
  InitiateAuth: () =>
    Response.json(
      {
        ChallengeName: 'PASSWORD_VERIFIER',
        ChallengeParameters: {
          USER_ID_FOR_SRP: 'ada',
          USERNAME: 'ada',
          SALT: hex(16),
          SECRET_BLOCK: btoa('secret block'.repeat(80)),
          SRP_B: hex(383),
        },
      },
      { headers: HEADERS },
    ),
  RespondToAuthChallenge: () =>
    Response.json(
      { __type: 'NotAuthorizedException', message: 'Incorrect username or password.' },
      { status: 400, headers: HEADERS },
    ),
};
