// Values of a frame's classes, and errors on their way out of a worker.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { NAME } from './browser.mjs';
import { open, signIn, Suite } from './suite.mjs';

describe(`other realms in ${NAME}`, () => {
  const suite = new Suite();

  suite.test("a frame's signals, bytes, sets, dates, Blobs and streams are what they are", async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const outcome = await tab.evaluate(async () => {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const other = frame.contentWindow;
      const bucket = client.bucket();
      const key = await bucket.privatePath('frame');
      const read = async () => (await bucket.get(key)).text();
      const bytes = other.Uint8Array.of(111, 107);
      const arrived = {};
      for (const [name, body] of Object.entries({
        bytes,
        buffer: bytes.buffer,
        blob: new other.Blob([bytes]),
        file: new other.File([bytes], 'ok.txt'),
      })) {
        await bucket.put(key, body);
        arrived[name] = await read();
        await bucket.upload(key, body);
        arrived[`${name} in parts`] = await read();
      }
      await bucket.upload(key, new other.Blob([bytes]).stream());
      arrived.stream = await read();
      const item = { pk: await client.identityId(), sk: 'frame' };
      await client.table().put({ ...item, words: new other.Set(['a']), bytes, list: other.Array.of('x') });
      const { words, bytes: stored } = await client.table().get(item);
      arrived.item = [[...words].join(), [...stored].join()];
      const abort = new other.AbortController();
      abort.abort('enough');
      arrived.aborted = (await failureOf(bucket.upload(key, 'x', { signal: abort.signal }))).kind;
      arrived.date = (await failureOf(bucket.get(key, { ifModifiedSince: new other.Date(NaN) }))).kind;
      const answer = await client.api().request('/whoami', { method: 'POST', body: new other.URLSearchParams('a=1'), headers: new other.Headers({ 'content-type': 'text/plain' }) });
      arrived.status = answer.status;
      return arrived;
    });
    const ok = Object.fromEntries(['bytes', 'buffer', 'blob', 'file'].flatMap((name) => [[name, 'ok'], [`${name} in parts`, 'ok']]));
    assert.deepEqual(outcome, {
      ...ok,
      stream: 'ok',
      item: ['a', '111,107'],
      aborted: 'cancelled',
      date: 'invalidInput',
      status: 200,
    });
  });

  suite.test('an error that a worker posts keeps its kind, and a Decimal is stored as a number', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const outcome = await tab.evaluate(async () => {
      const error = await client.signIn('nobody', 'wrong').catch((thrown) => thrown);
      const { port1, port2 } = new MessageChannel();
      const posted = new Promise((resolve) => (port2.onmessage = ({ data }) => resolve(data)));
      port1.postMessage({ error, price: new Decimal('1.50') });
      const { error: copy, price } = await posted;
      const key = { pk: await client.identityId(), sk: 'posted' };
      await client.table().put({ ...key, price });
      return [copy.kind, copy.awsCode, copy.name, copy.message === error.message, (await client.table().get(key)).price];
    });
    assert.deepEqual(outcome, ['notAuthorized', 'NotAuthorizedException', 'PoolpassError', true, 1.5]);
  });
});
