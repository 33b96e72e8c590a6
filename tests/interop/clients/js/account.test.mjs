// amazon-cognito-identity-js makes an account and keeps it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deliveredCode } from './aws.mjs';
import { call, callWithHandlers, newUnconfirmedUser, newUser, signIn, userNamed } from './backend.mjs';

test('a new user confirms with the code that was sent and signs in', async () => {
  const user = await newUser();
  const { session } = await signIn(user.name, user.password);
  assert.equal(session.getIdToken().payload.email, user.email);
  assert.equal(session.getAccessToken().payload.username, user.name);
  assert.ok(session.isValid());
});

test('a wrong code does not confirm', async () => {
  const user = await newUnconfirmedUser();
  const wrong = String((Number(await deliveredCode(user.email)) + 1) % 1_000_000).padStart(6, '0');
  await assert.rejects(call(userNamed(user.name), 'confirmRegistration', wrong, false), { code: 'CodeMismatchException' });
});

test('an unconfirmed user cannot sign in', async () => {
  const user = await newUnconfirmedUser();
  await assert.rejects(signIn(user.name, user.password), { code: 'UserNotConfirmedException' });
});

test('a forgotten password is replaced', async () => {
  const { name, email, password } = await newUser();
  const user = userNamed(name);
  await callWithHandlers(user, 'forgotPassword');
  const code = await deliveredCode(email);
  await callWithHandlers(user, 'confirmPassword', code, 'Another-horse-8-battery');
  await assert.rejects(signIn(name, password), { code: 'NotAuthorizedException' });
  await signIn(name, 'Another-horse-8-battery');
});

test('a changed password is the one that counts', async () => {
  const { name, password } = await newUser();
  const { user } = await signIn(name, password);
  await call(user, 'changePassword', password, 'Another-horse-8-battery');
  await assert.rejects(signIn(name, password), { code: 'NotAuthorizedException' });
  await signIn(name, 'Another-horse-8-battery');
});

test('the user shows and deletes themselves', async () => {
  const { name, email, password } = await newUser();
  const { user } = await signIn(name, password);
  const attributes = await call(user, 'getUserAttributes');
  assert.equal(attributes.find((attribute) => attribute.getName() === 'email').getValue(), email);
  await call(user, 'deleteUser');
  await assert.rejects(signIn(name, password), (error) =>
    ['NotAuthorizedException', 'UserNotFoundException'].includes(error.code),
  );
});
