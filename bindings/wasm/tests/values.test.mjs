// Tests of wrong arguments: each is an error of its own call, and the client continues to work.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { attribute, Client, Decimal } = await load();

describe('values from JavaScript', () => {
  let backend;
  let client;
  let table;
  let key;

  before(async () => {
    backend = await Backend.start();
    client = await Client.create(backend.config);
    const [{ username, password }] = backend.config.demo.users;
    await client.signIn(username, password);
    table = client.table();
    key = { pk: await client.identityId(), sk: 'values' };
    await table.put({ ...key, list: ['a'] });
  });
  after(() => backend.stop());

  /** Rejects as invalid input; nothing of it reaches the table, and the next call works. */
  async function refuses(call) {
    await assert.rejects(call, { kind: 'invalidInput' });
    assert.deepEqual(await table.get(key), { ...key, list: ['a'] });
  }

  const nested = (levels) => (levels === 0 ? 'end' : [nested(levels - 1)]);

  test('a value that holds itself, or too many levels, is refused', async () => {
    const itself = { ...key };
    itself.itself = itself;
    await refuses(table.put(itself));
    const list = [];
    list.push(list);
    await refuses(table.update(key, { set: { list } }));
    await refuses(table.put({ ...key, deep: nested(33) }));
    await refuses(table.put({ ...key, deep: nested(9_000) }));

    const deep = { ...key, sk: 'deep', deep: nested(31) };
    await table.put(deep);
    assert.deepEqual(await table.get({ ...key, sk: 'deep' }), deep);
  });

  test('a condition of more operators than DynamoDB takes is refused', async () => {
    let condition = attribute('n').eq(0);
    for (let n = 1; n < 5_000; n += 1) condition = condition.or(attribute('n').eq(n));
    await refuses(table.put({ ...key }, { condition }));
  });

  test('a getter that throws rejects with what it throws', async () => {
    const thrown = new Error('not now');
    const item = {
      ...key,
      get value() {
        throw thrown;
      },
    };
    await assert.rejects(table.put(item), thrown);
    await assert.rejects(client.account.updateAttributes(Object.defineProperty({}, 'email', { enumerable: true, get: () => { throw thrown; } })), thrown);
  });

  test('what is missing or of another type is refused', async () => {
    await refuses(table.update(key, { append: { list: undefined } }));
    await refuses(table.update(key, { append: { list: 'abc' } }));
    await refuses(table.update(key, { set: 'abc' }));
    await refuses(table.update(key, { set: [undefined] }));
    await refuses(table.update(key, { set: [[undefined, 1]] }));
    await refuses(table.update(key, { remove: [undefined] }));
    await refuses(table.get(key, { attributes: [undefined] }));
    await refuses(table.put({ ...key, price: new Decimal(5) }));
    await refuses(client.bucket().get('public/welcome.txt', { ifModifiedSince: new Date(Number.NaN) }));
  });

  test('a member called __proto__ is a member', async () => {
    const item = JSON.parse('{ "sk": "proto", "A": 1, "__proto__": { "isAdmin": true }, "map": { "__proto__": { "isAdmin": true } } }');
    await table.put({ ...item, pk: key.pk, ['__proto__']: item['__proto__'] });
    const found = await table.get({ ...key, sk: 'proto' });
    assert.equal(found.isAdmin, undefined);
    assert.equal(found.map.isAdmin, undefined);
    assert.equal(Object.getPrototypeOf(found), Object.prototype);
    assert.deepEqual(Object.keys(found.map), ['__proto__']);
    assert.deepEqual(Object.getOwnPropertyDescriptor(found, '__proto__').value, { isAdmin: true });
    assert.deepEqual(Object.keys(found).toSorted(), ['A', '__proto__', 'map', 'pk', 'sk']);
    assert.equal(found.A, 1);
  });

  test('an app may freeze Object.prototype', async () => {
    const program = `
      import { load } from ${JSON.stringify(new URL('player/package.mjs', import.meta.url).href)};
      const { Client } = await load();
      const client = await Client.create(${JSON.stringify(backend.config)});
      const [{ username, password }] = ${JSON.stringify(backend.config.demo.users)};
      Object.freeze(Object.prototype);
      await client.signIn(username, password);
      const table = client.table();
      const key = { pk: await client.identityId(), sk: 'frozen' };
      await table.put({ ...key, a: 1, constructor: 2, map: { toString: 3, b: 4 } });
      console.log(JSON.stringify(await table.get(key)));
      client.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    const { pk, sk, ...found } = JSON.parse(stdout);
    assert.deepEqual(found, { a: 1, constructor: 2, map: { toString: 3, b: 4 } });
  });

  test('the next page starts exactly where the last one ended', async (context) => {
    const digits = '0.12345678901234567891';
    const starts = [];
    const pages = [{ LastEvaluatedKey: { pk: { S: 'a' }, sk: { N: digits } }, Items: [{ sk: { N: digits } }] }, { Items: [] }];
    const real = globalThis.fetch;
    context.mock.method(globalThis, 'fetch', async (url, init) => {
      if (init.headers.get('x-amz-target') !== 'DynamoDB_20120810.Query') return real(url, init);
      starts.push(JSON.parse(new TextDecoder().decode(init.body)).ExclusiveStartKey?.sk.N);
      return Response.json(pages.shift());
    });
    const found = await table.query(attribute('pk').eq('a')).all();
    assert.deepEqual(found, [{ sk: Number(digits) }]);
    assert.deepEqual(starts, [undefined, digits]);
  });

  test('what is no function is refused where one is called later', async () => {
    for (const no of ['a', 0, false, {}, []]) {
      assert.throws(() => client.onSessionEvent(no), { kind: 'invalidInput' });
      await assert.rejects(client.bucket().upload('public/no', 'x', { onProgress: no }), { kind: 'invalidInput' });
      await assert.rejects(client.bucket().upload('public/no', 'x', { onResumable: no }), { kind: 'invalidInput' });
      await assert.rejects(client.bucket().get('public/welcome.txt', { onProgress: no }), { kind: 'invalidInput' });
      await assert.rejects(Client.create(backend.config, { now: no }), { kind: 'invalidInput' });
    }
    assert.throws(() => client.onSessionEvent(undefined), { kind: 'invalidInput' });
    await assert.rejects(client.bucket().head('public/no'), { kind: 'notFound' });
    const object = await client.bucket().get('public/welcome.txt', { onProgress: null });
    assert.ok((await object.text()).length > 0);
  });

  test('what throws when it is read is refused, and the module goes on', async () => {
    const revoked = () => {
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      return proxy;
    };
    const throwing = () => {
      throw new TypeError('not now');
    };
    const trapped = new Proxy([1], { get: throwing });
    const bucket = client.bucket();
    for (const no of [revoked(), trapped]) {
      await refuses(table.put(no));
      await refuses(table.put({ ...key, no }));
      await refuses(table.put({ ...key, deep: [{ no }] }));
      await refuses(table.put({ ...key, set: new Set([no]) }));
      await refuses(table.get(no));
      await refuses(table.get(key, { attributes: no }));
      await refuses(table.get(key, { attributes: [no] }));
      await refuses(table.get(key, { signal: no }));
      await refuses(table.put({ ...key }, { condition: no }));
      await refuses(table.put({ ...key }, { condition: attribute(no).exists() }));
      await refuses(table.put({ ...key }, { condition: attribute('a').eq(no) }));
      await refuses(table.put({ ...key }, { condition: { expression: 'a = :a', values: { ':a': no } } }));
      await refuses(table.update(key, { set: [no] }));
      await refuses(table.update(key, { append: { list: no } }));
      await refuses(table.update(key, { remove: no }));
      await refuses(table.update(key, { remove: [no] }));
      await refuses(table.batchGet(no));
      await refuses(table.batchGet([no]));
      await refuses(client.transactGet(no));
      await refuses(client.transactGet([{ key: no }]));
      await refuses(bucket.deleteMany(no));
      await refuses(bucket.deleteMany([no]));
      await refuses(bucket.put('public/no', no));
      await refuses(bucket.upload('public/no', no));
      await refuses(bucket.resumeUpload(no, 'x'));
      await refuses(bucket.abortUpload(no));
      await refuses(bucket.presignGet(no, 60));
      await refuses(client.account.deleteAttributes(no));
      await refuses(client.account.deleteAttributes([no]));
    }
    await refuses(bucket.put('public/no', 'x', { metadata: revoked() }));
    await refuses(client.account.updateAttributes(revoked()));
    await refuses(table.update(key, { set: revoked() }));
    await refuses(bucket.abortUpload(undefined));
    await refuses(bucket.abortUpload(() => {}));
    await refuses(bucket.get('public/welcome.txt', { range: revoked() }));
    await refuses(bucket.get('public/welcome.txt', { range: { get start() { return throwing(); } } }));
    await refuses(bucket.copy('public/welcome.txt', 'public/no', { replace: revoked() }));
    await refuses(table.put({ ...key, no: Object.create(new Proxy({}, { getPrototypeOf: throwing })) }));
  });

  test('a string with half of a surrogate pair is refused, and one with a replacement character is not', async () => {
    const half = 'a\ud800';
    const bucket = client.bucket();
    await refuses(table.put({ ...key, [half]: 1 }));
    await refuses(table.put({ ...key, value: half }));
    await refuses(table.put({ ...key, list: [{ [half]: 1 }] }));
    await refuses(table.put({ ...key, set: new Set(['b', half]) }));
    await refuses(table.get({ ...key, sk: half }));
    await refuses(table.get(key, { attributes: [half] }));
    await refuses(table.get(key, { attributes: [['list', half]] }));
    await refuses(table.put({ ...key }, { condition: attribute('a').beginsWith(half) }));
    await refuses(table.put({ ...key }, { condition: { expression: half } }));
    await refuses(table.put({ ...key }, { condition: { expression: '#a = :a', names: { '#a': half }, values: { ':a': 1 } } }));
    await refuses(bucket.put(half, 'x'));
    await refuses(bucket.upload(half, 'x'));
    await refuses(bucket.deleteMany([half]));
    await refuses(bucket.put('public/no', 'x', { metadata: { a: half } }));
    await refuses(bucket.list(half).page());
    await refuses(client.signIn(half, 'password'));
    await refuses(client.account.forgotPassword(half));
    await refuses(client.account.updateAttributes({ name: half }));
    await refuses(client.api().request(`/whoami?${half}`, { method: 'POST' }));

    const whole = { ...key, sk: 'replaced \ufffd', '\ufffd': '\ufffd\u{1f600}', set: new Set(['\ufffd']) };
    await table.put(whole);
    assert.deepEqual(await table.get({ ...key, sk: whole.sk }), whole);
  });

  test('null is as good as no options', async () => {
    const other = await Client.create(backend.config, null);
    const [{ username, password }] = backend.config.demo.users;
    assert.equal((await other.signIn(username, password, null)).kind, 'done');
    assert.ok(await other.identityId(null));
    assert.ok((await other.credentials(null)).accessKeyId);
    assert.equal((await other.api().request('/whoami', null)).status, 200);
    assert.ok((await other.api().presign('wss://a.example.com/mqtt', 60, null)).url);
    const bucket = other.bucket(undefined, null);
    const name = await bucket.privatePath('null', null);
    await bucket.put(name, 'x', null);
    await bucket.upload(name, 'xy', null);
    assert.equal(await (await bucket.get(name, null)).text(), 'xy');
    assert.equal((await bucket.head(name, null)).size, 2);
    await bucket.copy(name, `${name}2`, null);
    assert.equal((await bucket.list(name, null).page()).objects.length, 2);
    const listed = [];
    for await (const { key } of bucket.list(name, null)) listed.push(key);
    assert.deepEqual(listed, [name, `${name}2`]);
    assert.ok((await bucket.presignGet(name, 60, null)).url);
    assert.ok((await bucket.presignPut(name, 60, null)).url);
    await bucket.delete(name, null);
    await bucket.deleteMany([`${name}2`], null);
    const notes = other.table();
    assert.deepEqual(await notes.get(key, null), { ...key, list: ['a'] });
    await notes.put({ ...key, sk: 'null' }, null);
    await notes.update({ ...key, sk: 'null' }, { set: { a: 1 } }, null);
    const query = notes.query(attribute('pk').eq(key.pk).and(attribute('sk').eq('null')), null);
    assert.deepEqual(await query.all(), [{ ...key, sk: 'null', a: 1 }]);
    assert.equal(await query.count(), 1);
    assert.equal((await query.page()).items.length, 1);
    assert.equal((await notes.batchGet([key], null)).length, 1);
    assert.equal((await other.transactGet([{ key }], null)).length, 1);
    await other.transactWrite([{ delete: { ...key, sk: 'null' } }], null);
    await notes.delete({ ...key, sk: 'null' }, null);
    assert.ok((await other.account.attributes(null)).email);
    other.close();
  });

  test("a host's object behind a Proxy works or is refused", async () => {
    const wrap = (object) => new Proxy(object, {});
    const url = new URL(`${backend.config.endpoints.s3}/${backend.config.s3.bucket}/public/welcome.txt`);
    const no = { kind: 'invalidInput' };
    await assert.rejects(client.api('s3').request(wrap(url)), no);
    await assert.rejects(client.api('s3').presign(wrap(url), 60), no);
    await assert.rejects(client.api().request('/whoami', { headers: wrap(new Headers({ a: 'b' })) }), no);
    await assert.rejects(client.api().request('/whoami', { method: 'POST', body: wrap(new URLSearchParams({ a: 'b' })) }), no);
    await assert.rejects(client.api().request('/whoami', { method: Object.create(null) }), no);
    // Node.js's own work behind a Proxy, and a browser's do not.
    const ofRefusal = (error) => assert.equal(error.kind, 'invalidInput');
    const name = await client.bucket().privatePath('proxy');
    await client.api().request('/whoami', { method: 'POST', body: wrap(new Blob(['a'])) }).catch(ofRefusal);
    await client.bucket().put(name, wrap(new Blob(['a'], { type: 'text/plain' }))).catch(ofRefusal);
    await client.bucket().upload(name, wrap(new Blob(['a']))).catch(ofRefusal);
    await client.bucket().upload(name, wrap(new Blob(['a']).stream())).catch(ofRefusal);
    const strict = new Proxy(new Blob(['a']), {
      get() {
        throw new TypeError('Illegal invocation');
      },
    });
    await assert.rejects(client.bucket().put(name, strict), no);
    await assert.rejects(client.api().request('/whoami', { method: 'POST', body: strict }), no);
    await client.identityId({ signal: wrap(new AbortController().signal) }).catch(ofRefusal);
    assert.equal((await client.api('s3').request(url, { headers: new Headers({ a: 'b' }) })).status, 200);
  });

  test('a time limit beyond what a timer can hold is no limit', async () => {
    await backend.fault({ operation: 'GetObject', action: { delayMs: 300 }, times: 1 });
    const url = `${backend.config.endpoints.s3}/${backend.config.s3.bucket}/public/welcome.txt`;
    const answer = await client.api('s3').request(url, { timeout: 2 ** 40 });
    assert.equal(answer.status, 200);
    await backend.fault(null);
  });
});
