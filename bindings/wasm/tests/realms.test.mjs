// Values that were made by the classes of another realm, as those of frames, windows and test environments.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { attribute, Client, Decimal } = await load();

describe('values of another realm in Node.js', { timeout: 120_000 }, () => {
  let backend;
  let client;
  let key;

  before(async () => {
    backend = await Backend.start();
    client = await Client.create(backend.config);
    const [{ username, password }] = backend.config.demo.users;
    await client.signIn(username, password);
    key = { pk: await client.identityId(), sk: 'realms' };
  });
  after(() => backend.stop());

  /** A signal whose class and events are not the host's, as those of jsdom. */
  function foreignSignal() {
    return runInNewContext(`
      class AbortSignal {
        aborted = false;
        listeners = new Set();
        addEventListener(type, listener) { this.listeners.add(listener); }
        removeEventListener(type, listener) { this.listeners.delete(listener); }
        abort(reason) {
          this.aborted = true;
          this.reason = reason;
          for (const listener of this.listeners) listener({ type: 'abort' });
        }
      }
      new AbortSignal()`);
  }

  test('a Blob, a stream and parameters that do not say their class, as in older Cloudflare Workers, are what they are', async (context) => {
    for (const Class of [Blob, ReadableStream, URLSearchParams, Set]) {
      const tag = Object.getOwnPropertyDescriptor(Class.prototype, Symbol.toStringTag);
      delete Class.prototype[Symbol.toStringTag];
      context.after(() => Object.defineProperty(Class.prototype, Symbol.toStringTag, tag));
    }
    const bucket = client.bucket();
    const name = await bucket.privatePath('untagged');
    for (const body of [new Blob(['ok']), new Blob(['ok']).stream()]) {
      await bucket.upload(name, body);
      assert.equal(await (await bucket.get(name)).text(), 'ok');
    }
    assert.equal((await client.api().request('/whoami', { method: 'POST', body: new URLSearchParams('a=1') })).status, 200);
    await client.table().put({ ...key, words: new Set(['a']) });
    assert.deepEqual((await client.table().get(key)).words, new Set(['a']));
  });

  test('a signal of another realm cancels an upload, a call and a download, and what is no signal is refused', async (context) => {
    context.after(() => backend.fault(null));
    const bucket = client.bucket();
    const name = await bucket.privatePath('signal');
    const upload = foreignSignal();
    await backend.fault({ operation: 'PutObject', action: { delayMs: 5_000 }, times: 1 });
    const uploading = bucket.upload(name, 'x', { signal: upload });
    upload.abort('enough');
    await assert.rejects(uploading, { kind: 'cancelled', cause: 'enough' });
    assert.equal(upload.listeners.size, 0);
    await backend.fault(null);

    const before = foreignSignal();
    before.abort('early');
    await assert.rejects(client.idToken({ signal: before }), { kind: 'cancelled', cause: 'early' });

    await bucket.put(name, 'content');
    const reading = foreignSignal();
    const object = await bucket.get(name, { signal: reading });
    reading.abort('stop');
    await assert.rejects(object.text(), { kind: 'cancelled', cause: 'stop' });

    for (const signal of [7, 'x', {}, { aborted: false }, new EventTarget()]) {
      await assert.rejects(client.idToken({ signal }), { kind: 'invalidInput', message: /AbortSignal/ });
    }
  });

  test('sets, bytes, lists and maps of another realm are stored as what they are', async () => {
    const foreign = runInNewContext(`({
      words: new Set(['a', 'b']), numbers: new Set([1, 2n]), blobs: new Set([new Uint8Array([1])]),
      bytes: new Uint8Array([0, 255]), list: ['x', new Set(['y'])], map: { bytes: new Uint8Array([7]) },
    })`);
    const expected = {
      words: new Set(['a', 'b']),
      numbers: new Set([1, 2]),
      blobs: new Set([new Uint8Array([1])]),
      bytes: new Uint8Array([0, 255]),
      list: ['x', new Set(['y'])],
      map: { bytes: new Uint8Array([7]) },
    };
    const table = client.table();
    await table.put({ ...key, ...foreign });
    assert.deepEqual(await table.get(key), { ...key, ...expected });
    await table.update(key, { set: { words: runInNewContext("new Set(['c'])") } });
    assert.deepEqual((await table.get(key)).words, new Set(['c']));
    const found = await table.query(attribute('pk').eq(key.pk), { filter: attribute('bytes').eq(runInNewContext('new Uint8Array([0, 255])')) }).all();
    assert.equal(found.length, 1);
  });

  test('what only says that it is a Set, or a Date, is refused, and the next call works', async () => {
    const table = client.table();
    for (const wrong of [{ __proto__: Set.prototype }, new Map([['a', 1]]), new Date(), runInNewContext('new Date()')]) {
      await assert.rejects(table.put({ ...key, wrong }), { kind: 'invalidInput' });
    }
    const bucket = client.bucket();
    for (const ifModifiedSince of [{ [Symbol.toStringTag]: 'Date' }, { getTime: () => 0 }, '2026-01-01']) {
      await assert.rejects(bucket.get('public/welcome.txt', { ifModifiedSince }), { kind: 'invalidInput' });
    }
    assert.ok(await table.get(key));
  });

  test('a Date of another realm is a moment', async () => {
    const ifModifiedSince = runInNewContext("new Date('2099-01-01')");
    await assert.rejects(client.bucket().get('public/welcome.txt', { ifModifiedSince: runInNewContext('new Date(NaN)') }), { kind: 'invalidInput' });
    const outcome = await client.bucket().get('public/welcome.txt', { ifModifiedSince }).then(() => 'read', ({ kind }) => kind);
    assert.ok(['read', 'notModified'].includes(outcome), outcome);
  });

  test('a stream of bytes of another realm is uploaded', async () => {
    const name = await client.bucket().privatePath('stream');
    const pieces = runInNewContext('[new Uint8Array([1, 2]), new Uint8Array([3])]');
    await client.bucket().upload(name, ReadableStream.from(pieces));
    assert.deepEqual(await (await client.bucket().get(name)).bytes(), new Uint8Array([1, 2, 3]));
  });

  test('a Blob of another realm is read part by part, and one that lies is an error', async () => {
    const bytes = new Uint8Array(6 * 1024 * 1024).fill(5);
    const blobOf = (bytes) => ({
      [Symbol.toStringTag]: 'Blob',
      size: bytes.length,
      type: 'text/css',
      slice: (start, end) => blobOf(bytes.subarray(start, end)),
      arrayBuffer: async () => bytes.slice().buffer,
    });
    const bucket = client.bucket();
    const name = await bucket.privatePath('blob');
    for (const write of ['put', 'upload']) {
      await bucket[write](name, blobOf(bytes));
      const { size, contentType } = await bucket.head(name);
      assert.deepEqual([size, contentType], [bytes.length, 'text/css'], write);
    }
    const lies = [{ slice: () => 7 }, { slice: () => { throw new Error('gone'); } }, { arrayBuffer: () => 7 }, { size: undefined }];
    for (const lie of lies) {
      const outcome = await bucket.upload(name, { ...blobOf(bytes), ...lie }).catch((error) => error.kind);
      assert.ok(outcome === 'invalidInput' || outcome.etag, String(outcome));
    }
  });

  test('answers of another realm, as a test environment gives them, are read', async (context) => {
    const real = globalThis.fetch;
    context.mock.method(globalThis, 'fetch', async (...args) => {
      const answer = await real(...args);
      const whole = new Uint8Array(await answer.arrayBuffer());
      const pieces = [runInNewContext('(bytes) => Uint8Array.from(bytes)')(whole)];
      const reader = { read: async () => (pieces.length > 0 ? { done: false, value: pieces.shift() } : { done: true }), cancel: async () => {} };
      return { status: answer.status, headers: answer.headers, body: { getReader: () => reader } };
    });
    assert.equal((await client.account.attributes()).email, 'ada@example.com');
    assert.ok((await (await client.bucket().get('public/welcome.txt')).text()).length > 0);
  });

  test('what a store of another realm throws is told', async () => {
    const load = runInNewContext("() => { throw new TypeError('no room'); }");
    const other = await Client.create(backend.config, { store: { load, save: () => {}, remove: () => {} } });
    await assert.rejects(other.currentUser(), { kind: 'store', message: /no room/ });
  });

  test('a Decimal that was cloned, or comes from another copy of the package, is a number', async () => {
    const table = client.table();
    const digits = '12345678901234567890.12345678901234567';
    const price = structuredClone(new Decimal(digits));
    await table.put({ ...key, price, prices: new Set([structuredClone(new Decimal('1.5'))]) });
    const found = await table.get(key, { exactDecimals: true });
    assert.equal(found.price.text, digits);
    assert.equal([...found.prices][0].text, '1.5');
    // A map of the app's own is a map.
    await table.put({ ...key, price: { text: '1.5' } });
    assert.deepEqual((await table.get(key)).price, { text: '1.5' });
    await assert.rejects(table.put({ ...key, price: structuredClone(new Decimal(5)) }), { kind: 'invalidInput' });
  });
});
