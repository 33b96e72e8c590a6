// IndexedDB as browsers lose it, on a fake that fails at each request in turn; tests/browser/storage.test.mjs has Chromium's own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { documentWithFrames, FAILURES, FakeIndexedDb } from './player/fake_indexed_db.mjs';
import { load } from './player/package.mjs';

const { Client, IndexedDbStore } = await load();

/** Has `name` be something else for as long as the test runs. */
function replace(context, name, value) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  context.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Writes, reads and removes. */
async function story(store) {
  assert.equal(await store.load('a'), undefined);
  await store.probe();
  await store.save('a', 'one');
  assert.equal(await store.load('a'), 'one');
  await store.save('a', 'two');
  assert.equal(await store.load('a'), 'two');
  await store.remove('a');
  assert.equal(await store.load('a'), undefined);
  await store.save('b', 'kept');
  assert.equal(await new IndexedDbStore().load('b'), 'kept');
}

/** Lets promises and mocked timers take turns until `promise` is settled. */
async function settled(context, promise) {
  let isOver = false;
  const over = promise.finally(() => (isOver = true));
  over.catch(() => {});
  while (!isOver) {
    for (let turn = 0; turn < 50 && !isOver; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(1_000);
  }
  return over;
}

for (const [name, failure] of Object.entries(FAILURES)) {
  test(`whichever request it happens to, that ${name} is made good by another connection`, { timeout: 60_000 }, async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const whole = new FakeIndexedDb();
    replace(context, 'indexedDB', whole.factory());
    await settled(context, story(new IndexedDbStore()));
    for (let bad = 0; bad < whole.requests.length; bad += 1) {
      const server = new FakeIndexedDb();
      globalThis.indexedDB = server.factory();
      let hasFailed = false;
      server.fails = (_, index) => {
        if (hasFailed || index <= bad) return undefined;
        hasFailed = true;
        return failure;
      };
      const store = new IndexedDbStore();
      await settled(context, story(store));
      assert.ok(store.isPersistent, `request ${bad}`);
    }
  });
}

test('opening that fails, or is never answered, is tried again', { timeout: 60_000 }, async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  for (const how of ['UnknownError', 'AbortError', 'hang']) {
    const server = new FakeIndexedDb();
    const failures = [how];
    replace(context, 'indexedDB', server.factory(() => failures.shift()));
    const store = new IndexedDbStore();
    await settled(context, story(store));
    assert.ok(store.isPersistent, how);
  }
});

describe('an IndexedDB that is lost', { timeout: 120_000 }, () => {
  let backend;
  let ada;
  before(async () => {
    backend = await Backend.start();
    [ada] = backend.config.demo.users;
  });
  after(() => backend.stop());

  /** A page that has signed in, and then cannot open the database any more. */
  async function lost(context, how = 'UnknownError') {
    const server = new FakeIndexedDb();
    let isLost = false;
    replace(context, 'indexedDB', server.factory(() => (isLost ? how : undefined)));
    const warnings = context.mock.method(console, 'warn', () => {});
    const client = await Client.create(backend.config, { store: 'indexedDB' });
    await client.signIn(ada.username, ada.password);
    return {
      server,
      client,
      warnings,
      lose() {
        isLost = true;
        server.fails = () => ({ abort: 'UnknownError' });
      },
    };
  }

  test('the page goes on in memory, and says so', async (context) => {
    const { client, warnings, lose } = await lost(context);
    assert.equal(client.isPersistent, true);
    const { jwt } = await client.idToken();
    lose();
    assert.equal((await client.currentUser()).username, ada.username);
    assert.equal((await client.idToken()).jwt, jwt);
    assert.equal(client.isPersistent, true, 'nothing was written that a reload would miss');
    await client.refresh();
    assert.equal(client.isPersistent, false);
    assert.equal(client.withRole('arn:aws:iam::123456789012:role/other').isPersistent, false);
    assert.notEqual((await client.idToken()).jwt, jwt);
    assert.equal((await client.currentUser()).username, ada.username);
    await client.refresh();
    assert.equal((await client.signIn(ada.username, ada.password)).kind, 'done');
    assert.equal(warnings.mock.callCount(), 1);
    assert.ok(!String(warnings.mock.calls[0].arguments).includes(jwt));
    // The database has the session yet, which a reload would find. As in a worker, no note can be taken of that.
    await assert.rejects(client.signOut(), { kind: 'store' });
    assert.equal(await client.currentUser(), undefined);
  });

  test('who has signed out of a lost database is signed out after a reload, and can sign in again', async (context) => {
    const { server, client, lose } = await lost(context);
    const notes = new Map();
    replace(context, 'localStorage', {
      getItem: (key) => notes.get(key) ?? null,
      setItem: (key, value) => void notes.set(key, value),
      removeItem: (key) => void notes.delete(key),
    });
    lose();
    await client.signOut();
    assert.equal(await client.currentUser(), undefined);
    assert.ok(server.keys.some((key) => key.endsWith('session')));
    const afterReload = async () => {
      server.fails = () => undefined;
      globalThis.indexedDB = server.factory();
      return Client.create(backend.config, { store: 'indexedDB' });
    };
    assert.equal(await (await afterReload()).currentUser(), undefined);
    assert.ok(server.keys.every((key) => !key.endsWith('session')));
    assert.deepEqual([...notes.keys()].filter((key) => key.endsWith('session')), []);
    const again = await afterReload();
    await again.signIn(ada.username, ada.password);
    assert.equal((await (await afterReload()).currentUser()).username, ada.username);
  });

  test('a note that somebody is signed out does not outlive the next sign-in', async (context) => {
    const { client, lose, server } = await lost(context);
    const notes = new Map();
    replace(context, 'localStorage', {
      getItem: (key) => notes.get(key) ?? null,
      setItem: (key, value) => void notes.set(key, value),
      removeItem: (key) => void notes.delete(key),
    });
    lose();
    await client.signOut();
    assert.ok(notes.size > 0);
    server.fails = () => undefined;
    globalThis.indexedDB = server.factory();
    // Another tab signs in without a look before.
    const store = new IndexedDbStore();
    for (const key of notes.keys()) await store.save(key.slice('poolpass:removed:'.length), 'new');
    assert.equal(notes.size, 0);
  });

  test('a frame of the page opens it where the page cannot, and what was kept is there', async (context) => {
    const { server, client, warnings, lose } = await lost(context);
    const document = documentWithFrames(() => server.factory());
    replace(context, 'document', document);
    lose();
    let isDead = true;
    server.fails = () => (isDead && document.frames.size === 0 ? { abort: 'UnknownError' } : undefined);
    assert.equal((await client.currentUser()).username, ada.username);
    await client.refresh();
    assert.deepEqual([client.isPersistent, warnings.mock.callCount(), document.frames.size], [true, 0, 1]);
    await client.signOut();
    assert.ok(server.keys.every((key) => !key.endsWith('session')));
    isDead = false;
  });

  test('frames that do not help are taken away', async (context) => {
    const { client, lose, server } = await lost(context);
    const document = documentWithFrames(() => server.factory(() => 'UnknownError'));
    replace(context, 'document', document);
    lose();
    assert.equal((await client.currentUser()).username, ada.username);
    await client.refresh();
    assert.deepEqual([document.frames.size, client.isPersistent], [0, false]);
  });

  for (const [what, fails] of Object.entries({
    'a key': (request) => (request === 'add keys' ? { request: 'DataCloneError' } : undefined),
    'a value': (request) => (request === 'put values' ? { request: 'DataCloneError' } : undefined),
    'anything, for want of room': (request) => (/^(add|put)/.test(request) ? { abort: 'QuotaExceededError' } : undefined),
    'anything, without a reason': (request) => (/^(add|put)/.test(request) ? { abort: 'UnknownError' } : undefined),
  })) {
    test(`that ${what} can be read and not written is told at the first look, so that the app chooses memory`, async (context) => {
      const server = new FakeIndexedDb();
      server.fails = fails;
      replace(context, 'indexedDB', server.factory());
      context.mock.method(console, 'warn', () => {});
      const client = await Client.create(backend.config, { store: 'indexedDB' });
      await assert.rejects(client.currentUser(), { kind: 'store' });
      client.close();
      const other = await Client.create(backend.config, { store: 'memory' });
      assert.equal((await other.signIn(ada.username, ada.password)).kind, 'done');
      assert.equal(other.isPersistent, false);
    });
  }

  test('a localStorage that can be read and not written is told at the first look', async (context) => {
    const values = new Map();
    let isFull = true;
    replace(context, 'localStorage', {
      getItem: (key) => values.get(key) ?? null,
      setItem(key, value) {
        if (isFull) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
        values.set(key, value);
      },
      removeItem: (key) => void values.delete(key),
    });
    const client = await Client.create(backend.config, { store: 'localStorage' });
    await assert.rejects(client.currentUser(), { kind: 'store', message: /quota/ });
    isFull = false;
    assert.equal(await client.currentUser(), undefined);
    assert.equal(values.size, 0);
    await client.signIn(ada.username, ada.password);
    // A full disk does not disturb a person who is signed in.
    isFull = true;
    const next = await Client.create(backend.config, { store: 'localStorage' });
    assert.equal((await next.currentUser()).username, ada.username);
  });
});
