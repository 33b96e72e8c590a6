// Passkeys with the authenticator of the browser.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { TotpCodes } from '../player/totp.mjs';
import { NAME } from './browser.mjs';
import { open, signIn, Suite } from './suite.mjs';
import { VirtualAuthenticator } from './virtual_authenticator.mjs';

// Only Chromium has a virtual authenticator.
const only = 'chromium';

describe(`passkeys in ${NAME}`, () => {
  const suite = new Suite();

  /** A tab with an authenticator, in which the demo's user is signed in and has registered a passkey. */
  async function registered(person, { config }) {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    const authenticator = await VirtualAuthenticator.in(tab);
    await open(tab, config);
    assert.equal(await signIn(tab, ada), 'done');
    await tab.evaluate(() => client.account.registerPasskey());
    return { tab, authenticator, ada };
  }

  /** Begins a sign-in that waits for the passkey. */
  function challenged(tab, { username }) {
    return tab.evaluate(async (username) => {
      globalThis.step = await client.signInWithoutPassword(username, { preferred: 'webAuthn' });
      return step.kind;
    }, username);
  }

  suite.test('a passkey is registered, listed, signs in, and is deleted', async (person, backend) => {
    const { tab, authenticator, ada } = await registered(person, backend);
    const [kept] = await authenticator.passkeys();
    const [listed, ...others] = await tab.evaluate(async () => {
      const passkeys = [];
      for await (const passkey of client.account.passkeys()) passkeys.push({ ...passkey, isDate: passkey.created instanceof Date });
      return passkeys;
    });
    assert.deepEqual(others, []);
    assert.deepEqual(
      [listed.credentialId, listed.relyingPartyId, listed.transports, listed.isDate],
      [Buffer.from(kept.credentialId, 'base64').toString('base64url'), 'localhost', ['internal'], true],
    );

    await tab.evaluate(() => client.signOut());
    assert.equal(await challenged(tab, ada), 'webAuthn');
    assert.equal(await tab.evaluate(async () => (await step.answerWith()).user.username), ada.username);
    assert.ok((await authenticator.passkeys())[0].signCount > kept.signCount);

    await tab.evaluate((id) => client.account.deletePasskey(id), listed.credentialId);
    assert.deepEqual(await tab.evaluate(async () => (await client.account.passkeys().page()).items), []);
    assert.equal((await tab.evaluate((id) => failureOf(client.account.deletePasskey(id)), listed.credentialId)).kind, 'notFound');
  }, { only });

  suite.test('a second passkey in the same authenticator is refused', async (person, backend) => {
    const { tab } = await registered(person, backend);
    assert.equal((await tab.evaluate(() => failureOf(client.account.registerPasskey()))).kind, 'conflict');
  }, { only });

  suite.test('a browser without the JSON methods of WebAuthn signs in too', async (person, backend) => {
    const [ada] = backend.config.demo.users;
    const tab = await person.newTab();
    await VirtualAuthenticator.in(tab);
    await open(tab, backend.config);
    await tab.evaluate(() => {
      delete PublicKeyCredential.parseCreationOptionsFromJSON;
      delete PublicKeyCredential.parseRequestOptionsFromJSON;
      delete PublicKeyCredential.prototype.toJSON;
    });
    await signIn(tab, ada);
    await tab.evaluate(() => client.account.registerPasskey());
    assert.deepEqual(await tab.evaluate(async () => (await client.account.passkeys().page()).items[0].transports), ['internal']);
    await challenged(tab, ada);
    assert.equal(await tab.evaluate(async () => (await step.answerWith()).kind), 'done');
  }, { only });

  suite.test('a remembered person signs in from the suggestions of the user name field', async (person, backend) => {
    const { tab, ada } = await registered(person, backend);
    await challenged(tab, ada);
    const user = await tab.evaluate(async () => {
      const field = Object.assign(document.createElement('input'), { autocomplete: 'username webauthn' });
      document.body.append(field);
      return (await step.answerWith(new BrowserAuthenticator({ mediation: 'conditional' }))).user.username;
    });
    assert.equal(user, ada.username);
  }, { only });

  suite.test('a person who says no, and one whose finger does not fit, can try again', async (person, backend) => {
    const { tab, authenticator, ada } = await registered(person, backend);
    await challenged(tab, ada);
    await authenticator.setUserVerified(false);
    const { kind, isPoolpassError } = await tab.evaluate(() => failureOf(step.answerWith()));
    assert.deepEqual([kind, isPoolpassError], ['cancelled', true]);
    assert.equal(await tab.evaluate(async () => (await client.pendingChallenge()).kind), 'webAuthn');
    await authenticator.setUserVerified(true);
    assert.equal(await tab.evaluate(async () => (await step.answerWith()).kind), 'done');
  }, { only });

  suite.test('an aborted call, a later call and a person who does not act are told apart', async (person, backend) => {
    const { tab, authenticator, ada } = await registered(person, backend);
    await challenged(tab, ada);
    await authenticator.setPresent(false);
    const outcomes = await tab.evaluate(async () => {
      const kindAndCause = (error) => [error.kind, error.cause?.name ?? error.cause];
      const caught = (promise) => promise.then(() => ['done'], kindAndCause);
      const stop = new AbortController();
      const aborted = caught(step.answerWith(undefined, { signal: stop.signal }));
      setTimeout(() => stop.abort('enough'), 50);
      const before = caught(step.answerWith(undefined, { signal: AbortSignal.abort('never') }));
      const outcomes = [await before, await aborted];

      const suggested = caught(step.answerWith(new BrowserAuthenticator({ mediation: 'conditional' })));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const impatient = JSON.stringify({ ...JSON.parse(step.requestOptions), timeout: 200 });
      const late = caught(new BrowserAuthenticator().get(impatient));
      return [...outcomes, await suggested, await late];
    });
    assert.deepEqual(outcomes, [['cancelled', 'never'], ['cancelled', 'enough'], ['cancelled', 'AbortError'], ['timeout', 'NotAllowedError']]);
  }, { only });

  suite.test('a credential that was used before is refused', async (person, backend) => {
    const { tab, ada } = await registered(person, backend);
    await challenged(tab, ada);
    await tab.evaluate(async () => {
      globalThis.credential = await new BrowserAuthenticator().get(step.requestOptions);
      await step.answer(credential);
    });
    await challenged(tab, ada);
    assert.equal((await tab.evaluate(() => failureOf(step.answer(credential)))).kind, 'notAuthorized');
  }, { only });

  suite.test('a page of another domain has no passkeys of the user pool', async (person, backend) => {
    const { tab, ada } = await registered(person, backend);
    await challenged(tab, ada);
    const { requestOptions, port } = await tab.evaluate(() => ({ requestOptions: step.requestOptions, port: location.port }));
    for (const host of ['other.localhost', '127.0.0.1']) {
      const other = await person.context.newPage();
      await other.goto(`http://${host}:${port}/`);
      await VirtualAuthenticator.in(other);
      await open(other, backend.config);
      const failure = await other.evaluate((options) => failureOf(new BrowserAuthenticator().get(options)), requestOptions);
      assert.equal(failure.kind, 'invalidConfig', host);
      assert.match(failure.message, /RelyingPartyId/);
    }
  }, { only });

  suite.test('a passkey that stands for password and second factor verifies the person', async (person, backend) => {
    const factors = { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } };
    const configure = (settings) =>
      backend.admin('SetUserPoolMfaConfig', { ...factors, WebAuthnConfiguration: { RelyingPartyId: 'localhost', ...settings } });
    const eve = { username: 'eve', password: 'Correct-horse-7' };
    await backend.createUser(eve.username, eve);
    const tab = await person.newTab();
    const authenticator = await VirtualAuthenticator.in(tab);
    await open(tab, backend.config);
    await signIn(tab, eve);
    const secret = await tab.evaluate(async () => {
      await client.account.registerPasskey();
      return (await client.account.associateSoftwareToken()).secret;
    });
    await tab.evaluate((code) => client.account.verifySoftwareToken(code), new TotpCodes().next(secret));
    await tab.evaluate(() => client.account.setMfaPreference({ softwareToken: 'preferred' }));
    // A pool in which a passkey is one factor.
    const single = await tab.evaluate(() => failureOf(client.account.setMfaPreference({ webAuthn: true })));
    assert.equal(single.awsCode, 'InvalidParameterException');
    assert.equal(await challenged(tab, eve), 'selectChallenge');

    try {
      await configure({ FactorConfiguration: 'MULTI_FACTOR_WITH_USER_VERIFICATION' });
      await tab.evaluate(() => client.account.setMfaPreference({ webAuthn: true }));
      await tab.evaluate(() => client.signOut());
      assert.equal(await challenged(tab, eve), 'webAuthn');
      const options = await tab.evaluate(() => step.requestOptions);
      assert.equal(JSON.parse(options).userVerification, 'required');
      await authenticator.setUserVerified(false);
      assert.equal((await tab.evaluate(() => failureOf(step.answerWith()))).kind, 'cancelled');
      // A page that does not ask for the verification gets a signature, but no tokens.
      const unverified = JSON.stringify({ ...JSON.parse(options), userVerification: 'discouraged' });
      const refused = await tab.evaluate(
        async (options) => failureOf(step.answer(await new BrowserAuthenticator().get(options))),
        unverified,
      );
      assert.equal(refused.kind, 'notAuthorized');
      await authenticator.setUserVerified(true);
      assert.equal(await challenged(tab, eve), 'webAuthn');
      assert.equal(await tab.evaluate(async () => (await step.answerWith()).user.username), eve.username);
    } finally {
      await configure({});
    }
  }, { only });

  suite.test('where there are no passkeys, and where the options are none, it is said', async (person, backend) => {
    const tab = await person.newTab();
    await VirtualAuthenticator.in(tab);
    await open(tab, backend.config);
    const kindOf = (options) => tab.evaluate(async (options) => (await failureOf(new BrowserAuthenticator().get(options))).kind, options);
    for (const options of ['', 'null', '{}', '{"challenge":"*"}']) assert.equal(await kindOf(options), 'invalidResponse', options);
    await tab.evaluate(() => delete globalThis.PublicKeyCredential);
    assert.equal(await kindOf('{"challenge":"AAAA"}'), 'platform');
  }, { only });
});
