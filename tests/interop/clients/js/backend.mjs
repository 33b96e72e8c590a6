// The AWS that the tests run against, as its `poolpass.json` describes it.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } from 'amazon-cognito-identity-js';

const config = JSON.parse(readFileSync(process.env.POOLPASS_BACKEND_CONFIG, 'utf8'));
const endpoint = config.endpoints.cognitoIdp;

export const pool = new CognitoUserPool({ UserPoolId: config.userPool.id, ClientId: config.userPool.clientId, endpoint });

// Calls a method that takes `callback(error, result)` last, or the object `{ onSuccess, onFailure }`.
export const call = (target, method, ...args) =>
  new Promise((resolve, reject) => target[method](...args, (error, result) => (error ? reject(error) : resolve(result))));

export const callWithHandlers = (target, method, ...args) =>
  new Promise((resolve, reject) => target[method](...args, { onSuccess: resolve, onFailure: reject }));

export const userNamed = (name) => new CognitoUser({ Username: name, Pool: pool });

export const newUnconfirmedUser = async () => {
  const name = `interop-${randomUUID()}`;
  const user = { name, email: `${name}@example.com`, password: 'Correct-horse-7-bättery' };
  const attributes = [new CognitoUserAttribute({ Name: 'email', Value: user.email })];
  await call(pool, 'signUp', user.name, user.password, attributes, []);
  return user;
};

export const newUser = async () => {
  const user = await newUnconfirmedUser();
  await call(userNamed(user.name), 'confirmRegistration', await deliveredCode(user.email), false);
  return user;
};

// Signs in with SRP. Resolves to the user, signed in, or to the challenge that was met first.
export const signIn = (name, password) => {
  const user = userNamed(name);
  return new Promise((resolve, reject) =>
    user.authenticateUser(new AuthenticationDetails({ Username: name, Password: password }), {
      onSuccess: (session) => resolve({ user, session }),
      onFailure: reject,
      totpRequired: (challenge) => resolve({ user, challenge }),
    }),
  );
};

export const answerTotp = (user, code) =>
  new Promise((resolve, reject) =>
    user.sendMFACode(code, { onSuccess: resolve, onFailure: reject }, 'SOFTWARE_TOKEN_MFA'),
  );

// The code that AWS would have sent there last.
export const deliveredCode = async (address) => {
  const answer = await fetch(`${endpoint}/_local/messages?${new URLSearchParams({ to: address })}`);
  return (await answer.json()).at(-1).code;
};
