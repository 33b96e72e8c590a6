// Large bodies, streams, and what the memory of the page has to say to them.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { MemoryWatch } from './memory.mjs';
import { NAME } from './browser.mjs';
import { open, signIn, Suite } from './suite.mjs';

const MIB = 1024 * 1024;

describe(`transfer in ${NAME}`, () => {
  const suite = new Suite();

  suite.test(
    'a Blob of 200 MB is uploaded, cancelled and resumed in less than 40 MB of memory',
    async (person, backend, diagnose) => {
      const { config } = backend;
      const tab = await person.newTab();
      await open(tab, config);
      await signIn(tab, config.demo.users[0]);
      await tab.evaluate(async (size) => {
        const piece = new Uint8Array(1024 * 1024);
        // Of pieces, so that the page never holds all of it.
        const pieces = Array.from({ length: size / piece.length }, (_, index) => new Blob([piece.fill(index)]));
        globalThis.film = new Blob(pieces, { type: 'video/mp4' });
        globalThis.key = await client.bucket().privatePath('film.mp4');
      }, 200 * MIB);
      const memory = await MemoryWatch.start(tab);

      const cancelled = await tab.evaluate(async () => {
        const cancel = new AbortController();
        const sent = [];
        const upload = client.bucket().upload(key, film, {
          signal: cancel.signal,
          onResumable: (state) => localStorage.setItem('upload', JSON.stringify(state)),
          onProgress: (progress) => {
            sent.push(progress.sent);
            if (sent.length % 4 === 0) sampleMemory();
            if (sent.length === 8) cancel.abort();
          },
        });
        const { kind } = await failureOf(upload);
        return { kind, sent: sent.at(-1) };
      });
      assert.deepEqual(cancelled, { kind: 'cancelled', sent: 40 * MIB });

      await backend.takeRequestCounts();
      const resumed = await tab.evaluate(async () => {
        const progress = [];
        const { etag } = await client.bucket().resumeUpload(JSON.parse(localStorage.getItem('upload')), film, {
          onProgress: ({ sent, total }) => {
            progress.push([sent, total]);
            if (progress.length % 4 === 0) sampleMemory();
          },
        });
        return { etag, progress };
      });
      assert.ok(resumed.etag.length > 0);
      assert.deepEqual(resumed.progress.at(-1), [200 * MIB, 200 * MIB]);
      assert.ok(resumed.progress.every(([sent], index, all) => index === 0 || sent > all[index - 1][0]));
      // 8 of 40 parts were there, and at most those that were under way too.
      const { UploadPart } = await backend.takeRequestCounts();
      assert.ok(UploadPart <= 32 && UploadPart >= 28, `${UploadPart} parts were sent`);

      const growth = await memory.growth();
      assert.ok(memory.samples.length > 8, `only ${memory.samples.length} samples`);
      diagnose(`the page grew by ${(growth / 1e6).toFixed(1)} MB`);
      // The module's memory holds the parts that are under way: had it not grown, something else was measured.
      assert.ok(growth > 5e6 && growth < 40e6, `the page grew by ${growth} bytes`);

      const object = await tab.evaluate(async () => {
        const { size, contentType } = await client.bucket().head(key);
        const middle = await client.bucket().get(key, { range: { start: 150 * 1024 * 1024 - 1, end: 150 * 1024 * 1024 + 1 } });
        return { size, contentType, middle: [...(await middle.bytes())] };
      });
      assert.deepEqual(object, { size: 200 * MIB, contentType: 'video/mp4', middle: [149, 150] });
    },
    { timeout: 300_000, only: 'chromium' },
  );

  suite.test('a download streams: it is read while it arrives, and is stopped when nobody reads on', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const seen = await tab.evaluate(async () => {
      const bucket = client.bucket();
      const key = await bucket.privatePath('download');
      const mib = 1024 * 1024;
      await bucket.upload(key, new Blob(Array.from({ length: 24 }, (_, index) => new Uint8Array(mib).fill(index))));
      const received = [];
      const object = await bucket.get(key, { onProgress: (progress) => received.push(progress) });
      const pieces = [];
      let length = 0;
      let wrong = 0;
      // Not by `for await`, which WebKit's streams do not know.
      const stream = object.body.getReader();
      for (;;) {
        const { done, value: piece } = await stream.read();
        if (done) break;
        // Pieces come one by one, each when it is asked for.
        pieces.push(received.length);
        if (piece[0] !== Math.floor(length / mib)) wrong += 1;
        length += piece.length;
      }

      const cancelled = await bucket.get(key);
      const reader = cancelled.body.getReader();
      await reader.read();
      await reader.cancel();
      const after = await reader.read();
      return { length, wrong, pieces, last: received.at(-1), ended: after.done, total: received.length };
    });
    assert.deepEqual([seen.length, seen.wrong, seen.ended], [24 * MIB, 0, true]);
    assert.deepEqual(seen.last, { received: 24 * MIB, total: 24 * MIB });
    assert.ok(seen.total > 1, `${seen.total} pieces`);
    assert.deepEqual(seen.pieces, seen.pieces.map((_, index) => index + 1));
  });

  suite.test('a download is cancelled by its signal', async (person, backend) => {
    const { config } = backend;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const failure = await tab.evaluate(async () => {
      const bucket = client.bucket();
      const key = await bucket.privatePath('cancelled');
      await bucket.upload(key, new Blob([new Uint8Array(8 * 1024 * 1024)]));
      const cancel = new AbortController();
      const object = await bucket.get(key, { signal: cancel.signal });
      const reader = object.body.getReader();
      await reader.read();
      cancel.abort(new Error('the person went away'));
      return failureOf(
        (async () => {
          while (!(await reader.read()).done);
        })(),
      );
    });
    assert.deepEqual([failure.isPoolpassError, failure.kind], [true, 'cancelled']);
  });

  suite.test('bodies of every kind arrive as they were', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const arrived = await tab.evaluate(async () => {
      const bucket = client.bucket();
      const key = await bucket.privatePath('body');
      const text = 'Grüße, 世界';
      const bytes = new TextEncoder().encode(text);
      const bodies = [text, bytes, bytes.buffer, new DataView(bytes.buffer), new Blob([bytes]), new File([bytes], 'a.txt')];
      const arrived = [];
      for (const body of bodies) {
        await bucket.put(key, body);
        arrived.push(await (await bucket.get(key)).text());
        await bucket.upload(key, body);
        arrived.push(await (await bucket.get(key)).text());
      }
      const image = new Blob([bytes], { type: 'image/png' });
      await bucket.upload(key, image);
      arrived.push((await (await bucket.get(key)).blob()).type, (await bucket.head(key)).contentType);
      return arrived;
    });
    assert.deepEqual(arrived, [...Array(12).fill('Grüße, 世界'), 'image/png', 'image/png']);
  });

  suite.test('a ReadableStream is uploaded part by part, and one that is being read is refused', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const seen = await tab.evaluate(async () => {
      const bucket = client.bucket();
      const key = await bucket.privatePath('stream');
      const mib = 1024 * 1024;
      let made = 0;
      const pieces = new ReadableStream({
        pull(controller) {
          if (made === 13) controller.close();
          else controller.enqueue(new Uint8Array(mib).fill(made++));
        },
      });
      const sent = [];
      await bucket.upload(key, pieces, { partSize: 5 * mib, onProgress: (progress) => sent.push(progress.sent / mib) });
      const { size } = await bucket.head(key);

      // A body from fetch is a stream too.
      const answer = await fetch('/poolpass/poolpass.wasm');
      const length = Number(answer.headers.get('content-length'));
      await bucket.upload(key, answer.body);
      const same = (await bucket.head(key)).size === length;

      const broken = new ReadableStream({
        pull: () => Promise.reject(new Error('the camera is gone')),
      });
      const locked = new Blob(['x']).stream();
      locked.getReader();
      const words = new ReadableStream({ pull: (controller) => controller.enqueue('text') });
      return {
        sent,
        size: size / mib,
        same,
        broken: await failureOf(bucket.upload(key, broken)),
        locked: await failureOf(bucket.upload(key, locked)),
        words: await failureOf(bucket.upload(key, words)),
      };
    });
    // The last part is the smallest, and may be the first to arrive.
    const arrived = seen.sent.map((sent, index) => sent - (seen.sent[index - 1] ?? 0));
    assert.deepEqual([arrived.toSorted(), seen.size, seen.same], [[3, 5, 5], 13, true]);
    assert.match(seen.broken.message, /the camera is gone/);
    assert.deepEqual([seen.locked.isPoolpassError, seen.locked.kind], [true, 'invalidInput']);
    assert.deepEqual([seen.words.isPoolpassError, seen.words.kind], [true, 'invalidInput']);
  });

  suite.test('bodies of another window arrive as they were, and what is none is refused', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const seen = await tab.evaluate(async () => {
      const bucket = client.bucket();
      const key = await bucket.privatePath('foreign');
      const other = document.body.appendChild(document.createElement('iframe')).contentWindow;
      const bytes = new other.TextEncoder().encode('Grüße');
      const blob = new other.Blob(['Grüße'], { type: 'text/x-foreign' });
      const bodies = [bytes, bytes.buffer, new other.DataView(bytes.buffer), blob, new other.File(['Grüße'], 'a.txt')];
      const arrived = [];
      for (const body of bodies) {
        for (const write of ['put', 'upload']) {
          await bucket[write](key, body);
          arrived.push(await (await bucket.get(key)).text());
        }
      }
      await bucket.upload(key, blob);
      const type = (await bucket.head(key)).contentType;
      const stream = new other.ReadableStream({
        start(controller) {
          controller.enqueue(bytes);
          controller.close();
        },
      });
      await bucket.upload(key, stream);
      arrived.push(await (await bucket.get(key)).text());

      const refused = [];
      const form = new FormData();
      for (const body of [undefined, null, {}, 7, form, new URLSearchParams('a=1'), new other.FormData()]) {
        for (const write of ['put', 'upload']) refused.push((await failureOf(bucket[write](key, body))).kind);
      }
      refused.push((await failureOf(bucket.put(key, blob.stream()))).kind);
      refused.push((await failureOf(client.api().request('/whoami', { method: 'POST', body: form }))).kind);
      return { same: blob instanceof Blob, arrived, type, refused };
    });
    assert.equal(seen.same, false);
    assert.deepEqual(seen.arrived, Array(11).fill('Grüße'));
    assert.equal(seen.type, 'text/x-foreign');
    assert.deepEqual(seen.refused, Array(16).fill('invalidInput'));
  });

  suite.test('a download whose signal is aborted while nobody reads is stopped', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const failed = tab.waitForEvent('requestfailed', (request) => request.method() === 'GET');
    const failure = await tab.evaluate(async () => {
      const bucket = client.bucket();
      const key = await bucket.privatePath('stopped');
      await bucket.upload(key, new Blob(Array.from({ length: 64 }, () => new Uint8Array(1024 * 1024))));
      const abort = new AbortController();
      const reader = (await bucket.get(key, { signal: abort.signal })).body.getReader();
      await reader.read();
      abort.abort();
      await new Promise((resolve) => setTimeout(resolve));
      return failureOf(reader.closed);
    });
    assert.deepEqual([failure.isPoolpassError, failure.kind], [true, 'cancelled']);
    assert.equal((await failed).failure().errorText, 'net::ERR_ABORTED');
  }, { only: 'chromium' });
});
