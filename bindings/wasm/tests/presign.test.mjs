// URLs that are signed for other services than S3, the names of downloads, listings, and the progress of a download.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { Client } = await load();

let backend;
let client;
before(async () => {
  backend = await Backend.start();
  client = await Client.create(backend.config);
  const [{ username, password }] = backend.config.demo.users;
  await client.signIn(username, password);
});
after(() => backend.stop());

test('a WebSocket of AWS IoT is connected to by a URL whose session token was appended after signing', async () => {
  const url = 'wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt';
  const presigned = await client.api('iotdevicegateway', { region: 'eu-west-1' }).presign(url, 60);
  const parameters = [...new URL(presigned.url).searchParams.keys()];
  assert.ok(presigned.url.startsWith(`${url}?X-Amz-Algorithm=`));
  assert.equal(parameters.at(-1), 'X-Amz-Security-Token');
  assert.equal(parameters.at(-2), 'X-Amz-Signature');
  assert.deepEqual(presigned.headers, {});
  assert.ok(presigned.expiresAt instanceof Date);
});

test('what cannot be presigned is refused', async () => {
  for (const [url, expiresIn, options, service] of [
    ['wss://x.example/', 0, {}],
    ['wss://x.example/', 8 * 24 * 3600, {}],
    ['wss://x.example/?q=%FF', 60, {}],
    ['wss://x.example/', 60, { headers: { te: 'trailers' } }],
    ['wss://x.example/', 60, {}, 's3\n'],
    // Hosts that are sent as other ones, or not at all.
    ...['1.2.3', '2130706433', '127.0.0.1.', '127.00.0.1', '256.1.1.1', 'a.0x1', '[::g]', 'a..b', 'a;b'].map((host) => [
      `wss://${host}/`,
      60,
      {},
    ]),
  ]) {
    await assert.rejects(client.api(service).presign(url, expiresIn, options), { kind: 'invalidInput' });
  }
});

test('the host of a presigned URL is written as it is sent', async () => {
  for (const [host, sent] of [
    ['X.Example:443', 'x.example'],
    ['127.0.0.1:4577', '127.0.0.1:4577'],
    ['[0:0:0:0:0:0:0:1]:8', '[::1]:8'],
    ['[::ffff:1.2.3.4]', '[::ffff:102:304]'],
  ]) {
    const { url } = await client.api('execute-api', { region: 'eu-west-1' }).presign(`wss://${host}/`, 60);
    assert.equal(new URL(url).host, sent);
    assert.ok(url.startsWith(`wss://${sent}/?`), url);
  }
});

test('the progress of a download counts to the length of the range', async () => {
  const bucket = client.bucket();
  const key = await bucket.privatePath('progress');
  await bucket.put(key, '0123456789');
  const seen = [];
  const onProgress = (progress) => seen.push(progress);
  const part = await bucket.get(key, { range: { start: 2, end: 6 }, onProgress });
  assert.equal(await part.text(), '2345');
  assert.deepEqual(seen.at(-1), { received: 4, total: 4 });
  assert.equal(part.metadata.size, 10);
});

test('a presigned URL saves the object under the file name', async () => {
  const bucket = client.bucket();
  const key = await bucket.privatePath('named');
  await bucket.put(key, 'x');
  const { url } = await bucket.presignGet(key, 60, { fileName: 'zoë.txt' });
  assert.equal(new URL(url).searchParams.get('response-content-disposition'), "attachment; filename*=UTF-8''zo%C3%AB.txt");
  assert.equal(await (await fetch(url)).text(), 'x');
});

test('a listing gives its objects, its pages and one page, and continues after a token', async () => {
  const bucket = client.bucket();
  const prefix = await bucket.privatePath('listing/');
  const keys = ['a', 'b', 'c'].map((name) => prefix + name);
  for (const key of keys) await bucket.put(key, key);
  const list = bucket.list(prefix, { pageSize: 2 });
  const listed = [];
  for await (const { key } of list) listed.push(key);
  assert.deepEqual(listed, keys);
  const pages = [];
  for await (const page of list.pages()) pages.push(page);
  assert.deepEqual(pages.map(({ objects }) => objects.length), [2, 1]);
  assert.deepEqual(await list.page(), pages[0]);
  const { nextContinuationToken: continuationToken } = pages[0];
  assert.deepEqual(await bucket.list(prefix, { pageSize: 2, continuationToken }).page(), pages[1]);
  assert.equal(pages[1].nextContinuationToken, undefined);
});
