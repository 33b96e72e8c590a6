// amazon-cognito-identity-js answers custom challenges, with and without the password.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { AuthenticationDetails } from 'amazon-cognito-identity-js';

import { newPool, newUserIn, setTriggers } from './aws.mjs';
import { newBrowser, userNamed } from './backend.mjs';

const questions = {
  challenges: [
    { publicParameters: { question: 'the colour of the sky' }, answer: 'blue' },
    { publicParameters: { question: 'the colour of grass' }, answer: 'green' },
  ],
  wrongAnswers: 1,
};

const newPoolThatAsks = async (script = { customAuth: questions }) => {
  const pool = await newPool({});
  await setTriggers({ userPoolId: pool.UserPoolId, ...script });
  return pool;
};

// Calls a method that ends in a question or in tokens.
const step = (user, method, ...args) =>
  new Promise((resolve, reject) =>
    user[method](...args, {
      onSuccess: (session) => resolve({ session }),
      onFailure: reject,
      customChallenge: ({ question }) => resolve({ question }),
    }),
  );

const start = (pool, method, { name, password }) => {
  const user = userNamed(name, newBrowser(pool));
  user.setAuthenticationFlowType('CUSTOM_AUTH');
  const details = new AuthenticationDetails({ Username: name, Password: password });
  return { user, first: step(user, method, details) };
};

for (const [title, method] of [
  ['without the password', 'initiateAuth'],
  ['after the password by SRP', 'authenticateUser'],
]) {
  describe(`custom sign-in ${title}`, () => {
    test('each question is answered, and a wrong answer is asked again', async () => {
      const pool = await newPoolThatAsks();
      const { user, first } = start(pool, method, await newUserIn(pool));
      assert.deepEqual(await first, { question: 'the colour of the sky' });
      assert.deepEqual(await step(user, 'sendCustomChallengeAnswer', 'red'), { question: 'the colour of the sky' });
      assert.deepEqual(await step(user, 'sendCustomChallengeAnswer', 'blue'), { question: 'the colour of grass' });
      const { session } = await step(user, 'sendCustomChallengeAnswer', 'green');
      assert.ok(session.isValid());
    });

    test('too many wrong answers end it', async () => {
      const pool = await newPoolThatAsks();
      const { user, first } = start(pool, method, await newUserIn(pool));
      await first;
      await step(user, 'sendCustomChallengeAnswer', 'red');
      await assert.rejects(step(user, 'sendCustomChallengeAnswer', 'red'), { code: 'NotAuthorizedException' });
    });

    test("a trigger's error is shown", async () => {
      const pool = await newPoolThatAsks({
        customAuth: questions,
        triggers: { VerifyAuthChallengeResponse: { throws: 'No colours today' } },
      });
      const { user, first } = start(pool, method, await newUserIn(pool));
      await first;
      await assert.rejects(step(user, 'sendCustomChallengeAnswer', 'blue'), (error) => {
        assert.equal(error.code, 'UserLambdaValidationException');
        assert.match(error.message, /No colours today/);
        return true;
      });
    });
  });
}

test('a wrong password ends a custom sign-in with SRP', async () => {
  const pool = await newPoolThatAsks();
  const { name } = await newUserIn(pool);
  await assert.rejects(start(pool, 'authenticateUser', { name, password: 'Wrong-horse-7-battery' }).first, {
    code: 'NotAuthorizedException',
  });
});
