// amazon-cognito-identity-js with promises.

import { randomUUID } from 'node:crypto';

import { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } from 'amazon-cognito-identity-js';
import { Secret, TOTP } from 'otpauth';

import { config, deliveredCode, endpoint } from './aws.mjs';

export const pool = new CognitoUserPool({ UserPoolId: config.userPool.id, ClientId: config.userPool.clientId, endpoint });

// Calls a method that takes `callback(error, result)` last, or the object `{ onSuccess, onFailure }`.
export const call = (target, method, ...args) =>
  new Promise((resolve, reject) => target[method](...args, (error, result) => (error ? reject(error) : resolve(result))));

export const callWithHandlers = (target, method, ...args) =>
  new Promise((resolve, reject) => target[method](...args, { onSuccess: resolve, onFailure: reject }));

export const userNamed = (name, place = {}) => new CognitoUser({ Username: name, Pool: pool, ...place });

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

// Signs in with SRP. Resolves to the user, signed in, or to the challenge that was met first. `place` is another user pool or
// another browser's storage.
export const signIn = (name, password, place = {}) => {
  const user = userNamed(name, place);
  return new Promise((resolve, reject) =>
    user.authenticateUser(new AuthenticationDetails({ Username: name, Password: password }), {
      onSuccess: (session, asksToRemember = false) => resolve({ user, session, asksToRemember }),
      onFailure: reject,
      totpRequired: (challenge) => resolve({ user, challenge }),
    }),
  );
};

// An authenticator app of a user who is signed in, as the preferred second factor.
export const enrolAuthenticator = async (user) => {
  const secret = await new Promise((resolve, reject) =>
    user.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject }),
  );
  const authenticator = new TOTP({ secret: Secret.fromBase32(secret) });
  await callWithHandlers(user, 'verifySoftwareToken', authenticator.generate(), 'interop');
  await call(user, 'setUserMfaPreference', null, { Enabled: true, PreferredMfa: true });
  return authenticator;
};

export const answerTotp = (user, code) =>
  new Promise((resolve, reject) =>
    user.sendMFACode(code, { onSuccess: resolve, onFailure: reject }, 'SOFTWARE_TOKEN_MFA'),
  );

// A browser of a person: the storage that one of them has for itself.
export const newBrowser = ({ UserPoolId, ClientId }) => {
  const Storage = new MemoryStorage();
  return { Pool: new CognitoUserPool({ UserPoolId, ClientId, endpoint, Storage }), Storage };
};

class MemoryStorage {
  #items = new Map();
  getItem = (name) => this.#items.get(name) ?? null;
  setItem = (name, value) => this.#items.set(name, value);
  removeItem = (name) => this.#items.delete(name);
  clear = () => this.#items.clear();
}
