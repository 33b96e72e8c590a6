// Tests of a client after it was closed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { inside, load } from './player/package.mjs';

const { attribute, Client, MemoryStore, PoolpassError } = await load();

describe('closing a client in Node.js', { timeout: 120_000 }, () => {
  let backend;
  before(async () => {
    backend = await Backend.start();
  });
  after(() => backend.stop());

  async function signedIn(options) {
    const client = await Client.create(backend.config, options);
    const [{ username, password }] = backend.config.demo.users;
    await client.signIn(username, password);
    return client;
  }

  test('every later call rejects, also of what came from the client, and nothing is sent', async () => {
    const client = await signedIn();
    const [bucket, table, api, account] = [client.bucket(), client.table(), client.api(), client.account];
    const other = await Client.create(backend.config);
    const [, grace] = backend.config.demo.users;
    const challenge = await other.signIn(grace.username, grace.password);
    const role = client.withRole('arn:aws:iam::123456789012:role/other');
    client.close();
    other.close();
    await backend.takeRequestCounts();
    const calls = {
      signIn: () => client.signIn('ada', 'x'),
      pendingChallenge: () => client.pendingChallenge(),
      currentUser: () => client.currentUser(),
      idToken: () => client.idToken(),
      signOut: () => client.signOut(),
      signInWithRedirect: () => client.signInWithRedirect({ redirectUri: 'http://localhost:3000/' }),
      signInWithPopup: () => client.signInWithPopup({ redirectUri: 'http://localhost:3000/' }),
      handleRedirect: () => client.handleRedirect('http://localhost:3000/?code=c&state=poolpass-s'),
      logout: () => client.logout({ logoutUri: 'http://localhost:3000/' }),
      logoutUrl: () => client.logoutUrl('http://localhost:3000/'),
      credentials: () => client.credentials(),
      request: () => api.request('/whoami'),
      presign: () => api.presign('wss://a.example.com/mqtt', 60),
      transactGet: () => client.transactGet([{ key: { pk: 'a', sk: 'b' } }]),
      attributes: () => account.attributes(),
      associateSoftwareToken: () => account.associateSoftwareToken(),
      put: () => bucket.put('a', 'x'),
      get: () => bucket.get('a'),
      list: () => bucket.list('a').page(),
      'an item': () => table.get({ pk: 'a', sk: 'b' }),
      query: () => table.query(attribute('pk').eq('a')).all(),
      answer: () => challenge.answer('123456'),
      'another role': () => role.credentials(),
    };
    for (const [name, call] of Object.entries(calls)) {
      // It returns a promise, so an app need not expect it to throw.
      const error = await call().catch((thrown) => thrown);
      assert.ok(error instanceof PoolpassError, `${name}: ${error}`);
      assert.equal(error.kind, 'invalidInput', name);
      assert.match(error.message, /closed/, name);
    }
    for (const call of [() => client.bucket(), () => client.table(), () => client.api(), () => client.onSessionEvent(() => {}), () => client.withRole('x')]) {
      assert.throws(call, { name: 'PoolpassError', kind: 'invalidInput' });
    }
    assert.equal(client.region, backend.config.region);
    assert.deepEqual(await backend.takeRequestCounts(), {});
  });

  test('the module gets back what it held, once, and the session stays', async (context) => {
    const { Client: Inner } = await import(inside('poolpass_wasm.js'));
    const free = context.mock.method(Inner.prototype, 'free');
    const store = new MemoryStore();
    const client = await signedIn({ store });
    client.close();
    client.close();
    client[Symbol.dispose]();
    assert.equal(free.mock.callCount(), 1);
    const next = await Client.create(backend.config, { store });
    assert.equal((await next.currentUser()).username, backend.config.demo.users[0].username);
    next[Symbol.dispose]();
    assert.equal(free.mock.callCount(), 2);
  });

  test('no event is heard any more, and what is under way ends as it would have', async () => {
    const store = new MemoryStore();
    const client = await signedIn({ store });
    const events = [];
    client.onSessionEvent(({ kind }) => events.push(kind));
    await client.refresh();
    const refreshing = client.refresh();
    client.close();
    assert.equal((await refreshing).username, backend.config.demo.users[0].username);
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(events, ['refreshed']);
  });

  test('what is under way goes on, also a body that is being read and a sign-in that meets a challenge', async (context) => {
    const client = await signedIn();
    const bucket = client.bucket();
    const key = await bucket.privatePath('closing.txt');
    const other = await Client.create(backend.config);
    const [, grace] = backend.config.demo.users;
    const api = context.mock.method(globalThis, 'fetch');
    const calls = [
      bucket.put(key, new Blob(['kept'])),
      client.api().request('/whoami', { method: 'POST', body: new Blob(['{}']) }),
      other.signIn(grace.username, grace.password),
    ];
    client.close();
    other.close();
    const [, answer, step] = await Promise.all(calls);
    assert.equal(answer.status, 200);
    assert.equal(step.kind, 'softwareTokenMfa');
    assert.equal(step.username, grace.username);
    await assert.rejects(step.answer('123456'), { kind: 'invalidInput' });
    assert.ok(api.mock.callCount() > 0);
    const reader = await signedIn();
    assert.equal(await (await reader.bucket().get(key)).text(), 'kept');
    reader.close();
  });

  test('closing the client of another role leaves the first one open, and ends what it has heard', async () => {
    const client = await signedIn();
    const role = client.withRole('arn:aws:iam::123456789012:role/other');
    const heard = { client: 0, role: 0 };
    client.onSessionEvent(() => (heard.client += 1));
    role.onSessionEvent(() => (heard.role += 1));
    await client.refresh();
    role.close();
    await assert.rejects(role.currentUser(), { kind: 'invalidInput' });
    await client.refresh();
    assert.deepEqual(heard, { client: 2, role: 1 });
    assert.equal((await client.account.attributes()).email, 'ada@example.com');
    client.close();
  });

  test('the client of another role is given back, also after the first one', async (context) => {
    const { Client: Inner } = await import(inside('poolpass_wasm.js'));
    const free = context.mock.method(Inner.prototype, 'free');
    const client = await signedIn();
    const role = client.withRole('arn:aws:iam::123456789012:role/other');
    client.close();
    role.close();
    role.close();
    assert.equal(free.mock.callCount(), 2);
  });

  test('a listener that is added twice is called twice, until each is removed', async () => {
    const client = await signedIn();
    let heard = 0;
    const listener = () => (heard += 1);
    const [first, second] = [client.onSessionEvent(listener), client.onSessionEvent(listener)];
    await client.refresh();
    assert.equal(heard, 2);
    first();
    first();
    await client.refresh();
    assert.equal(heard, 3);
    second();
    await client.refresh();
    assert.equal(heard, 3);
    client.close();
  });
});
