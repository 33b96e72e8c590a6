// The credential providers of the AWS SDK for JavaScript get the same identities as Poolpass with the same logins.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { fromCognitoIdentity, fromCognitoIdentityPool } from '@aws-sdk/credential-providers';

import { config, endpoint } from './aws.mjs';

const { appId, openId, saml } = config.demo.logins;
const withoutScheme = openId.issuer.replace(/^https?:\/\//, '');

// Poolpass's name of each provider, AWS's key, the stand-in and the audience of its tokens.
const PROVIDERS = [
  { provider: 'google', key: 'accounts.google.com', standIn: 'google', aud: appId },
  { provider: 'facebook', key: 'graph.facebook.com', standIn: 'facebook', aud: appId },
  { provider: 'apple', key: 'appleid.apple.com', standIn: 'apple', aud: appId },
  { provider: 'amazon', key: 'www.amazon.com', standIn: 'amazon', aud: appId },
  { provider: 'openId', name: openId.issuer, key: withoutScheme, standIn: openId.standIn, aud: appId },
  { provider: 'saml', name: saml.arn, key: saml.arn, standIn: saml.standIn, aud: 'urn:amazon:webservices' },
];
const clientConfig = { region: config.region, endpoint };
const identityPoolId = config.identityPool.id;

const token = async ({ standIn, aud }, sub) => {
  const answer = await fetch(`${endpoint}/_providers/${standIn}/token`, { method: 'POST', body: JSON.stringify({ sub, aud }) });
  assert.ok(answer.ok, await answer.clone().text());
  return (await answer.json()).token;
};

// The identity id that Poolpass gets for each list of logins.
const ofPoolpass = async (...logins) => {
  const program = spawn(process.env.POOLPASS_IDENTITY_PROGRAM, [process.env.POOLPASS_BACKEND_CONFIG], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  program.stdin.end(logins.map((list) => `${JSON.stringify(list)}\n`).join(''));
  const [code] = await once(program, 'close');
  assert.equal(code, 0, output);
  return output.trim().split('\n');
};

const ofAws = (logins, more = {}) => fromCognitoIdentityPool({ clientConfig, identityPoolId, logins, ...more })();

for (const kind of PROVIDERS) {
  test(`${kind.provider}: the same person is the same identity`, async () => {
    const [ada, grace] = [await token(kind, 'ada'), await token(kind, 'grace')];
    // Poolpass makes the one identity, the AWS SDK the other.
    const first = await ofPoolpass([{ ...kind, token: ada }]);
    const adas = await ofAws({ [kind.key]: ada });
    const graces = await ofAws({ [kind.key]: grace });
    const [second] = await ofPoolpass([{ ...kind, token: grace }]);
    assert.deepEqual([adas.identityId, graces.identityId], [...first, second]);
    assert.notEqual(adas.identityId, graces.identityId);

    const again = await fromCognitoIdentity({ clientConfig, identityId: adas.identityId, logins: { [kind.key]: ada } })();
    assert.equal(again.identityId, adas.identityId);
    assert.match(again.accessKeyId, /^ASIA/);
    const foreign = fromCognitoIdentity({ clientConfig, identityId: adas.identityId, logins: { [kind.key]: grace } })();
    await assert.rejects(foreign, { name: 'NotAuthorizedException' });
  });
}

test('logins that Poolpass has linked are one identity for the AWS SDK too, and those of two identities conflict for both', async () => {
  const [google, facebook] = PROVIDERS;
  const [ofGoogle, ofFacebook] = [await token(google, 'linked'), await token(facebook, 'linked')];
  const [id] = await ofPoolpass([{ ...google, token: ofGoogle }, { ...facebook, token: ofFacebook }]);
  assert.equal((await ofAws({ [facebook.key]: ofFacebook })).identityId, id);
  assert.equal((await ofAws({ [google.key]: ofGoogle, [facebook.key]: ofFacebook })).identityId, id);

  const other = await token(facebook, 'someone-else');
  assert.notEqual((await ofAws({ [facebook.key]: other })).identityId, id);
  const both = { [google.key]: ofGoogle, [facebook.key]: other };
  await assert.rejects(ofAws(both), { name: 'ResourceConflictException' });
  assert.deepEqual(await ofPoolpass([{ ...google, token: ofGoogle }, { ...facebook, token: other }]), ['conflict']);
});
