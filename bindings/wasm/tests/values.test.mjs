// What people hand in that is not what they meant: each is an error of its own call, and the client goes on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { attribute, Decimal, Poolpass } = await load();

describe('values from JavaScript', () => {
  let backend;
  let client;
  let table;
  let key;

  before(async () => {
    backend = await Backend.start();
    client = await Poolpass.create(backend.config);
    const [{ username, password }] = backend.config.demo.users;
    await client.signIn(username, password);
    table = client.table();
    key = { pk: await client.identityId(), sk: 'values' };
    await table.put({ ...key, list: ['a'] });
  });
  after(() => backend.stop());

  /** Rejects as invalid input; nothing of it reaches the table, and the next call works. */
  async function refuses(call) {
    await assert.rejects(call, { code: 'invalidInput' });
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
      const { Poolpass } = await load();
      const client = await Poolpass.create(${JSON.stringify(backend.config)});
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
      assert.throws(() => client.onSessionEvent(no), { code: 'invalidInput' });
      await assert.rejects(client.bucket().upload('public/no', 'x', { onProgress: no }), { code: 'invalidInput' });
      await assert.rejects(client.bucket().upload('public/no', 'x', { onResumable: no }), { code: 'invalidInput' });
      await assert.rejects(client.bucket().get('public/welcome.txt', { onProgress: no }), { code: 'invalidInput' });
      await assert.rejects(Poolpass.create(backend.config, { now: no }), { code: 'invalidInput' });
    }
    assert.throws(() => client.onSessionEvent(undefined), { code: 'invalidInput' });
    await assert.rejects(client.bucket().head('public/no'), { code: 'notFound' });
    const object = await client.bucket().get('public/welcome.txt', { onProgress: null });
    assert.ok((await object.text()).length > 0);
  });

  test('a time limit beyond what a timer can hold is no limit', async () => {
    await backend.fault({ operation: 'GetObject', action: { delayMs: 300 }, times: 1 });
    const url = `${backend.config.endpoints.s3}/${backend.config.s3.bucket}/public/welcome.txt`;
    const answer = await client.fetch(url, { service: 's3', timeoutMs: 2 ** 40 });
    assert.equal(answer.status, 200);
    await backend.fault(null);
  });
});
