// Amplify Auth lists and deletes passkeys.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { deleteWebAuthnCredential, listWebAuthnCredentials, signIn, signOut } from '@aws-amplify/auth';

import { FLOWS, tokens, use, withUserAuth } from './amplify.mjs';
import { admin, endpoint, newPool, newUserIn } from './aws.mjs';

const FACTORS = { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } };

describe('passkeys', () => {
  const RELYING_PARTY = 'localhost';
  let pool;

  before(async () => {
    pool = await newPool({ Policies: FACTORS }, FLOWS);
    await admin('SetUserPoolMfaConfig', {
      UserPoolId: pool.UserPoolId,
      WebAuthnConfiguration: { RelyingPartyId: RELYING_PARTY, UserVerification: 'preferred' },
    });
    use(pool);
  });

  // Amplify registers passkeys only in a browser. Here the backend's software authenticator takes part.
  const register = async () => {
    const AccessToken = (await tokens()).accessToken.toString();
    const { CredentialCreationOptions } = await call('StartWebAuthnRegistration', { AccessToken });
    const question = {
      ceremony: 'create',
      options: CredentialCreationOptions,
      settings: { origin: `https://${RELYING_PARTY}` },
    };
    // Each has its own: an authenticator makes one passkey of a user.
    const answer = await fetch(`${endpoint}/_local/authenticators/${crypto.randomUUID()}`, {
      method: 'POST',
      body: JSON.stringify(question),
    });
    const { credential, error } = await answer.json();
    assert.equal(error, undefined);
    await call('CompleteWebAuthnRegistration', { AccessToken, Credential: credential });
    return credential.id;
  };

  const call = async (operation, input) => {
    const answer = await fetch(`${endpoint}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(input),
    });
    assert.ok(answer.ok, `${operation}: ${await answer.clone().text()}`);
    return answer.json();
  };

  test('passkeys are listed in pages, and deleted', async () => {
    await signOut();
    const user = await newUserIn(pool);
    await signIn({ username: user.name, password: user.password });
    assert.deepEqual((await listWebAuthnCredentials()).credentials, []);

    const registered = [await register(), await register()];
    const first = await listWebAuthnCredentials({ pageSize: 1 });
    const second = await listWebAuthnCredentials({ pageSize: 1, nextToken: first.nextToken });
    const listed = [...first.credentials, ...second.credentials];
    assert.deepEqual(listed.map((credential) => credential.credentialId).sort(), registered.sort());
    assert.equal(listed[0].relyingPartyId, RELYING_PARTY);
    assert.ok(listed[0].createdAt instanceof Date);

    await deleteWebAuthnCredential({ credentialId: registered[0] });
    const { credentials } = await listWebAuthnCredentials();
    assert.deepEqual(credentials.map((credential) => credential.credentialId), [registered[1]]);
  });

  test('a passkey is offered to its owner', async () => {
    await signOut();
    const user = await newUserIn(pool);
    await signIn({ username: user.name, password: user.password });
    await register();
    await signOut();
    const { nextStep } = await withUserAuth(user.name);
    assert.ok(nextStep.availableChallenges.includes('WEB_AUTHN'));
  });
});
