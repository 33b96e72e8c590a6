// A server at the edge that verifies tokens, which a person of the demo got by signing in.
import { Client } from 'poolpass';
import { UserPoolVerifier } from 'poolpass/verify';

import config from './config.js';
import { TOLD } from './story.js';

async function verified() {
  const client = await Client.create(config, { store: 'memory' });
  const [{ username, password }] = config.demo.users;
  await client.signIn(username, password);
  const [{ jwt: access }, { jwt: id }] = [await client.accessToken(), await client.idToken()];
  const { id: userPoolId, clientId } = config.userPool;
  const userPools = [{ id: userPoolId, clientIds: [clientId] }];
  const endpoint = config.endpoints.cognitoIdp;
  const verifier = new UserPoolVerifier({ userPools, endpoint });
  // A clock that is a day ahead is corrected by the answer with the keys.
  const late = new UserPoolVerifier({ userPools, endpoint, now: () => Date.now() + 86_400_000 });
  const outcomes = [];
  for (const [by, jwt, tokenUse] of [
    [verifier, access, 'access'],
    [verifier, id, 'id'],
    [verifier, id, 'access'],
    [verifier, `${access.slice(0, -8)}AAAAAAAA`, 'access'],
    [late, access, 'access'],
    [new UserPoolVerifier({ userPools: [{ id: userPoolId, clientIds: ['another1example'] }], endpoint }), access, 'access'],
  ]) {
    outcomes.push(await by.verify(jwt, { tokenUse }).then((token) => token.username, (error) => error.kind ?? String(error)));
  }
  const told = outcomes.join(' ');
  return told === `${username} ${username} tokenUse signature ${username} clientId` ? TOLD : told;
}

export default {
  async fetch() {
    return new Response(await verified().catch((error) => String(error.stack)));
  },
};
