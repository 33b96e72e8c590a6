// Mistakes of a server, a storage or an app become a PoolpassError and never break the module.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { NAME } from './browser.mjs';
import { open, signIn, Suite } from './suite.mjs';

describe(`hostile answers in ${NAME}`, () => {
  const suite = new Suite();

  suite.test('the module imports nothing but its own JavaScript', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    const imports = await tab.evaluate(async () => {
      const module = await WebAssembly.compileStreaming(fetch('/poolpass/poolpass.wasm'));
      return WebAssembly.Module.imports(module).map(({ module }) => module);
    });
    assert.ok(imports.length > 0);
    assert.deepEqual(imports.filter((name) => !name.startsWith('./')), [], 'such as env');
  });

  suite.test(
    'each hostile answer to each operation is an error with a kind, and the next call works',
    async (person, { config }, diagnose) => {
      const tab = await person.newTab();
      await open(tab, config);
      const { calls, kinds, wrong } = await tab.evaluate(
        async ([config, user]) => {
          const { tryAll } = await import('/page/hostile.js');
          return tryAll(config, user);
        },
        [config, config.demo.users[0]],
      );
      diagnose(`${calls} calls: ${JSON.stringify(kinds)}`);
      assert.deepEqual(wrong, []);
      assert.ok(calls > 1000);
      assert.ok(kinds.invalidResponse > 100, 'most answers are nonsense');
      assert.equal(await signIn(tab, config.demo.users[0]), 'done');
    },
    { timeout: 300_000 },
  );

  suite.test('wrong clocks, sizes, states and stored values are errors with a code too', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    const wrong = await tab.evaluate(
      async ([config, user]) => {
        const { tryOthers } = await import('/page/hostile.js');
        return tryOthers(config, user);
      },
      [config, config.demo.users[0]],
    );
    assert.deepEqual(wrong, []);
    assert.equal(await signIn(tab, config.demo.users[0]), 'done');
  }, { timeout: 300_000 });

  suite.test('should the module fail inside, calls that wait and later ones reject', async (person, backend) => {
    const { config } = backend;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, config.demo.users[0]);
    await backend.fault({ operation: 'GetUser', action: { delayMs: 30_000 }, times: 1 });
    const failures = await tab.evaluate(async () => {
      const waiting = failureOf(client.account.attributes());
      // Nothing is known that would bring it about, so the test calls what every panic in the module calls.
      const { onPanic } = await import('/poolpass/poolpass_wasm.js');
      onPanic();
      return [await waiting, await failureOf(client.idToken())];
    });
    for (const failure of failures) {
      assert.deepEqual([failure.isPoolpassError, failure.kind], [true, 'platform']);
      assert.match(failure.message, /failed inside.*reload/);
    }
    await open(await person.newTab(), config);
  });
});
