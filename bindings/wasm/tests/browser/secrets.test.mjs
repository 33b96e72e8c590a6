// Tests of what an injected script finds, and of what is printed.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { NAME } from './browser.mjs';
import { open, reload, signIn, Suite } from './suite.mjs';

describe(`secrets in ${NAME}`, () => {
  const suite = new Suite();

  suite.test('no storage shows a token, a key or a password to a script', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    const secrets = await live(tab, config);
    assertNone(await everythingIn(tab), secrets);
    // Also what was there before is gone, and what a reload brings back is not in clear.
    await tab.evaluate(() => client.refresh());
    assertNone(await everythingIn(tab), secrets);
    await reload(tab, config);
    await tab.evaluate(() => client.account.attributes());
    assertNone(await everythingIn(tab), secrets);
    assert.equal(
      await tab.evaluate(async () => {
        const { promise, resolve } = Promise.withResolvers();
        const request = indexedDB.open('poolpass');
        request.onsuccess = () => {
          const read = request.result.transaction('keys').objectStore('keys').getAll();
          read.onsuccess = () => resolve(read.result.map(({ extractable }) => extractable).join());
        };
        return promise;
      }),
      'false',
    );
  });

  suite.test('while a challenge waits, no storage shows the session or the password', async (person, { config }) => {
    const [, grace] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    const requests = await bodiesOf(tab);
    assert.equal(await signIn(tab, grace), 'softwareTokenMfa');
    const sessions = [...(await requests()).matchAll(/"Session":"([^"]+)"/g)].map(([, session]) => session);
    assert.ok(sessions.length > 0);
    assertNone(await everythingIn(tab), { ...named('challenge session', sessions), password: grace.password });
  });

  suite.test('the same search finds the refresh token where the app chose to keep it in clear', async (person, { config }) => {
    for (const store of ['localStorage', 'sessionStorage']) {
      const tab = await person.newTab();
      await open(tab, config, { store });
      const secrets = await live(tab, config);
      const everything = await everythingIn(tab);
      for (const name of ['refresh token', 'ID token', 'access token']) {
        assert.ok(everything.includes(secrets[name]), `${name} in ${store}`);
      }
      assert.ok(!everything.includes(secrets.password));
      await tab.evaluate(() => client.signOut());
      assertNone(await everythingIn(tab), secrets);
    }
  });

  suite.test('after signing out, nothing of the session is left in any storage', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    await tab.evaluate(() => client.signOut());
    const left = await tab.evaluate(async () => {
      const { readEverything } = await import('/page/read_everything.js');
      return (await readEverything()).split('\n').filter((line) => /^poolpass\/values\/.*session/.test(line));
    });
    assert.deepEqual(left, []);
  });

  suite.test('neither the console nor an error says a secret', async (person, backend) => {
    const { config } = backend;
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    const secrets = await live(tab, config);
    const told = [];
    const tell = async (name, expected, call, ...args) => {
      const failure = await tab.evaluate(call, args);
      assert.equal(failure.isPoolpassError, true, `${name}: ${JSON.stringify(failure)}`);
      assert.equal(failure.kind, expected, `${name}: ${failure.message}`);
      told.push(JSON.stringify(failure));
    };
    const printed = 'Wrong-Password-47';
    const everything = { ...secrets, 'wrong password': printed };
    await tell('wrong password', 'notAuthorized', (args) => failureOf(client.signIn(...args)), ada.username, printed);
    await tell('weak password', 'invalidPassword', ([old]) => failureOf(client.account.changePassword(old, 'weak-47')), ada.password);
    for (const action of [
      // As AWS says it.
      {
        status: 400,
        code: 'InvalidParameterException',
        message: `1 validation error detected: Value '${secrets['access token']}' at 'accessToken' failed to satisfy constraint`,
      },
      { body: JSON.stringify({ Username: 7, Token: secrets['access token'] }) },
      { body: secrets['access token'], contentType: 'text/html' },
      'drop',
    ]) {
      await backend.fault({ operation: 'GetUser', action });
      const failure = await tab.evaluate(() => failureOf(client.account.attributes()));
      assert.equal(failure.isPoolpassError, true, JSON.stringify(action));
      told.push(JSON.stringify(failure));
      await backend.fault(null);
    }
    await tell('a refused object', 'accessDenied', () => failureOf(client.bucket().get('private/somebody-else/x')));
    await tell('a missing object', 'notFound', async () => failureOf(client.bucket().get(await client.bucket().privatePath('nothing'))));
    await tell('a refused item', 'accessDenied', () => failureOf(client.table().get({ pk: 'somebody-else', sk: 'x' })));
    await tell('a wrong URL', 'invalidInput', ([token]) => failureOf(client.api().request(`ftp://host/${token}`)), secrets['ID token']);

    // And what an app prints without thinking.
    await tab.evaluate(async () => {
      const token = await client.idToken().catch((error) => error);
      console.log(client, client.account, client.bucket(), client.table());
      console.log(String(client), JSON.stringify(client), await failureOf(client.signIn('ada', '')));
      console.error(await client.signIn('ada', 'nope').catch((error) => error));
      void token;
    });
    assert.ok(person.printed.length >= 3);
    assertNone(`${told.join('\n')}\n${person.printed.join('\n')}`, everything);
  });
});

/** Signs the demo's user in, and gives every secret of that session as it went over the network. */
async function live(tab, config) {
  const [ada] = config.demo.users;
  const requests = await bodiesOf(tab);
  assert.equal(await signIn(tab, ada), 'done');
  const credentials = await tab.evaluate(() => client.credentials());
  const bodies = await requests();
  const member = (name) => new RegExp(`"${name}":"([^"]+)"`).exec(bodies)?.[1];
  const secrets = {
    password: ada.password,
    'ID token': member('IdToken'),
    'access token': member('AccessToken'),
    'refresh token': member('RefreshToken'),
    'secret key': credentials.secretAccessKey,
    'session token': credentials.sessionToken,
  };
  for (const [name, secret] of Object.entries(secrets)) assert.ok(secret?.length > 5, `there is no ${name}`);
  return secrets;
}

/** The bodies of all requests and answers of a tab from now on. No tool of the browser is asked, which every one has differently. */
async function bodiesOf(tab) {
  await tab.evaluate(() => {
    globalThis.bodies = [];
    const real = globalThis.fetch;
    globalThis.fetch = async (url, init) => {
      if (init?.body instanceof Uint8Array) bodies.push(new TextDecoder().decode(init.body));
      const answer = await real(url, init);
      bodies.push(answer.clone().text().catch(() => ''));
      return answer;
    };
  });
  return () => tab.evaluate(async () => (await Promise.all(bodies)).join('\n'));
}

function everythingIn(tab) {
  return tab.evaluate(async () => {
    const { readEverything } = await import('/page/read_everything.js');
    return readEverything();
  });
}

/** No secret, nor a telling part of one: the middle of a token is as good as its beginning. */
function assertNone(text, secrets) {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const part of [secret, secret.slice(-24), btoa(secret).slice(4, 36)]) {
      const at = text.indexOf(part);
      assert.ok(at < 0, `${name} was found: …${text.slice(Math.max(0, at - 80), at)}`);
    }
  }
}

function named(name, values) {
  return Object.fromEntries(values.map((value, index) => [`${name} ${index}`, value]));
}
