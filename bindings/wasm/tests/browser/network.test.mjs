// Tests of obstacles between a page and AWS: no network, redirects, CORS, and a replaced fetch.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe } from 'node:test';

import { NAME } from './browser.mjs';
import { nameIn, open, reload, signIn, Suite } from './suite.mjs';

describe(`the network in ${NAME}`, () => {
  const suite = new Suite();

  suite.test('a page that starts without a network shows who is signed in, and recovers', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await tab.evaluate(async () => {
      const trusted = trustedTypes.createPolicy('page', { createScriptURL: (url) => url });
      const script = trusted.createScriptURL('/page/service_worker.js');
      await navigator.serviceWorker.register(script, { scope: '/' });
      if (navigator.serviceWorker.controller === null) {
        await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
      }
    });
    await reload(tab, config);
    await signIn(tab, ada);

    await person.context.setOffline(true);
    await reload(tab, config);
    assert.equal(await nameIn(tab), ada.username);
    assert.equal((await tab.evaluate(() => client.idToken())).claims.email, 'ada@example.com');
    const offline = await tab.evaluate(() => failureOf(client.account.attributes()));
    assert.deepEqual([offline.isPoolpassError, offline.kind], [true, 'network']);
    assert.match(offline.message, /CORS/);
    assert.equal((await tab.evaluate(() => failureOf(client.refresh()))).kind, 'network');
    assert.equal(await nameIn(tab), ada.username);
    assert.deepEqual(await tab.evaluate(() => events), []);

    await person.context.setOffline(false);
    assert.equal((await tab.evaluate(() => client.account.attributes())).email, 'ada@example.com');
    assert.equal(await tab.evaluate(async () => (await client.refresh()).username), ada.username);
  }, { only: 'chromium' });

  suite.test('what a browser would keep is read anew, and an old answer sets no clock', async (person, backend) => {
    const { config } = backend;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const key = await tab.evaluate(async () => {
      const key = await client.bucket().privatePath('old');
      await client.bucket().put(key, 'x');
      return key;
    });
    // An object that is ten days old is fresh for one day to a browser's cache, since S3 says nothing else.
    await backend.setClock(10 * 24 * 3600);
    const read = () => tab.evaluate(async (key) => (await client.bucket().get(key)).text(), key);
    await read();
    await backend.takeRequestCounts();
    assert.equal(await read(), 'x');
    assert.equal((await backend.takeRequestCounts()).GetObject, 1);
  });

  suite.test('an aborted signal cancels the request that is under way', async (person, backend) => {
    const { config } = backend;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const stopped = new Promise((resolve) => {
      tab.on('requestfailed', (request) => resolve(request.failure().errorText));
    });
    await backend.fault({ operation: 'GetUser', action: { delayMs: 30_000 }, times: 1 });
    const failures = await tab.evaluate(async () => {
      const before = await failureOf(client.account.attributes({ signal: AbortSignal.abort() }));
      const cancel = new AbortController();
      const call = client.account.attributes({ signal: cancel.signal });
      setTimeout(() => cancel.abort(new Error('enough')), 200);
      const cause = await call.catch((error) => error.cause.message);
      const late = await failureOf(client.account.attributes({ signal: AbortSignal.timeout(1) }));
      return { before: before.kind, cause, late: late.kind };
    });
    assert.deepEqual(failures, { before: 'cancelled', cause: 'enough', late: 'cancelled' });
    assert.equal(await stopped, 'net::ERR_ABORTED');
  }, { only: 'chromium' });

  suite.test('a redirect, of which a browser hides all, is final and names the likely cause', async (person, { config }) => {
    const tab = await person.newTab();
    // S3 answers so for a bucket of another region.
    const asked = [];
    const elsewhere = createServer((request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', '*, authorization');
      response.setHeader('access-control-allow-methods', 'GET, HEAD, PUT');
      if (request.method === 'OPTIONS') return response.writeHead(200).end();
      asked.push(request.method);
      return response.writeHead(307, { location: 'http://localhost:1/', 'x-amz-bucket-region': 'eu-north-1' }).end();
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    try {
      await open(tab, {
        ...config,
        endpoints: { ...config.endpoints, s3: `http://127.0.0.1:${elsewhere.address().port}` },
        api: { url: `http://127.0.0.1:${elsewhere.address().port}/api` },
      });
      await signIn(tab, config.demo.users[0]);
      const [read, written, called] = await tab.evaluate(() =>
        Promise.all([
          failureOf(client.bucket().get('private/x')),
          failureOf(client.bucket().put('private/x', 'x')),
          failureOf(client.api().request('/notes')),
        ]),
      );
      for (const failure of [read, written]) {
        assert.deepEqual([failure.isPoolpassError, failure.kind], [true, 'invalidResponse']);
        assert.match(failure.message, /redirect.*not in eu-west-1/);
      }
      assert.deepEqual([called.isPoolpassError, called.kind], [true, 'invalidResponse']);
      assert.match(called.message, /redirect/);
      assert.deepEqual(asked.sort(), ['GET', 'GET', 'PUT'], 'none was sent again');
    } finally {
      elsewhere.close();
    }
  });

  suite.test("what a bucket's CORS rules do not expose is absent, and what they refuse is explained", async (person, backend) => {
    const { config } = backend;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const seen = await tab.evaluate(async () => {
      const bucket = client.bucket();
      const key = await bucket.privatePath('cors');
      const { etag } = await bucket.put(key, 'x', { metadata: { team: 'a' } });
      return { etag, metadata: (await bucket.head(key)).metadata };
    });
    assert.match(seen.etag, /^"/);
    assert.deepEqual(seen.metadata, {}, 'x-amz-meta-team is not among the headers that the demo exposes');
    // A bucket that has no rules at all, as a new one.
    const refused = await tab.evaluate(() => failureOf(client.bucket('no-such-bucket').get('x')));
    assert.deepEqual([refused.isPoolpassError, refused.kind], [true, 'network']);
    assert.match(refused.message, /CORS/);
  });

  suite.test('a fetch that somebody has replaced is used, whatever its Response lacks', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    const seen = await tab.evaluate(async () => {
      const answers = {
        'a Response without a URL': () => new Response('{"__type":"UserNotFoundException"}', { status: 400 }),
        'a polyfill without streams': () => ({
          status: 400,
          headers: new Headers(),
          arrayBuffer: async () => new TextEncoder().encode('{"__type":"UserNotFoundException"}').buffer,
        }),
        'not even a promise': () => undefined,
        'a plain object': async () => ({ ok: true, json: async () => ({}) }),
        'a Response that was read before': (() => {
          const response = new Response('{}');
          response.body.getReader();
          return async () => response;
        })(),
        'an error that is none': () => Promise.reject('no'),
        'a function that throws': () => {
          throw new Error('mocked');
        },
      };
      const real = globalThis.fetch;
      const seen = {};
      for (const [name, answer] of Object.entries(answers)) {
        const { url } = new Response();
        if (url !== '') throw new Error('a Response of its own has no URL');
        globalThis.fetch = answer;
        const failure = await failureOf(client.signIn('ada', 'x'));
        seen[name] = [failure.isPoolpassError, failure.kind];
      }
      globalThis.fetch = real;
      return seen;
    });
    assert.deepEqual(seen, {
      'a Response without a URL': [true, 'userNotFound'],
      'a polyfill without streams': [true, 'userNotFound'],
      'not even a promise': [true, 'network'],
      'a plain object': [true, 'network'],
      'a Response that was read before': [true, 'network'],
      'an error that is none': [true, 'network'],
      'a function that throws': [true, 'network'],
    });
    assert.equal(await signIn(tab, config.demo.users[0]), 'done');
  });

  suite.test("of an object's metadata a page sees what the bucket's CORS rules expose", async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    const seen = await tab.evaluate(async () => {
      const bucket = client.bucket();
      const key = await bucket.privatePath('described');
      const contentDisposition = 'attachment; filename="notes.txt"';
      await bucket.put(key, 'x', { contentDisposition, metadata: { author: 'ada', place: 'london' } });
      const { metadata, ...head } = await bucket.head(key);
      return { contentDisposition: head.contentDisposition, metadata };
    });
    // The demo's rules name x-amz-meta-author, and no other metadata.
    assert.deepEqual(seen, { contentDisposition: 'attachment; filename="notes.txt"', metadata: { author: 'ada' } });
  });

  suite.test('the slim entry takes the module from where the app says', async (person, { config }) => {
    const tab = await person.newTab();
    const seen = await tab.evaluate(async (config) => {
      const { Client, init, PoolpassError } = await import('poolpass/slim');
      const early = await Client.create(config).catch((error) => error);
      const wrong = await init('/no-such-file.wasm').catch((error) => error);
      await Promise.all([init('/poolpass/poolpass.wasm'), init()]);
      const { region } = await Client.create(config);
      return { early: [early instanceof PoolpassError, early.kind], wrong: wrong.kind, region };
    }, config);
    assert.deepEqual(seen, { early: [true, 'platform'], wrong: 'platform', region: config.region });
  });
});
