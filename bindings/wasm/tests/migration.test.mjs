// Sessions that Amplify and amazon-cognito-identity-js have left in a browser's storage go on, without a new sign-in.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { signIn as signInByAmplify } from '@aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
import { Amplify } from '@aws-amplify/core';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';
import { TotpCodes } from './player/totp.mjs';

const { Client } = await load();

// Amplify names a device after the browser, of which Node.js 20 tells nothing.
globalThis.navigator ??= { userAgent: `Node.js/${process.version}` };

/** `localStorage`, which Node.js does not have. */
class LocalStorage {
  #items = new Map();
  getItem = (name) => this.#items.get(name) ?? null;
  setItem = (name, value) => void this.#items.set(name, String(value));
  removeItem = (name) => void this.#items.delete(name);
  clear = () => this.#items.clear();
}

/** Each signs a person in as an app does that uses the package, and leaves the session in the storage. */
const PACKAGES = {
  'aws-amplify': async ({ userPool, endpoint }, { username, password }, storage) => {
    const Cognito = { userPoolId: userPool.id, userPoolClientId: userPool.clientId, userPoolEndpoint: endpoint };
    // The package `aws-amplify` connects its two parts in this way.
    cognitoUserPoolsTokenProvider.setAuthConfig({ Cognito });
    Amplify.configure({ Auth: { Cognito } }, { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });
    cognitoUserPoolsTokenProvider.setKeyValueStorage(storage);
    assert.equal((await signInByAmplify({ username, password })).nextStep.signInStep, 'DONE');
  },
  'amazon-cognito-identity-js': ({ userPool, endpoint }, { username, password }, Storage) => {
    const Pool = new CognitoUserPool({ UserPoolId: userPool.id, ClientId: userPool.clientId, endpoint, Storage });
    const user = new CognitoUser({ Username: username, Pool, Storage });
    return new Promise((resolve, reject) => {
      user.authenticateUser(new AuthenticationDetails({ Username: username, Password: password }), {
        onSuccess: resolve,
        onFailure: reject,
      });
    });
  },
};

describe('sessions of other packages', () => {
  let backend;
  let people = 0;

  before(async () => {
    backend = await Backend.start();
  });
  after(() => backend?.stop());

  /** Has a package sign a new person in; gives the person, and what the browser keeps. */
  async function signedInBy(name, { config = backend.config } = {}) {
    people += 1;
    const person = { username: `person-${people}`, password: 'Correct-horse-7', attributes: { email: `person-${people}@example.com` } };
    await backend.createUser(person.username, person);
    const storage = new LocalStorage();
    await PACKAGES[name]({ userPool: config.userPool, endpoint: backend.endpoint }, person, storage);
    return { person, storage };
  }

  const rotating = () => ({ ...backend.config, userPool: { ...backend.config.userPool, ...backend.config.demo.rotatingClient } });

  const newClient = (config = backend.config) => Client.create(config, { store: 'memory' });

  async function trackDevices(tracks) {
    const DeviceConfiguration = tracks ? { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false } : undefined;
    await backend.admin('UpdateUserPool', { AutoVerifiedAttributes: ['email'], MfaConfiguration: 'OPTIONAL', DeviceConfiguration });
  }

  for (const name of Object.keys(PACKAGES)) {
    test(`a session of ${name} goes on and is refreshed`, async () => {
      const { person, storage } = await signedInBy(name);
      const client = await newClient();
      const tokens = client.readAmplifySession(storage);
      assert.equal((await client.adoptSession(tokens)).username, person.username);
      const before = (await client.accessToken()).jwt;
      assert.equal(before, tokens.accessToken);
      await client.refresh();
      assert.notEqual((await client.accessToken()).jwt, before);
      assert.ok((await client.account.attributes()).email);
    });

    test(`an expired session of ${name} is refreshed, also where refresh tokens rotate`, async () => {
      const { person, storage } = await signedInBy(name, { config: rotating() });
      const client = await newClient(rotating());
      await backend.setClock(2 * 3600);
      try {
        // An answer tells the client the time.
        assert.equal((await failureOf(client.signIn(person.username, 'wrong'))).kind, 'notAuthorized');
        const [one, two] = await Promise.all([1, 2].map(() => client.adoptSession(client.readAmplifySession(storage))));
        assert.deepEqual([one.username, two.username], [person.username, person.username]);
        assert.equal((await client.refresh()).username, person.username);
        assert.equal((await client.refresh()).username, person.username);
      } finally {
        await backend.setClock(0);
      }
    });

    test(`the device of ${name} goes on: it refreshes, and stands for the second factor`, async () => {
      await trackDevices(true);
      try {
        const { person, storage } = await signedInBy(name);
        const client = await newClient();
        const tokens = client.readAmplifySession(storage);
        assert.match(tokens.device.key, /^eu-west-1_/);
        await client.adoptSession(tokens);
        assert.equal(await client.account.currentDeviceKey(), tokens.device.key);
        assert.equal((await client.refresh()).username, person.username);
        const { secret } = await client.account.associateSoftwareToken();
        await client.account.verifySoftwareToken(new TotpCodes().next(secret));
        await client.account.setMfaPreference({ softwareToken: 'preferred' });
        await client.signOut();
        assert.equal((await client.signIn(person.username, person.password)).kind, 'done');
        assert.equal((await (await newClient()).signIn(person.username, person.password)).kind, 'softwareTokenMfa');

        // A device whose password is wrong proves nothing.
        const wrong = await newClient();
        const again = await signedInBy(name);
        const { device, ...session } = wrong.readAmplifySession(again.storage);
        await wrong.adoptSession({ ...session, device: { ...device, password: 'wrong' } });
        const setup = await wrong.account.associateSoftwareToken();
        await wrong.account.verifySoftwareToken(new TotpCodes().next(setup.secret));
        await wrong.account.setMfaPreference({ softwareToken: 'preferred' });
        await wrong.signOut();
        assert.notEqual((await wrong.signIn(again.person.username, again.person.password)).kind, 'done');
      } finally {
        await trackDevices(false);
      }
    });

    test(`what ${name} has left of somebody else, of another app or in pieces leaves the old session`, async () => {
      const [first, second] = [await signedInBy(name), await signedInBy(name)];
      const client = await newClient();
      const [tokens, others] = [client.readAmplifySession(first.storage), client.readAmplifySession(second.storage)];
      await client.adoptSession(tokens);
      const refusals = [
        { ...others, accessToken: tokens.accessToken },
        { ...others, idToken: tokens.idToken },
        { ...others, idToken: others.idToken.slice(0, -400).replaceAll('.', '') },
        { ...others, refreshToken: '' },
      ];
      for (const refused of refusals) {
        const failure = await failureOf(client.adoptSession(refused));
        assert.equal(failure.kind, 'invalidInput');
        assert.ok(!`${failure.stack}`.includes(others.refreshToken));
      }
      const foreign = await newClient(rotating());
      assert.equal(foreign.readAmplifySession(first.storage), undefined);
      assert.equal((await failureOf(foreign.adoptSession(tokens))).kind, 'invalidInput');
      assert.equal(await foreign.currentUser(), undefined);
      assert.equal((await client.currentUser()).username, first.person.username);
      assert.equal((await client.refresh()).username, first.person.username);
    });

    test(`a session of ${name} that has ended leaves the old session`, async () => {
      const [first, second] = [await signedInBy(name), await signedInBy(name)];
      const client = await newClient();
      await client.adoptSession(client.readAmplifySession(first.storage));
      await backend.admin('AdminUserGlobalSignOut', { Username: second.person.username });
      await backend.setClock(2 * 3600);
      try {
        await client.refresh();
        const failure = await failureOf(client.adoptSession(client.readAmplifySession(second.storage)));
        assert.deepEqual([failure.kind, failure.awsCode], ['sessionEnded', 'NotAuthorizedException']);
        assert.equal((await client.currentUser()).username, first.person.username);
      } finally {
        await backend.setClock(0);
      }
    });
  }

  test('an empty storage has no session', async () => {
    const client = await newClient();
    assert.equal(client.readAmplifySession(new LocalStorage()), undefined);
  });
});

function failureOf(promise) {
  return promise.then(
    () => assert.fail('nothing was thrown'),
    (error) => error,
  );
}
