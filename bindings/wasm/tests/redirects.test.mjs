// Sign-ins by redirect where there are no pages. Those of a browser are in browser/redirects.test.mjs, and the scenarios play the rest.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { Client, PoolpassError } = await load();
const redirectUri = 'http://localhost:3000/';

describe('redirects without a page', () => {
  let backend;
  let client;

  before(async () => {
    backend = await Backend.start();
    client = await Client.create(backend.config);
  });
  after(() => backend.stop());

  test('the app opens the address itself, or is told that it has to', async () => {
    const opened = [];
    await client.signInWithRedirect({ redirectUri, provider: 'Google', open: (url) => opened.push(url) });
    const url = new URL(opened[0]);
    assert.ok(url.href.startsWith(`${backend.config.userPool.domain}/oauth2/authorize?`));
    assert.deepEqual(
      ['identity_provider', 'redirect_uri', 'code_challenge_method'].map((name) => url.searchParams.get(name)),
      ['Google', redirectUri, 'S256'],
    );
    await assert.rejects(client.signInWithRedirect({ redirectUri }), { kind: 'platform', message: /pass open/ });
    await assert.rejects(client.signInWithPopup({ redirectUri }), { kind: 'platform', message: /signInWithRedirect/ });
  });

  test('a worker has an address, but cannot leave it', async () => {
    globalThis.location = { href: 'https://notes.example/worker.js' };
    try {
      await assert.rejects(client.signInWithRedirect({ redirectUri }), { kind: 'platform', message: /pass open/ });
      await assert.rejects(client.logout({ logoutUri: redirectUri }), { kind: 'platform', message: /pass open/ });
      assert.equal(await client.handleRedirect(), undefined);
    } finally {
      delete globalThis.location;
    }
    assert.equal(await client.handleRedirect(), undefined);
  });

  test('an app that opens the address later is waited for', async () => {
    let isOpen = false;
    const open = () => new Promise((resolve) => setTimeout(resolve, 10)).then(() => (isOpen = true));
    await client.signInWithRedirect({ redirectUri, open });
    assert.ok(isOpen);
  });

  test('arguments that make no sense are refused before anything is opened', async () => {
    const open = () => assert.fail('it was opened');
    for (const options of [
      { redirectUri: 'https://notes.example/#here' },
      { redirectUri, provider: 'Google', idpIdentifier: 'corporate.example' },
      { redirectUri, scopes: ['email'] },
      { redirectUri, scopes: 'openid' },
      { redirectUri, maxAge: -1 },
      { redirectUri, prompt: '' },
      { provider: 'Google' },
    ]) {
      await assert.rejects(client.signInWithRedirect({ ...options, open }), { kind: 'invalidInput' }, JSON.stringify(options));
    }
  });

  test('logging out signs out here, then opens the page that forgets the person', async () => {
    const [{ username, password }] = backend.config.demo.users;
    await client.signIn(username, password);
    await client.logout({
      logoutUri: redirectUri,
      open: async (url) => {
        assert.equal(url, await client.logoutUrl(redirectUri));
        assert.equal(await client.currentUser(), undefined);
      },
    });
    assert.equal(await client.currentUser(), undefined);
  });

  test('a sign-out page that cannot be signs nobody out', async () => {
    const [{ username, password }] = backend.config.demo.users;
    await client.signIn(username, password);
    await assert.rejects(client.logout({ logoutUri: 'notes.example', open: () => assert.fail('it was opened') }), { kind: 'invalidInput' });
    assert.equal((await client.currentUser()).username, username);
  });
});

test('nothing prints the address at which to try once more', () => {
  const retryUrl = 'https://auth.example/oauth2/authorize?state=poolpass-secret';
  const error = new PoolpassError('conflict', 'a message', { retryUrl });
  assert.equal(error.retryUrl, retryUrl);
  for (const printed of [JSON.stringify(error), inspect(error, { depth: 9 }), JSON.stringify(structuredClone(error)), String(error)]) {
    assert.ok(!printed.includes('poolpass-secret'), printed);
  }
});
