// Frameworks put a Proxy around what an app keeps in its state: Vue and MobX around each object that is read through another one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const poolpass = await load();
const { attribute, Client, Decimal, MemoryStore, not, PoolpassError } = poolpass;

/** As `new Proxy(object, {})`. */
const shallow = (object) => new Proxy(object, {});

/** As Vue's `reactive`: what is read through it is wrapped too, apart from functions and what is no object of the app's own. */
function deep(object) {
  return new Proxy(object, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      const isPlain = typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Object]';
      return isPlain ? deep(value) : value;
    },
  });
}

for (const [name, wrap] of Object.entries({ 'a Proxy': shallow, 'proxies all the way down': deep })) {
  describe(`behind ${name}`, { timeout: 120_000 }, () => {
    let backend;
    let ada;
    let grace;
    before(async () => {
      backend = await Backend.start();
      [ada, grace] = backend.config.demo.users;
    });
    after(() => backend.stop());

    /** Calls every method of `object`, with arguments that only some of them accept: what they reject with is none of a Proxy's errors. */
    async function callAll(object, skipped = []) {
      const called = [];
      for (let prototype = Object.getPrototypeOf(object); prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
        for (const [method, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
          if (method === 'constructor' || skipped.includes(method)) continue;
          called.push(method);
          const proxied = wrap(object);
          try {
            const outcome = descriptor.get ? proxied[method] : proxied[method]('a', 'b', {});
            await (outcome?.next ? outcome.next() : outcome);
          } catch (error) {
            assert.ok(error instanceof PoolpassError, `${method}: ${error?.stack}`);
          }
        }
      }
      assert.ok(called.length > 0);
      return called;
    }

    test('every method of every class works', async () => {
      const client = await Client.create(backend.config, { maxAttempts: 1 });
      await client.signIn(ada.username, ada.password);
      const pk = await client.identityId();
      const table = client.table();
      await callAll(table);
      await callAll(table.query(attribute('pk').eq(pk)));
      await callAll(client.bucket());
      await callAll(client.bucket().list('public/'));
      for (const method of ['bytes', 'text', 'blob']) assert.ok(await wrap(await client.bucket().get('public/welcome.txt'))[method]());
      // An authenticator is the app's own code, whose errors reach the app as they are.
      await callAll(client.account, ['deleteUser', 'changePassword', 'associateSoftwareToken', 'setMfaPreference', 'registerPasskey']);
      await callAll(attribute('a').eq(1));
      await callAll(new Decimal('1.5'));
      await callAll(new MemoryStore());
      assert.match((await wrap(client.account).associateSoftwareToken()).secret, /./);
      await callAll(await client.account.associateSoftwareToken());
      const other = await Client.create(backend.config, { maxAttempts: 1 });
      const challenge = await other.signIn(grace.username, grace.password);
      // Only the challenge itself calls `step`, never with an app's arguments.
      await callAll(challenge, ['step']);
      const called = await callAll(client, ['signOutEverywhere', 'signOut', 'close', 'transactWrite', 'onSessionEvent']);
      assert.ok(called.includes('isPersistent') && called.includes('api'));
      await wrap(client).transactWrite(wrap([{ delete: { pk, sk: 'none' } }]));
      assert.ok((await wrap(client).credentials()).accessKeyId);
      await wrap(client).signOut();
      wrap(client).close();
      await assert.rejects(client.currentUser(), { kind: 'invalidInput' });
    });

    test('a whole story goes well, also with a store, items and conditions behind proxies', async () => {
      const store = wrap(new MemoryStore());
      const client = wrap(await Client.create(wrap(backend.config), { store }));
      const heard = [];
      client.onSessionEvent(({ kind }) => heard.push(kind));
      const step = wrap(await client.signIn(ada.username, ada.password));
      assert.equal(step.user.username, ada.username);
      const table = wrap(client.table());
      const pk = await client.identityId();
      const item = { pk, sk: 'proxy', map: { list: ['a', { b: 1 }] }, price: new Decimal('1.5') };
      await table.put(wrap(item), { condition: wrap(not(wrap(attribute('pk').exists()))) });
      const found = await wrap(table.query(wrap(attribute('pk').eq(pk)))).all();
      assert.deepEqual(found, [{ ...item, price: 1.5 }]);
      await table.delete(wrap({ pk, sk: 'proxy' }));
      const bucket = wrap(client.bucket());
      const key = await bucket.privatePath('proxy');
      await bucket.put(key, 'x');
      assert.equal(await wrap(await bucket.get(key)).text(), 'x');
      assert.equal((await wrap(client.account).attributes()).email, 'ada@example.com');
      assert.equal((await client.api().request('/whoami', { method: 'POST' })).status, 200);
      assert.deepEqual(heard, ['signedIn']);
      client.close();
    });

    test('a store and the same one behind a Proxy are one to those who refresh', async () => {
      const store = new MemoryStore();
      const [first, second] = await Promise.all([store, wrap(store)].map((store) => Client.create(backend.config, { store })));
      await backend.fault({ operation: 'GetId', action: { delayMs: 300 }, times: 1 });
      const [one, other] = await Promise.all([first.identityId(), second.identityId()]);
      assert.equal(one, other);
    });
  });
}
