// Tests of bodies: which are accepted, which are refused, and what stops a download.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { Client, PoolpassError } = await load();

describe('bodies in Node.js', { timeout: 120_000 }, () => {
  let backend;
  let client;
  let bucket;
  let key;

  before(async () => {
    backend = await Backend.start();
    client = await Client.create(backend.config);
    const [{ username, password }] = backend.config.demo.users;
    await client.signIn(username, password);
    bucket = client.bucket();
    key = await bucket.privatePath('body');
  });
  after(() => backend.stop());

  test('what is no body is refused, and nothing is sent', async () => {
    const form = new FormData();
    form.set('a', '1');
    const gone = new Uint8Array([1, 2, 3]);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    const wrong = {
      undefined: undefined,
      null: null,
      'a number': 7,
      'a boolean': true,
      'a plain object': { a: 1 },
      'an array': [1, 2],
      'a FormData': form,
      'a function': () => 'x',
      'a Date': new Date(),
      'a String object': new String('x'),
      'a buffer that is elsewhere': gone.buffer,
      'a view of a buffer that is elsewhere': gone,
      'what says that it is a Blob': { [Symbol.toStringTag]: 'Blob', size: 1, arrayBuffer: async () => new ArrayBuffer(1) },
      'what says that it is an ArrayBuffer': { [Symbol.toStringTag]: 'ArrayBuffer', byteLength: 1 },
    };
    await backend.takeRequestCounts();
    for (const [name, body] of Object.entries(wrong)) {
      for (const call of [() => bucket.put(key, body), () => bucket.upload(key, body), () => client.api().request('/whoami', { method: 'POST', body })]) {
        // A request, like fetch's, may have no body.
        if (body == null && call.toString().includes('.api()')) continue;
        const error = await call().catch((thrown) => thrown);
        assert.ok(error instanceof PoolpassError, `${name}: ${error}`);
        assert.equal(error.kind, 'invalidInput', name);
        assert.match(error.message, /string.*ArrayBuffer.*Blob/, name);
      }
    }
    await assert.rejects(bucket.put(key, new URLSearchParams('a=1')), { kind: 'invalidInput' });
    await assert.rejects(bucket.put(key, new Blob(['x']).stream()), { kind: 'invalidInput', message: /upload/ });
    assert.deepEqual(await backend.takeRequestCounts(), {});
  });

  test('bytes of another realm, and shared ones, arrive as they were', async () => {
    const bodies = runInNewContext(`
      const bytes = new Uint8Array([9, 1, 2, 3, 9]);
      const shared = new Uint8Array(new SharedArrayBuffer(3));
      shared.set([1, 2, 3]);
      [bytes.slice(1, 4).buffer, bytes.subarray(1, 4), new DataView(bytes.buffer, 1, 3), shared, shared.buffer]`);
    assert.ok(!(bodies[0] instanceof ArrayBuffer) && !(bodies[1] instanceof Uint8Array));
    const mine = new Uint8Array(new SharedArrayBuffer(3));
    mine.set([1, 2, 3]);
    for (const body of [...bodies, mine, mine.buffer, new Uint16Array([0x0201, 0x0003]).subarray(0, 2)]) {
      for (const write of ['put', 'upload']) {
        await bucket[write](key, body);
        assert.deepEqual([...(await (await bucket.get(key)).bytes())].slice(0, 3), [1, 2, 3]);
      }
    }
  });

  test("a Blob's media type is the content type, unless the app names one", async () => {
    const image = new Blob(['x'], { type: 'image/png' });
    for (const write of ['put', 'upload']) {
      await bucket[write](key, image, { contentType: undefined });
      assert.equal((await bucket.head(key)).contentType, 'image/png');
      await bucket[write](key, image, { contentType: 'image/x-mine' });
      assert.equal((await bucket.head(key)).contentType, 'image/x-mine');
    }
  });

  test('a Blob that cannot be read is an error with a code', async () => {
    const lost = new Blob(['x']);
    lost.arrayBuffer = async () => Promise.reject(new DOMException('the file has changed', 'NotReadableError'));
    await assert.rejects(bucket.put(key, lost), { name: 'PoolpassError', kind: 'invalidInput', message: /the file has changed/ });
  });

  test('a large body is hashed by WebCrypto, and without it all the same', async (context) => {
    const large = new Uint8Array(70_000).fill(7);
    const stored = async () => (await (await bucket.get(key)).bytes()).length;
    const digest = context.mock.method(SubtleCrypto.prototype, 'digest');
    await bucket.put(key, large);
    assert.deepEqual(digest.mock.calls.map((call) => call.arguments[0]), ['SHA-256']);
    assert.equal(await stored(), 70_000);
    await bucket.put(key, 'small');
    assert.equal(digest.mock.callCount(), 1);

    digest.mock.mockImplementation(async () => new ArrayBuffer(32));
    await assert.rejects(bucket.put(key, large), { name: 'PoolpassError', kind: 'signatureRefused' });
    assert.equal(await stored(), 5);

    // As on a page that came over plain HTTP, and where something has replaced it.
    const { crypto } = globalThis;
    context.after(() => Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true }));
    const getRandomValues = crypto.getRandomValues.bind(crypto);
    const broken = { __proto__: SubtleCrypto.prototype, digest: async () => Promise.reject(new Error('no')) };
    for (const subtle of [undefined, {}, broken]) {
      Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues, subtle }, configurable: true });
      await bucket.delete(key);
      await bucket.put(key, large);
      assert.equal(await stored(), 70_000);
    }
  });

  test('fetch sends URLSearchParams as a form, and refuses headers that are none', async (context) => {
    const sent = [];
    const real = globalThis.fetch;
    context.mock.method(globalThis, 'fetch', (url, init) => {
      sent.push([new Headers(init.headers).get('content-type'), new TextDecoder().decode(init.body)]);
      return real(url, init);
    });
    await client.api().request('/whoami', { method: 'POST', body: new URLSearchParams({ a: 'b c', d: 'ß' }) });
    const json = { 'content-type': 'application/json' };
    await client.api().request('/whoami', { method: 'POST', body: '{}', headers: json });
    assert.deepEqual(sent, [
      ['application/x-www-form-urlencoded;charset=UTF-8', 'a=b+c&d=%C3%9F'],
      ['application/json', '{}'],
    ]);
    for (const headers of [{ 'a b': '1' }, { a: 'secret\n' + 'b' }, [['a']], 7]) {
      const error = await client.api().request('/whoami', { headers }).catch((thrown) => thrown);
      assert.ok(error instanceof PoolpassError, String(error));
      assert.equal(error.kind, 'invalidInput');
      assert.ok(!`${error.message} ${error.cause}`.includes('secret'));
    }
  });

  test('an aborted signal stops a download also while nobody reads', async (context) => {
    const transfer = endless(context);
    for (const read of [async (signal) => (await bucket.get(key, { signal })).body, async (signal) => (await client.api().request('/x', { signal })).body]) {
      const abort = new AbortController();
      const stopped = transfer.stopped();
      const reader = (await read(abort.signal)).getReader();
      assert.equal((await reader.read()).done, false);
      abort.abort('the person went away');
      await stopped;
      await assert.rejects(reader.read(), { name: 'PoolpassError', kind: 'cancelled', cause: 'the person went away' });
      assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
    }
  });

  test('what has ended is not aborted', async (context) => {
    const signals = [];
    const real = globalThis.fetch;
    context.mock.method(globalThis, 'fetch', (url, init) => {
      signals.push(init.signal);
      return real(url, init);
    });
    await bucket.put(key, 'x');
    await (await bucket.get(key)).bytes();
    await bucket.head(key);
    await bucket.delete(key);
    assert.deepEqual(signals.map((signal) => signal.aborted), [false, false, false, false]);
  });

  test('a download that is given up while a piece is waited for is stopped', async (context) => {
    const transfer = endless(context, { pieces: 1 });
    const stopped = transfer.stopped();
    const abort = new AbortController();
    const reader = (await bucket.get(key, { signal: abort.signal })).body.getReader();
    await reader.read();
    const waiting = reader.read();
    await reader.cancel();
    assert.equal((await waiting).done, true);
    await stopped;
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
  });

  test('a download that has ended listens to its signal no more', async () => {
    await bucket.put(key, 'x');
    const { signal } = new AbortController();
    assert.equal(await (await bucket.get(key, { signal })).text(), 'x');
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});

/** Lets every answer to a GET have no end, and none at all after so many pieces; tells when the request is stopped. */
function endless(context, { pieces = Infinity } = {}) {
  const real = globalThis.fetch;
  let onStopped = () => {};
  context.mock.method(globalThis, 'fetch', async (url, init) => {
    if (init.method !== 'GET') return real(url, init);
    let made = 0;
    init.signal.addEventListener('abort', () => onStopped());
    const body = new ReadableStream({
      pull(controller) {
        made += 1;
        return made > pieces ? new Promise(() => {}) : controller.enqueue(new Uint8Array(1000));
      },
    });
    return new Response(body, { headers: { 'content-length': '1000000000', etag: '"a"' } });
  });
  return {
    stopped: () =>
      new Promise((resolve) => {
        onStopped = resolve;
      }),
  };
}
