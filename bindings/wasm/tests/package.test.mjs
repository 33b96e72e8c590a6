// Tests of the package beside the scenarios: its entries, errors, cancellation, bodies and items.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { inside, load } from './player/package.mjs';

const { attribute, Client, Decimal, init, MemoryStore, PoolpassError } = await load();
const MIB = 1024 * 1024;

describe('the package in Node.js', () => {
  let backend;
  let client;

  before(async () => {
    backend = await Backend.start();
    client = await Client.create(backend.config);
    const [{ username, password }] = backend.config.demo.users;
    assert.equal((await client.signIn(username, password)).kind, 'done');
  });
  after(() => backend.stop());

  test('TypeScript lists the kinds of all errors', async () => {
    const declared = await readFile(inside('errors.d.ts'), 'utf8');
    const start = declared.indexOf('type ErrorKind');
    const union = declared.slice(start, declared.indexOf(';', start));
    const { errorKinds } = await import(inside('poolpass_wasm.js'));
    const listed = [...union.matchAll(/'(\w+)'/g)].map(([, kind]) => kind);
    assert.deepEqual(listed, errorKinds());
  });

  test('init is idempotent', async () => {
    assert.equal(await init(), undefined);
    assert.equal(init(), init());
  });

  test('an error is an Error with what AWS said', async () => {
    const error = await client.signIn('nobody', 'wrong').catch((thrown) => thrown);
    assert.ok(error instanceof PoolpassError && error instanceof Error);
    assert.equal(error.name, 'PoolpassError');
    assert.deepEqual([error.kind, error.awsCode, error.httpStatus], ['notAuthorized', 'NotAuthorizedException', 400]);
    assert.ok(error.requestId.length > 0 && error.operation.length > 0);
    assert.ok(!JSON.stringify(error).includes('wrong'));
  });

  test('a wrong configuration and wrong options are told before anything is sent', async () => {
    await assert.rejects(Client.create('{}'), { kind: 'invalidConfig' });
    await assert.rejects(Client.create(backend.config, { store: 'cloud' }), { kind: 'invalidConfig' });
    await assert.rejects(client.signIn('ada', 'x', { flow: 'telepathy' }), { kind: 'invalidInput' });
    await assert.rejects(client.bucket().put('a/../b', 'x'), { kind: 'invalidInput' });
  });

  test('an aborted call rejects with its reason', async () => {
    const signal = AbortSignal.abort('enough');
    await assert.rejects(client.idToken({ signal }), { kind: 'cancelled', cause: 'enough' });

    const late = new AbortController();
    await backend.fault({ operation: 'PutObject', action: { delayMs: 5_000 }, times: 1 });
    const put = client.bucket().put(await client.bucket().privatePath('late'), 'x', { signal: late.signal });
    setTimeout(() => late.abort(), 50);
    await assert.rejects(put, { kind: 'cancelled' });
    await backend.fault(null);
  });

  test('bodies of every kind arrive as they were', async () => {
    const bucket = client.bucket();
    const key = await bucket.privatePath('body');
    const text = 'Grüße, 世界';
    const bytes = new TextEncoder().encode(text);
    for (const body of [text, bytes, bytes.buffer, new DataView(bytes.buffer), new Blob([bytes])]) {
      await bucket.put(key, body);
      assert.equal(await (await bucket.get(key)).text(), text);
      await bucket.upload(key, body);
      assert.deepEqual(await (await bucket.get(key)).bytes(), bytes);
    }
    await bucket.put(key, new Blob(['{"a":1}'], { type: 'application/json' }));
    const object = await bucket.get(key);
    assert.equal(object.metadata.contentType, 'application/json');
    assert.deepEqual(await object.json(), { a: 1 });
    assert.equal((await (await bucket.get(key)).blob()).type, 'application/json');
  });

  test('a stream is uploaded in parts and downloaded piece by piece', async () => {
    const bucket = client.bucket();
    const key = await bucket.privatePath('stream');
    const pieces = Array.from({ length: 12 }, (_, index) => new Uint8Array(MIB).fill(index));
    const sent = [];
    await bucket.upload(key, ReadableStream.from(pieces), {
      partSize: 5 * MIB,
      onProgress: (progress) => sent.push(progress),
    });
    assert.deepEqual(sent.at(-1), { sent: 12 * MIB });
    assert.equal(sent.length, 3);

    const received = [];
    const object = await bucket.get(key, { onProgress: (progress) => received.push(progress) });
    let length = 0;
    for await (const piece of object.body) {
      assert.equal(piece[0], Math.floor(length / MIB));
      length += piece.length;
    }
    assert.equal(length, 12 * MIB);
    assert.ok(received.length > 1);
    assert.deepEqual(received.at(-1), { received: 12 * MIB, total: 12 * MIB });
  });

  test('an upload that was cancelled goes on where it stopped', async () => {
    const bucket = client.bucket();
    const key = await bucket.privatePath('resumed');
    const blob = new Blob([new Uint8Array(15 * MIB).fill(7)]);
    const cancel = new AbortController();
    let state;
    const first = bucket.upload(key, blob, {
      partSize: 5 * MIB,
      concurrency: 1,
      signal: cancel.signal,
      onResumable: (given) => {
        state = JSON.parse(JSON.stringify(given));
      },
      onProgress: () => cancel.abort(),
    });
    await assert.rejects(first, { kind: 'cancelled' });
    await backend.takeRequestCounts();
    await bucket.resumeUpload(state, blob);
    const { UploadPart } = await backend.takeRequestCounts();
    assert.ok(UploadPart <= 2, `${UploadPart} parts were sent again`);
    assert.equal((await bucket.head(key)).size, 15 * MIB);
  });

  test('items keep their types and digits', async () => {
    const table = client.table();
    const pk = await client.identityId();
    const item = {
      pk,
      sk: 'types',
      text: 'ß',
      safe: Number.MAX_SAFE_INTEGER,
      big: 18446744073709551615n,
      tenth: 0.1,
      tiny: 1e-7,
      yes: true,
      nothing: null,
      bytes: new Uint8Array([0, 255]),
      words: new Set(['a', 'b']),
      numbers: new Set([1, 2n ** 70n]),
      blobs: new Set([new Uint8Array([1])]),
      list: [1, ['x'], { y: null }],
    };
    await table.put({ ...item, absent: undefined });
    assert.deepEqual(await table.get({ pk, sk: 'types' }), item);

    for (const digits of ['12345678901234567890.12345678901234567', '1.00000000000000000001']) {
      await table.put({ pk, sk: 'types', price: new Decimal(digits) });
      const exact = await table.get({ pk, sk: 'types' }, { exactDecimals: true });
      assert.equal(exact.price.text, digits);
    }
    for (const wrong of [new Date(), NaN, new Set(), new Set([1, 'a']), () => 1]) {
      await assert.rejects(table.put({ pk, sk: 'types', wrong }), (error) => error instanceof PoolpassError);
    }
  });

  test('conditions, updates, queries and transactions say what they mean', async () => {
    const table = client.table();
    const pk = await client.identityId();
    const key = { pk, sk: 'c#1' };
    await table.batchWrite({ put: [1, 2, 3].map((n) => ({ pk, sk: `c#${n}`, n, tags: ['a'] })) });
    await assert.rejects(table.put(key, { condition: attribute('pk').notExists() }), { kind: 'conditionFailed' });
    const changed = await table.update(
      key,
      { set: { 'dotted.name': 1 }, append: { tags: ['b'] }, add: { n: 10 }, setIfNotExists: [['made', 'now']] },
      { condition: attribute(['tags', 0]).eq('a').and(attribute('n').lt(2)), returnValues: 'allNew' },
    );
    assert.deepEqual(changed, { ...key, n: 11, tags: ['a', 'b'], 'dotted.name': 1, made: 'now' });

    const mine = attribute('pk').eq(pk).and(attribute('sk').beginsWith('c#'));
    const all = await table.query(mine, { descending: true, pageSize: 1, attributes: ['sk'] }).all();
    assert.deepEqual(all, [{ sk: 'c#3' }, { sk: 'c#2' }, { sk: 'c#1' }]);
    const filter = { expression: '#n > :two', names: { '#n': 'n' }, values: { ':two': 2 } };
    assert.equal(await table.query(mine, { filter }).count(), 2);
    const paged = table.query(mine, { pageSize: 2 });
    const sizes = [];
    for await (const page of paged.pages()) sizes.push(page.items.length);
    assert.deepEqual(sizes, [2, 1]);
    const { lastEvaluatedKey, scannedCount } = await paged.page();
    assert.equal(scannedCount, 2);
    const rest = [];
    for await (const item of table.query(mine, { exclusiveStartKey: lastEvaluatedKey })) rest.push(item.sk);
    assert.deepEqual(rest, ['c#3']);

    await client.transactWrite([
      { put: { pk, sk: 'c#4' } },
      { update: { pk, sk: 'c#2' }, add: { n: 1 } },
      { delete: { pk, sk: 'c#3' }, condition: attribute('n').eq(3) },
      { conditionCheck: key, condition: attribute('n').exists() },
    ]);
    const [second, third] = await client.transactGet([
      { key: { pk, sk: 'c#2' }, attributes: ['n'] },
      { key: { pk, sk: 'c#3' } },
    ]);
    assert.deepEqual([second.n, second.tags, third], [3, undefined, undefined]);
    assert.equal((await table.put({ pk, sk: 'c#2' }, { returnOld: true })).n, 3);
    assert.equal((await table.delete(key, { returnOld: true })).n, 11);
    assert.equal(await table.delete(key, { returnOld: true }), undefined);
  });

  test('api.request answers as fetch does', async () => {
    const answer = await client.api().request('/whoami', { method: 'post', body: 'hello' });
    assert.ok(answer instanceof Response && answer.ok);
    const missing = await client.api('s3').request(`${backend.config.endpoints.s3}/no-such-bucket/x`);
    assert.ok(missing.status >= 400);
    const thrown = client.api('s3').request(missing.url || `${backend.config.endpoints.s3}/no-such-bucket/x`, {
      throwOnError: true,
    });
    await assert.rejects(thrown, (error) => error instanceof PoolpassError && error.httpStatus === missing.status);
  });

  test('a mocked fetch whose response has no URL will do', async (context) => {
    context.mock.method(globalThis, 'fetch', async () => new Response('{"__type":"UserNotFoundException"}', { status: 400 }));
    const mocked = await Client.create(backend.config);
    await assert.rejects(mocked.signIn('ada', 'x'), { kind: 'userNotFound' });
  });

  test("the app's own store is used, and one that throws is an error", async () => {
    const memory = new MemoryStore();
    const saved = new Set();
    const own = {
      load: (key) => memory.load(key),
      save: (key, value) => {
        saved.add(key);
        return memory.save(key, value);
      },
      remove: (key) => memory.remove(key),
    };
    const [{ username, password }] = backend.config.demo.users;
    const first = await Client.create(backend.config, { store: own });
    await first.signIn(username, password);
    assert.ok(saved.size > 0);
    assert.equal((await (await Client.create(backend.config, { store: own })).currentUser()).username, username);

    const broken = await Client.create(backend.config, {
      store: { ...own, load: async () => Promise.reject(new Error('the disk is full')) },
    });
    await assert.rejects(broken.currentUser(), { kind: 'store', message: /the disk is full/ });
  });

  test('a listener that throws does not end what it listens to', async (context) => {
    const errors = [];
    const later = globalThis.queueMicrotask;
    // The test runner would take an uncaught error for its own.
    context.mock.method(globalThis, 'queueMicrotask', (work) =>
      later(() => {
        try {
          work();
        } catch (error) {
          errors.push(error.message);
        }
      }),
    );
    const other = await Client.create(backend.config);
    other.onSessionEvent(() => {
      throw new Error('oops');
    });
    const [{ username, password }] = backend.config.demo.users;
    assert.equal((await other.signIn(username, password)).kind, 'done');
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(errors, ['oops']);
  });
});

test('an option may be undefined, as exactOptionalPropertyTypes wants it said', async () => {
  for (const name of ['account', 'api', 'client', 'conditions', 'config', 'dynamodb', 'errors', 'options', 's3']) {
    const declared = await readFile(inside(`${name}.d.ts`), 'utf8');
    const options = declared.split('\n').filter((line) => /^ +\w+\?: .*;$/.test(line));
    assert.deepEqual(options.filter((line) => !/(\| undefined|unknown);$/.test(line)), []);
  }
});
