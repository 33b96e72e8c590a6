// Where the session is kept, and what is left of it after a reload.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe } from 'node:test';

import { transform } from 'esbuild';

import { NAME } from './browser.mjs';
import { nameIn, open, reload, signIn, Suite } from './suite.mjs';

describe(`storage in ${NAME}`, () => {
  const suite = new Suite();

  suite.test('by default the session is in IndexedDB and survives a reload', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, ada);
    assert.deepEqual(await tab.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), ['poolpass']);
    assert.equal(await tab.evaluate(() => localStorage.length + sessionStorage.length), 0);

    await reload(tab, config);
    assert.equal(await nameIn(tab), ada.username);
    assert.equal((await tab.evaluate(() => client.account.attributes())).email, 'ada@example.com');
  });

  for (const [store, afterReload, inNewTab] of [
    ['indexedDB', true, true],
    ['localStorage', true, true],
    ['sessionStorage', true, false],
    ['memory', false, false],
  ]) {
    suite.test(`${store} keeps the session as it says`, async (person, { config }) => {
      const [ada] = config.demo.users;
      const tab = await person.newTab();
      await open(tab, config, { store });
      await signIn(tab, ada);
      assert.equal(await nameIn(tab), ada.username);
      const other = await person.newTab();
      await open(other, config, { store });
      assert.equal(await nameIn(other), inNewTab ? ada.username : null);
      await reload(tab, config, { store });
      assert.equal(await nameIn(tab), afterReload ? ada.username : null);
    });
  }

  suite.test("the app's own store is used for everything that is kept", async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    const openOwn = async () => {
      await open(tab, config, { store: 'memory' });
      await tab.evaluate((config) => {
        const store = {
          load: async (key) => sessionStorage.getItem(`own ${key}`),
          save: async (key, value) => sessionStorage.setItem(`own ${key}`, value),
          remove: async (key) => sessionStorage.removeItem(`own ${key}`),
        };
        return globalThis.openClient(config, { store });
      }, config);
    };
    await openOwn();
    await signIn(tab, ada);
    await tab.reload();
    await openOwn();
    assert.equal(await nameIn(tab), ada.username);
    await tab.evaluate(() => client.signOut());
    assert.equal(await tab.evaluate(() => Object.keys(sessionStorage).filter((key) => /session$/.test(key)).length), 0);
    assert.deepEqual(await tab.evaluate(() => indexedDB.databases()), []);
  });

  suite.test('when the browser loses the key, nobody is signed in and signing in works', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, ada);
    await tab.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.open('poolpass');
          request.onsuccess = () => {
            const transaction = request.result.transaction('keys', 'readwrite');
            transaction.objectStore('keys').clear();
            transaction.oncomplete = () => resolve(request.result.close());
            transaction.onabort = reject;
          };
        }),
    );
    await reload(tab, config);
    assert.equal(await nameIn(tab), null);
    await signIn(tab, ada);
    await reload(tab, config);
    assert.equal(await nameIn(tab), ada.username);
  });

  for (const version of [1, 7]) {
    suite.test(`a database of version ${version} that somebody else has made keeps the session too`, async (person, { config }) => {
      const [ada] = config.demo.users;
      const tab = await person.newTab();
      await tab.evaluate(
        (version) =>
          new Promise((resolve, reject) => {
            const request = indexedDB.open('poolpass', version);
            request.onsuccess = () => resolve(request.result.close());
            request.onerror = reject;
          }),
        version,
      );
      await open(tab, config);
      const other = await person.newTab();
      await open(other, config);
      await signIn(tab, ada);
      assert.equal(await nameIn(other), ada.username);
      await reload(tab, config);
      assert.equal(await nameIn(tab), ada.username);
      assert.equal(await tab.evaluate(() => client.isPersistent), true);
    });
  }

  suite.test('when site data is deleted while the page is open, the page goes on', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, ada);
    await tab.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase('poolpass');
          request.onsuccess = () => resolve();
          request.onerror = reject;
        }),
    );
    assert.equal(await nameIn(tab), null);
    await signIn(tab, ada);
    assert.equal(await nameIn(tab), ada.username);
    // And with a key that a reloaded page finds again.
    await reload(tab, config);
    assert.equal(await nameIn(tab), ada.username);
  });

  suite.test('a full disk is an error of the store, and signing in again works', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config, { store: 'localStorage' });
    await tab.evaluate(() => {
      // The quota is about five million characters.
      for (let size = 1 << 22; size >= 1; size >>= 1) {
        for (;;) {
          try {
            localStorage.setItem(`filler ${localStorage.length}`, 'x'.repeat(size));
          } catch {
            break;
          }
        }
      }
    });
    const failure = await tab.evaluate(
      ({ username, password }) => failureOf(client.signIn(username, password)),
      ada,
    );
    assert.deepEqual([failure.isPoolpassError, failure.kind], [true, 'store']);
    await tab.evaluate(() => localStorage.clear());
    assert.equal(await signIn(tab, ada), 'done');
  });

  suite.test('when the key cannot be read for a moment, the session stays', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, ada);
    await tab.reload();
    await tab.evaluate(() => {
      globalThis.isFailing = true;
      const { get } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.get = function (key) {
        const request = get.call(this, key);
        if (globalThis.isFailing && this.name === 'keys') this.transaction.abort();
        return request;
      };
    });
    await open(tab, config);
    const failure = await tab.evaluate(() => failureOf(client.currentUser()));
    assert.deepEqual([failure.isPoolpassError, failure.kind], [true, 'store']);
    await tab.evaluate(() => {
      globalThis.isFailing = false;
    });
    assert.equal(await nameIn(tab), ada.username);
    assert.deepEqual(await tab.evaluate(() => events), []);
  });

  suite.test('what is written to IndexedDB is on the disk before it counts', async (person, { config }) => {
    const tab = await person.newTab();
    await tab.evaluate(() => {
      globalThis.durabilities = new Set();
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        const made = transaction.apply(this, args);
        if (made.mode === 'readwrite') durabilities.add(made.durability);
        return made;
      };
    });
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    await tab.evaluate(() => client.signOut());
    assert.deepEqual(await tab.evaluate(() => [...durabilities]), ['strict']);
  });

  suite.test('a connection that is lost in the middle of a transaction is made again', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    await tab.evaluate(() => {
      // As WebKit does it: no close event, and every transaction of the old connection aborts.
      const dead = new WeakSet();
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        const made = transaction.apply(this, args);
        if (globalThis.isDying) dead.add(this);
        if (dead.has(this)) queueMicrotask(() => made.abort());
        globalThis.isDying = false;
        return made;
      };
    });
    for (const call of ['refresh', 'currentUser', 'signOut']) {
      const failure = await tab.evaluate((call) => {
        globalThis.isDying = true;
        return failureOf(client[call]());
      }, call);
      assert.deepEqual(failure, { name: 'nothing was thrown' }, call);
    }
    assert.equal(await tab.evaluate(() => client.isPersistent), true);
  });

  suite.test('a database that the page cannot open any more is opened by a frame, and kept', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, ada);
    await tab.evaluate(() => {
      // In this page alone, until it is reloaded.
      const lost = () => new DOMException('Connection to Indexed Database server lost. Refresh the page to try again', 'UnknownError');
      IDBDatabase.prototype.transaction = () => {
        throw lost();
      };
      IDBFactory.prototype.open = () => {
        const request = { error: lost() };
        queueMicrotask(() => request.onerror());
        return request;
      };
    });
    assert.equal(await nameIn(tab), ada.username);
    await tab.evaluate(() => client.refresh());
    assert.deepEqual(await tab.evaluate(() => [client.isPersistent, document.querySelectorAll('iframe').length]), [true, 1]);
    const token = await tab.evaluate(async () => (await client.idToken()).jwt);
    await reload(tab, config);
    assert.equal(await tab.evaluate(async () => (await client.idToken()).jwt), token);
  });

  suite.test('a database that nothing opens any more leaves the session in memory, and the console says so', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, ada);
    await tab.evaluate(() => {
      IDBDatabase.prototype.transaction = () => {
        throw new DOMException('Connection to Indexed Database server lost', 'UnknownError');
      };
      Object.defineProperty(globalThis, 'indexedDB', { value: { open: () => { throw new DOMException('lost', 'UnknownError'); } } });
      const { createElement } = document;
      document.createElement = function (name) {
        const element = createElement.call(this, name);
        Object.defineProperty(element, 'contentWindow', { value: { indexedDB } });
        return element;
      };
    });
    assert.equal(await nameIn(tab), ada.username);
    await tab.evaluate(() => client.refresh());
    assert.equal(await nameIn(tab), ada.username);
    assert.deepEqual(await tab.evaluate(() => [client.isPersistent, document.querySelectorAll('iframe').length]), [false, 0]);
    assert.equal(await signIn(tab, ada), 'done');
    assert.ok(person.printed.some((text) => /lost its IndexedDB/.test(text)));
    await tab.evaluate(() => client.signOut());
    await reload(tab, config);
    assert.equal(await nameIn(tab), null);
    assert.deepEqual(await tab.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith('session'))), []);
  });

  suite.test("where nothing can be stored, the error says so, and the README's recipe works", async (person, { config }) => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const [, recipe] = /```ts\n(async function connect[^]*?)```/.exec(readme);
    const { code: connect } = await transform(recipe, { loader: 'ts' });
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await person.goTo(tab, '/sandboxed');
    await open(tab, config);
    const failure = await tab.evaluate(() => failureOf(client.currentUser()));
    assert.deepEqual([failure.isPoolpassError, failure.kind], [true, 'store']);
    assert.match(failure.message, /IndexedDB.*store: 'memory'/);
    for (const store of ['localStorage', 'sessionStorage']) {
      const refused = await tab.evaluate(([config, store]) => failureOf(Client.create(config, { store })), [config, store]);
      assert.deepEqual([refused.isPoolpassError, refused.kind], [true, 'store']);
      assert.match(refused.message, /store: 'memory'/);
    }
    await tab.evaluate(`(async () => { ${connect}; globalThis.client = await connect(${JSON.stringify(config)}); })()`);
    assert.equal(await signIn(tab, ada), 'done');
    assert.equal(await nameIn(tab), ada.username);
    assert.equal((await tab.evaluate(() => client.account.attributes())).email, 'ada@example.com');
  });
});
