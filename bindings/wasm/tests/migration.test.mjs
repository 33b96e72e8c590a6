// Sessions that Amplify and amazon-cognito-identity-js have left in a browser's storage go on, without a new sign-in.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { AuthenticationDetails, CognitoUser, CognitoUserPool, CookieStorage as CookiesOfTheIdentityPackage } from 'amazon-cognito-identity-js';
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signIn as signInByAmplify } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { CookieStorage as CookiesOfAmplify } from 'aws-amplify/utils';

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
  /** Everything, for comparisons. */
  content = () => Object.fromEntries(this.#items);
}

/** Each signs a person in as an app does that uses the package, and leaves the session in the storage. */
const PACKAGES = {
  'aws-amplify': async ({ userPool, endpoint }, { username, password }, storage) => {
    const Cognito = { userPoolId: userPool.id, userPoolClientId: userPool.clientId, userPoolEndpoint: endpoint };
    Amplify.configure({ Auth: { Cognito } });
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
  async function signedInBy(name, { config = backend.config, storage = new LocalStorage(), suffix = '' } = {}) {
    people += 1;
    const person = {
      username: `person-${people}${suffix}`,
      password: 'Correct-horse-7',
      attributes: { email: `person-${people}@example.com` },
    };
    await backend.createUser(person.username, person);
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

    test(`of several people in the storage of ${name}, the last one is signed in`, async () => {
      const { person: first, storage } = await signedInBy(name);
      const client = await newClient();
      const { accessToken } = client.readAmplifySession(storage);
      // Amplify refuses a second person while one is signed in, so each has signed in with a storage of their own.
      const { person: second, storage: later } = await signedInBy(name);
      for (const [key, value] of Object.entries(later.content())) storage.setItem(key, value);
      const prefix = `CognitoIdentityServiceProvider.${backend.config.userPool.clientId}`;
      assert.equal(storage.getItem(`${prefix}.${first.username}.accessToken`), accessToken);
      assert.equal((await client.adoptSession(client.readAmplifySession(storage))).username, second.username);
    });

    test(`a user name of ${name} may have any characters`, async () => {
      for (const suffix of ['.b.c', '+notes#1', '%2F%', '=&;,"', '/日本語🦀', "'{}[]|^~`"]) {
        const { person, storage } = await signedInBy(name, { suffix });
        const client = await newClient();
        assert.equal((await client.adoptSession(client.readAmplifySession(storage))).username, person.username);
        assert.equal((await client.refresh()).username, person.username);
      }
    });

    test(`what ${name} has left in pieces is no session`, async () => {
      const { person, storage } = await signedInBy(name);
      const client = await newClient();
      const mine = `CognitoIdentityServiceProvider.${backend.config.userPool.clientId}`;
      for (const key of [`${mine}.LastAuthUser`, ...['idToken', 'accessToken', 'refreshToken'].map((token) => `${mine}.${person.username}.${token}`)]) {
        const value = storage.getItem(key);
        assert.ok(value, key);
        for (const half of [() => storage.removeItem(key), () => storage.setItem(key, '')]) {
          half();
          assert.equal(client.readAmplifySession(storage), undefined, key);
        }
        storage.setItem(key, value);
      }
      assert.ok(client.readAmplifySession(storage));
    });

    test(`what ${name} has left stays, until the app removes it`, async () => {
      const { storage } = await signedInBy(name);
      const left = storage.content();
      const client = await newClient();
      await client.adoptSession(client.readAmplifySession(storage));
      await client.refresh();
      await client.signOut();
      assert.deepEqual(storage.content(), left);
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

  test('cookies of amazon-cognito-identity-js are read as they are', async () => {
    await withCookies(async () => {
      const storage = new CookiesOfTheIdentityPackage({ domain: 'localhost', secure: false });
      const { person } = await signedInBy('amazon-cognito-identity-js', { storage, suffix: '+a;b=c,%2F' });
      const client = await newClient();
      assert.equal((await client.adoptSession(client.readAmplifySession(storage))).username, person.username);
    });
  });

  test("Amplify's cookies answer with promises: the package says so, and reads them through the page's own", async () => {
    await withCookies(async (cookies) => {
      const storage = new CookiesOfAmplify({ domain: 'localhost', secure: false });
      const { person } = await signedInBy('aws-amplify', { storage, suffix: '+a;b=c,%2F' });
      const client = await newClient();
      assert.throws(() => client.readAmplifySession(storage), ({ kind, message }) => kind === 'invalidInput' && /promise/i.test(message));
      const read = { getItem: (key) => cookies.get(key) ?? null };
      assert.equal((await client.adoptSession(client.readAmplifySession(read))).username, person.username);
      assert.equal((await client.refresh()).username, person.username);
    });
  });

  test('an app that goes back to Amplify finds its session, where refresh tokens do not rotate', async () => {
    const { storage } = await signedInBy('aws-amplify');
    const client = await newClient();
    await client.adoptSession(client.readAmplifySession(storage));
    await client.refresh();
    const { tokens } = await fetchAuthSession({ forceRefresh: true });
    assert.notEqual(`${tokens.accessToken}`, (await client.accessToken()).jwt);
  });

  test('a storage that cannot be read is no empty one', async () => {
    const client = await newClient();
    const denied = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    for (const storage of [{ getItem: denied }, {}, 'a']) {
      assert.throws(() => client.readAmplifySession(storage), { kind: 'invalidInput' });
    }
  });

  test('an empty storage has no session', async () => {
    const client = await newClient();
    assert.equal(client.readAmplifySession(new LocalStorage()), undefined);
  });
});

/** Gives `document.cookie` to what `work` does: names and values encoded, as browsers keep them. */
async function withCookies(work) {
  const jar = new Map();
  globalThis.document = {
    get cookie() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    },
    set cookie(text) {
      const [, name, value] = text.match(/^([^=]*)=([^;]*)/);
      jar.set(name, value);
    },
  };
  try {
    await work({ get: (key) => [...jar].find(([name]) => decodeURIComponent(name) === key)?.[1].replace(/%../g, decodeURIComponent) });
  } finally {
    delete globalThis.document;
  }
}

function failureOf(promise) {
  return promise.then(
    () => assert.fail('nothing was thrown'),
    (error) => error,
  );
}
