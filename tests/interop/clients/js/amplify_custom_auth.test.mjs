// Amplify Auth answers custom challenges, with and without the password.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { confirmSignIn, signIn } from '@aws-amplify/auth';

import { FLOWS, assertSignedIn, use } from './amplify.mjs';
import { newPool, newUserIn, setTriggers } from './aws.mjs';

describe('custom sign-in', () => {
  for (const [title, authFlowType] of [
    ['without the password', 'CUSTOM_WITHOUT_SRP'],
    ['after the password by SRP', 'CUSTOM_WITH_SRP'],
  ]) {
    test(title, async () => {
      const pool = await newPool({}, FLOWS);
      use(pool);
      const challenge = { publicParameters: { question: 'the colour of the sky' }, answer: 'blue' };
      await setTriggers({ userPoolId: pool.UserPoolId, customAuth: { challenges: [challenge], wrongAnswers: 1 } });
      const user = await newUserIn(pool);
      const { nextStep } = await signIn({
        username: user.name,
        ...(authFlowType === 'CUSTOM_WITH_SRP' && { password: user.password }),
        options: { authFlowType },
      });
      assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE');
      assert.equal(nextStep.additionalInfo.question, 'the colour of the sky');
      const again = await confirmSignIn({ challengeResponse: 'red' });
      assert.equal(again.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE');
      await assertSignedIn(await confirmSignIn({ challengeResponse: 'blue' }), user);
    });
  }
});
