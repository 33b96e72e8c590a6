// amazon-cognito-identity-js signs in with SRP and TOTP, refreshes and signs out.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerTotp, call, callWithHandlers, enrolAuthenticator, newUser, signIn } from './backend.mjs';

// The library repeats a refused refresh for several seconds, hence side by side.
describe('sign-in', { concurrency: true }, () => {
  test('a wrong password is refused', async () => {
    const { name } = await newUser();
    await assert.rejects(signIn(name, 'Wrong-horse-7-battery'), { code: 'NotAuthorizedException' });
  });

  test('SRP holds for many random secrets', async () => {
    const { name, password } = await newUser();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const { session } = await signIn(name, password);
      assert.ok(session.getAccessToken().getJwtToken());
    }
  });

  test('a refresh gives new tokens', async () => {
    const { name, password } = await newUser();
    const { user, session } = await signIn(name, password);
    const refreshed = await call(user, 'refreshSession', session.getRefreshToken());
    assert.notEqual(refreshed.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
    assert.equal(refreshed.getIdToken().payload.sub, session.getIdToken().payload.sub);
  });

  test('a sign-out here revokes the refresh token', async () => {
    const { name, password } = await newUser();
    const { user, session } = await signIn(name, password);
    await new Promise((resolve, reject) => user.signOut((error) => (error ? reject(error) : resolve())));
    await assert.rejects(call(user, 'refreshSession', session.getRefreshToken()), { code: 'NotAuthorizedException' });
  });

  test('global sign-out ends every session', async () => {
    const { name, password } = await newUser();
    const here = await signIn(name, password);
    const there = await signIn(name, password);
    await callWithHandlers(here.user, 'globalSignOut');
    await assert.rejects(call(there.user, 'getUserAttributes'), { code: 'NotAuthorizedException' });
    await assert.rejects(call(there.user, 'refreshSession', there.session.getRefreshToken()), {
      code: 'NotAuthorizedException',
    });
  });

  test('TOTP is enrolled, asked for, and refused when wrong', async () => {
    const { name, password } = await newUser();
    const { user } = await signIn(name, password);
    const authenticator = await enrolAuthenticator(user);

    // The code of enrolment counts once; an authenticator's next one is as good within the allowed drift.
    const code = authenticator.generate({ timestamp: Date.now() + 30_000 });
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    const { user: again, challenge } = await signIn(name, password);
    assert.equal(challenge, 'SOFTWARE_TOKEN_MFA');
    await assert.rejects(answerTotp(again, wrong), { code: 'CodeMismatchException' });

    const { user: onceMore } = await signIn(name, password);
    const session = await answerTotp(onceMore, code);
    assert.equal(session.getAccessToken().payload.username, name);
  });
});
