// The content of errors, who sees it, and what of it survives elsewhere.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inspect, types } from 'node:util';
import { Worker } from 'node:worker_threads';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { attribute, Client, MemoryStore, PoolpassError } = await load();

describe('errors in Node.js', { timeout: 120_000 }, () => {
  let backend;
  let ada;
  before(async () => {
    backend = await Backend.start();
    [ada] = backend.config.demo.users;
  });
  after(() => backend.stop());

  async function refusal() {
    const client = await Client.create(backend.config);
    return client.signIn(ada.username, 'Wrong-password-1').catch((thrown) => thrown);
  }

  test('an error is an Error to whoever asks, and prints as one', async () => {
    const error = await refusal();
    assert.ok(error instanceof PoolpassError && error instanceof Error);
    assert.match(String(error), /^PoolpassError: /);
    assert.match(error.stack, /^PoolpassError: .*\n +at /);
    const printed = inspect(error);
    assert.match(printed, /^PoolpassError: .*\n +at /);
    assert.match(printed, /kind: 'notAuthorized'/);
    assert.ok(!types.isProxy(error));
    assert.deepEqual(Object.keys(error), ['name', 'message', 'kind', 'awsCode', 'requestId', 'httpStatus', 'operation']);
    class Mine extends PoolpassError {
      extra = 1;
    }
    const mine = new Mine('network', 'mine', { cause: 7 });
    assert.ok(mine instanceof Mine && mine instanceof PoolpassError);
    assert.deepEqual([mine.extra, mine.kind, mine.message, mine.cause], [1, 'network', 'mine', 7]);
    assert.ok(!('cause' in new PoolpassError('network', 'x')));
  });

  test('an error keeps its kind through structuredClone, JSON and a worker', async () => {
    const error = await refusal();
    const members = { kind: 'notAuthorized', awsCode: 'NotAuthorizedException', httpStatus: 400, name: 'PoolpassError', message: error.message };
    const unclonable = new PoolpassError('store', 'x', { cause: () => {} });
    assert.equal(structuredClone(unclonable).kind, 'store');
    const program = "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (error) => parentPort.postMessage(error));";
    const worker = new Worker(program, { eval: true });
    const back = new Promise((resolve) => worker.on('message', resolve));
    worker.postMessage(error);
    for (const copy of [structuredClone(error), JSON.parse(JSON.stringify(error)), await back]) {
      for (const [name, value] of Object.entries(members)) assert.equal(copy[name], value, name);
    }
    await worker.terminate();
  });

  test('the cause of a failing store is kept', async () => {
    const memory = new MemoryStore();
    const full = new RangeError('the disk is full');
    const own = (failing) => ({
      load: (key) => memory.load(key),
      save: (key, value) => memory.save(key, value),
      remove: (key) => memory.remove(key),
      ...failing,
    });
    const fail = () => {
      throw full;
    };
    const broken = await Client.create(backend.config, { store: own({ load: fail }) });
    await assert.rejects(broken.currentUser(), (error) => error.kind === 'store' && error.cause === full);
    const readable = await Client.create(backend.config, { store: own({ save: async () => fail() }) });
    await assert.rejects(readable.signIn(ada.username, ada.password), (error) => error.kind === 'store' && error.cause === full);
    const odd = await Client.create(backend.config, { store: own({ load: () => Promise.reject('no') }) });
    await assert.rejects(odd.currentUser(), (error) => error.kind === 'store' && error.cause === 'no');
  });

  test('the cause of a failing source is kept', async () => {
    const client = await Client.create(backend.config);
    await client.signIn(ada.username, ada.password);
    const unplugged = new Error('unplugged');
    const stream = new ReadableStream({
      pull() {
        throw unplugged;
      },
    });
    const key = await client.bucket().privatePath('source');
    await assert.rejects(client.bucket().upload(key, stream), (error) => error.kind === 'invalidInput' && error.cause === unplugged);
    const blob = new Blob([new Uint8Array(6 * 1024 * 1024)]);
    blob.slice = () => {
      throw unplugged;
    };
    await assert.rejects(client.bucket().upload(key, blob), (error) => error.kind === 'invalidInput' && error.cause === unplugged);
  });

  test('a cause that quotes what is stored is kept without it, also in the message', async () => {
    const quoting = [
      (value) => new Error(`400 Bad Request: ${value}`),
      (value) => new Error(`header ${JSON.parse(value).tokens?.refresh_token ?? value.match(/[\w.-]{40,}/)[0]} is not allowed`),
      (value) => Object.assign(new Error('refused'), { stack: `Error: refused\n    at save(${value})` }),
      (value) => value,
      (value) => new Error('outer', { cause: new Error(value) }),
      (value) => Object.assign(new Error('refused'), { request: { body: value } }),
    ];
    for (const thrown of quoting) {
      let secret;
      const store = {
        load: () => undefined,
        remove: () => {},
        save(key, value) {
          if (!key.endsWith('session')) return;
          secret = value;
          throw thrown(value);
        },
      };
      const client = await Client.create(backend.config, { store });
      const error = await client.signIn(ada.username, ada.password).catch((error) => error);
      assert.equal(error.kind, 'store', String(error));
      const told = `${inspect(error, { depth: 9, showHidden: true })} ${String(error)} ${error.stack} ${JSON.stringify(error)}`;
      const secrets = secret.match(/[\w-]{20,}/g);
      assert.ok(secrets.length > 3);
      assert.deepEqual(secrets.filter((each) => told.includes(each)), [], String(thrown));
    }
  });

  test('an error tells the items for which conditions do not hold, and shows them nowhere', async () => {
    const client = await Client.create(backend.config);
    await client.signIn(ada.username, ada.password);
    const [table, pk] = [client.table(), await client.identityId()];
    const diary = { pk, sk: 'diary', words: 'dear diary', pages: new Set([1, 2]), sum: 9007199254740993n };
    await table.put(diary);
    const options = { condition: attribute('pk').notExists(), returnOldOnConditionCheckFailure: true };
    const error = await table.put({ pk, sk: 'diary' }, options).catch((thrown) => thrown);
    assert.equal(error.kind, 'conditionFailed');
    assert.deepEqual(error.item, diary);
    assert.deepEqual(error.cancellationReasons, []);
    const plain = await table.put({ pk, sk: 'diary' }, { condition: attribute('pk').notExists() }).catch((thrown) => thrown);
    assert.equal(plain.item, undefined);

    const writes = [{ put: { pk, sk: 'other' } }, { put: { pk, sk: 'diary' }, ...options }];
    const cancelled = await client.transactWrite(writes).catch((thrown) => thrown);
    assert.equal(cancelled.kind, 'conditionFailed');
    const [none, failed] = cancelled.cancellationReasons;
    assert.deepEqual([none.code, none.item, failed.code, failed.item], [undefined, undefined, 'ConditionalCheckFailed', diary]);
    assert.equal(structuredClone(cancelled).cancellationReasons[1].code, 'ConditionalCheckFailed');

    for (const shown of [error, cancelled]) {
      const told = [inspect(shown, { depth: 9 }), String(shown), shown.stack, JSON.stringify(shown), inspect(structuredClone(shown), { depth: 9 })];
      assert.deepEqual(told.filter((text) => text.includes('dear diary')), []);
    }
    assert.match(inspect({ item: error.item }), /dear diary/);

    const wrong = { condition: attribute('pk').notExists(), returnOldOnConditionCheckFailure: 'yes' };
    await assert.rejects(table.put({ pk, sk: 'x' }, wrong), { kind: 'invalidInput' });
    await assert.rejects(client.transactWrite([{ conditionCheck: { pk, sk: 'x' }, ...wrong }]), { kind: 'invalidInput' });
  });

  test('where there is no fetch, the error says so at once', async (context) => {
    const client = await Client.create(backend.config);
    const { fetch } = globalThis;
    context.after(() => (globalThis.fetch = fetch));
    for (const nothing of [undefined, null, {}]) {
      globalThis.fetch = nothing;
      const timers = context.mock.method(globalThis, 'setTimeout');
      await assert.rejects(client.signIn(ada.username, ada.password), (error) => {
        return error.kind === 'platform' && /fetch/.test(error.message) && !/CORS|network/.test(error.message);
      });
      // Nobody waits for another attempt.
      assert.ok(timers.mock.calls.every(({ arguments: [, delay] }) => delay >= 5_000), 'it was tried again');
      timers.mock.restore();
    }
  });

  test('a host that refuses cache, credentials or the signal of a request is asked without them', async (context) => {
    const RealRequest = globalThis.Request;
    const real = globalThis.fetch;
    const refused = ['cache', 'credentials', 'signal'];
    const check = (init) => {
      for (const name of refused) {
        if (init?.[name] !== undefined) throw new TypeError(`The '${name}' field on 'RequestInitializerDict' is not implemented.`);
      }
    };
    context.after(() => Object.assign(globalThis, { Request: RealRequest, fetch: real }));
    globalThis.Request = class extends RealRequest {
      constructor(url, init) {
        check(init);
        super(url, init);
      }
    };
    globalThis.fetch = async (url, init) => {
      check(init);
      return real(url, init);
    };
    const client = await Client.create(backend.config);
    assert.equal((await client.signIn(ada.username, ada.password)).kind, 'done');
    // And where there is no such class.
    globalThis.Request = undefined;
    assert.equal((await client.account.attributes()).email, 'ada@example.com');
  });
});
