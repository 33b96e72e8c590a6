// Stores of every kind, what they get wrong, and the locks that keep two clients from refreshing at once.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { Client, MemoryStore, PoolpassError } = await load();
const REFRESH = 'GetTokensFromRefreshToken';

describe('stores in Node.js', { timeout: 120_000 }, () => {
  let backend;
  let ada;
  before(async () => {
    backend = await Backend.start();
    [ada] = backend.config.demo.users;
  });
  after(() => backend.stop());

  /** Has two clients on `store` need another token at once. */
  async function refreshesOnce(context, store) {
    const clients = await Promise.all([0, 1].map(() => Client.create(backend.config, { store })));
    await clients[0].signIn(ada.username, ada.password);
    context.after(() => backend.setClock(0));
    await backend.setClock(3550);
    for (const client of clients) await client.account.attributes();
    await backend.takeRequestCounts();
    // Without a lock, the second would have sent its own before the first had its answer.
    await backend.fault({ operation: REFRESH, action: { delayMs: 500 }, times: 1 });
    const tokens = await Promise.all(clients.map(async (client) => (await client.idToken()).jwt));
    assert.equal(tokens[0], tokens[1]);
    assert.equal((await backend.takeRequestCounts())[REFRESH], 1);
  }

  test('a configuration that is none is told with its code', async () => {
    const cycle = {};
    cycle.self = cycle;
    for (const config of [undefined, null, 7, '', () => {}, Symbol('x'), { region: 1n }, cycle]) {
      const error = await Client.create(config).catch((thrown) => thrown);
      assert.ok(error instanceof PoolpassError, `${typeof config}: ${error}`);
      assert.equal(error.kind, 'invalidConfig');
    }
  });

  test('a storage that is not there, or that the browser refuses, is told with its code', async (context) => {
    const denied = () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    };
    let get;
    replace(context, 'localStorage', { get: () => get() });
    for (get of [() => undefined, denied]) {
      const error = await Client.create(backend.config, { store: 'localStorage' }).catch((thrown) => thrown);
      assert.ok(error instanceof PoolpassError, String(error));
      assert.deepEqual([error.kind, error.cause?.name], ['store', get === denied ? 'SecurityError' : undefined]);
      assert.match(error.message, /localStorage.*store: 'memory'/);
    }
  });

  test('a store whose methods are not asynchronous will do, and what it throws has code store', async () => {
    const values = new Map();
    const store = {
      load: (key) => values.get(key),
      save: (key, value) => void values.set(key, value),
      remove: (key) => void values.delete(key),
    };
    const first = await Client.create(backend.config, { store });
    await first.signIn(ada.username, ada.password);
    const second = await Client.create(backend.config, { store });
    assert.equal((await second.currentUser()).username, ada.username);
    await second.signOut();
    assert.equal(await first.currentUser(), undefined);

    const full = () => {
      throw new Error('the disk is full');
    };
    const broken = await Client.create(backend.config, { store: { ...store, save: full } });
    await assert.rejects(broken.signIn(ada.username, ada.password), { name: 'PoolpassError', kind: 'store', message: /the disk is full/ });
    for (const wrong of [{}, { load: full }, { ...store, remove: 7 }]) {
      await assert.rejects(Client.create(backend.config, { store: wrong }), { name: 'PoolpassError', kind: 'invalidConfig' });
    }
  });

  test('two clients on localStorage send one refresh, also where there are no Web Locks', async (context) => {
    const values = new Map();
    const storage = {
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => void values.set(key, value),
      removeItem: (key) => void values.delete(key),
    };
    replace(context, 'localStorage', { value: storage });
    await refreshesOnce(context, 'localStorage');
  });

  test('a call that is aborted while it waits for a lock leaves it to the next one', async () => {
    const store = new MemoryStore();
    const [first, second, third] = await Promise.all([0, 1, 2].map(() => Client.create(backend.config, { store })));
    // A guest's identity is made by one client at a time.
    await backend.fault({ operation: 'GetId', action: { delayMs: 500 }, times: 1 });
    const making = first.credentials();
    const abort = new AbortController();
    const waiting = second.credentials({ signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await assert.rejects(waiting, { kind: 'cancelled' });
    const { identityId } = await making;
    assert.equal((await third.credentials()).identityId, identityId);
  });

  test('where the browser refuses the storage, making a client succeeds, and its calls have code store', async (context) => {
    const refused = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    replace(context, 'indexedDB', { get: refused });
    replace(context, 'BroadcastChannel', { value: refused });
    replace(context, 'location', { value: new URL('https://app.example.com') });
    const client = await Client.create(backend.config);
    const isStore = { name: 'PoolpassError', kind: 'store', message: /store: 'memory'/ };
    await assert.rejects(client.currentUser(), isStore);
    await assert.rejects(client.signIn(ada.username, ada.password), isStore);
    client.close();
    const other = await Client.create(backend.config, { store: 'memory' });
    assert.equal((await other.signIn(ada.username, ada.password)).kind, 'done');
  });

  test("an app's own store serves a page that the browser refuses Web Locks, and two clients on it send one refresh", async (context) => {
    const request = async () => {
      throw new DOMException('The request was denied.', 'SecurityError');
    };
    replace(context, 'navigator', { value: { locks: { request } } });
    const memory = new MemoryStore();
    const store = { load: (key) => memory.load(key), save: (...entry) => memory.save(...entry), remove: (key) => memory.remove(key) };
    await refreshesOnce(context, store);
  });

  test('a navigator without Web Locks, as test environments have it, is no reason to fail', async (context) => {
    const memory = new MemoryStore();
    const store = { load: (key) => memory.load(key), save: (...entry) => memory.save(...entry), remove: (key) => memory.remove(key) };
    for (const navigator of [undefined, null, {}, { locks: null }, { locks: {} }]) {
      replace(context, 'navigator', { value: navigator });
      const client = await Client.create(backend.config, { store });
      assert.equal((await client.signIn(ada.username, ada.password)).kind, 'done');
      client.close();
    }
  });

  test("the README's recipe is the one that is compiled", async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const [, recipe] = /```ts\n(async function connect[^]*?)```/.exec(readme);
    const types = await readFile(new URL('types.ts', import.meta.url), 'utf8');
    assert.ok(types.includes(recipe));
  });
});

/** Has `name` be something else for as long as the test runs. */
function replace(context, name, descriptor) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  context.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  Object.defineProperty(globalThis, name, { ...descriptor, configurable: true });
}
