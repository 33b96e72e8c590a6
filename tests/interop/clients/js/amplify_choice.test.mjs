// Amplify Auth signs in by choice, with codes, and without a password.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { autoSignIn, confirmSignIn, confirmSignUp, signIn, signOut, signUp } from '@aws-amplify/auth';

import { FLOWS, assertSignedIn, tokens, use, withUserAuth } from './amplify.mjs';
import { deliveredCode, newPool, newUserIn } from './aws.mjs';

const FACTORS = { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP', 'WEB_AUTHN'] } };

const newUser = async (pool) => {
  const email = `${crypto.randomUUID()}@example.com`;
  return { ...(await newUserIn(pool, { email, email_verified: 'true' })), email };
};

describe('choice', () => {
  let pool;

  before(async () => {
    pool = await newPool({ Policies: FACTORS, AutoVerifiedAttributes: ['email'] }, FLOWS);
    use(pool);
  });

  test('the factors of a user are offered', async () => {
    const user = await newUser(pool);
    const { nextStep } = await withUserAuth(user.name);
    assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
    assert.deepEqual([...nextStep.availableChallenges].sort(), ['EMAIL_OTP', 'PASSWORD', 'PASSWORD_SRP']);
  });

  for (const [chosen, step] of [
    ['PASSWORD', 'CONFIRM_SIGN_IN_WITH_PASSWORD'],
    ['PASSWORD_SRP', 'CONFIRM_SIGN_IN_WITH_PASSWORD'],
  ]) {
    test(`${chosen} is chosen`, async () => {
      await signOut();
      const user = await newUser(pool);
      await withUserAuth(user.name);
      const { nextStep } = await confirmSignIn({ challengeResponse: chosen });
      assert.equal(nextStep.signInStep, step);
      await assertSignedIn(await confirmSignIn({ challengeResponse: user.password }), user);
    });

    test(`${chosen} is preferred`, async () => {
      await signOut();
      const user = await newUser(pool);
      const options = { authFlowType: 'USER_AUTH', preferredChallenge: chosen };
      await assertSignedIn(await signIn({ username: user.name, password: user.password, options }), user);
    });
  }

  test('a code by mail is chosen', async () => {
    await signOut();
    const user = await newUser(pool);
    await withUserAuth(user.name);
    const { nextStep } = await confirmSignIn({ challengeResponse: 'EMAIL_OTP' });
    assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
    assert.equal(nextStep.codeDeliveryDetails.deliveryMedium, 'EMAIL');
    await assertSignedIn(await confirmSignIn({ challengeResponse: await deliveredCode(user.email) }), user);
  });

  test('a code by mail is preferred, and a wrong one is refused', async () => {
    await signOut();
    const user = await newUser(pool);
    const { nextStep } = await withUserAuth(user.name, { preferredChallenge: 'EMAIL_OTP' });
    assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
    const code = await deliveredCode(user.email);
    const wrong = String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0');
    await assert.rejects(confirmSignIn({ challengeResponse: wrong }), { name: 'CodeMismatchException' });
    await assertSignedIn(await confirmSignIn({ challengeResponse: code }), user);
  });

  test('a preferred factor that the user lacks leads to the choice', async () => {
    await signOut();
    const user = await newUser(pool);
    const { nextStep } = await withUserAuth(user.name, { preferredChallenge: 'SMS_OTP' });
    assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
  });

  test('a user without a password signs up, confirms and is signed in', async () => {
    await signOut();
    const name = crypto.randomUUID();
    const email = `${name}@example.com`;
    await signUp({
      username: name,
      options: { userAttributes: { email }, autoSignIn: { authFlowType: 'USER_AUTH' } },
    });
    const { nextStep } = await confirmSignUp({ username: name, confirmationCode: await deliveredCode(email) });
    assert.equal(nextStep.signUpStep, 'COMPLETE_AUTO_SIGN_IN');
    await assertSignedIn(await autoSignIn(), { name });
  });

  test('the session is refreshed', async () => {
    await signOut();
    const user = await newUser(pool);
    await signIn({ username: user.name, password: user.password });
    const before = (await tokens()).accessToken.toString();
    const after = (await tokens({ forceRefresh: true })).accessToken.toString();
    assert.notEqual(after, before);
  });
});
