// Two tabs of one person are one session.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { NAME } from './browser.mjs';
import { nameIn, open, reload, rotating, signIn, Suite } from './suite.mjs';

const REFRESH = 'GetTokensFromRefreshToken';

describe(`tabs in ${NAME}`, () => {
  const suite = new Suite();

  for (const [title, configOf] of [
    ['two tabs refresh at once, and one refresh reaches AWS', (config) => config],
    ['with rotation too, two tabs refresh at once, and one refresh reaches AWS', rotating],
  ]) {
    suite.test(title, async (person, backend) => {
      const config = configOf(backend.config);
      const [ada] = config.demo.users;
      const [first, second] = [await person.newTab(), await person.newTab()];
      await open(first, config);
      await signIn(first, ada);
      await open(second, config);
      await backend.setClock(3550);
      // Both learn AWS's time, and that the tokens are about to expire.
      for (const tab of [first, second]) await tab.evaluate(() => client.account.attributes());
      await backend.takeRequestCounts();
      // Without a lock, the second tab would have sent its own before the first had its answer.
      await backend.fault({ operation: REFRESH, action: { delayMs: 1000 }, times: 1 });
      const tokens = await Promise.all(
        [first, second].map((tab) => tab.evaluate(async () => (await client.idToken()).jwt)),
      );
      assert.equal(tokens[0], tokens[1]);
      assert.equal((await backend.takeRequestCounts())[REFRESH], 1);

      // The token that the other tab has won is good for the next refresh.
      assert.equal(await second.evaluate(async () => (await client.refresh()).username), ada.username);
      assert.equal(await nameIn(first), ada.username);
    });
  }

  suite.test('a tab that is closed while it refreshes gives way to the other', async (person, backend) => {
    const config = rotating(backend.config);
    const [ada] = config.demo.users;
    const [first, second] = [await person.newTab(), await person.newTab()];
    await open(first, config);
    await signIn(first, ada);
    await open(second, config);
    await backend.fault({ operation: REFRESH, action: { delayMs: 30_000 }, times: 1 });
    await first.evaluate(() => {
      client.refresh().catch(() => {});
      return until(async () => (await navigator.locks.query()).held.some(({ name }) => name.endsWith('refresh')));
    });
    const refreshed = second.evaluate(async () => (await client.refresh()).username);
    await second.evaluate(() => until(async () => (await navigator.locks.query()).pending.length > 0));
    await first.close();
    assert.equal(await refreshed, ada.username);
  });

  suite.test('signing in and out in one tab is an event in the other', async (person, { config }) => {
    const [ada] = config.demo.users;
    const [first, second] = [await person.newTab(), await person.newTab()];
    await open(first, config);
    await open(second, config);
    await signIn(first, ada);
    await second.evaluate(() => until(() => events.length > 0));
    assert.equal(await nameIn(second), ada.username);

    await first.evaluate(() => client.refresh());
    await second.evaluate(() => until(() => events.length > 1));

    await first.evaluate(() => client.signOut());
    await second.evaluate(() => until(() => events.length > 2));
    assert.deepEqual(await second.evaluate(() => events), ['signedIn', 'refreshed', 'signedOutElsewhere']);
    assert.equal(await nameIn(second), null);
    assert.equal((await second.evaluate(() => failureOf(client.idToken()))).kind, 'signedOut');
    assert.deepEqual(await first.evaluate(() => events), ['signedIn', 'refreshed', 'signedOut']);
  });

  suite.test('a reload in the middle of an MFA challenge goes on with it', async (person, { config }) => {
    const grace = config.demo.users[1];
    const tab = await person.newTab();
    await open(tab, config);
    assert.equal(await signIn(tab, grace), 'softwareTokenMfa');

    await reload(tab, config);
    assert.equal(await nameIn(tab), null);
    const done = await tab.evaluate(async ({ totpSecret }) => {
      const { TOTP } = await import('otpauth');
      const challenge = await client.pendingChallenge();
      const { kind } = await challenge.answer(new TOTP({ secret: totpSecret }).generate());
      return [challenge.kind, challenge.username, kind, await client.pendingChallenge()];
    }, grace);
    assert.deepEqual(done, ['softwareTokenMfa', grace.username, 'done', undefined]);

    await reload(tab, config);
    assert.equal(await nameIn(tab), grace.username);
  });

  suite.test('another tab may answer the challenge, and the first is signed in by it', async (person, { config }) => {
    const [, grace] = config.demo.users;
    const [first, second] = [await person.newTab(), await person.newTab()];
    await open(first, config);
    await open(second, config);
    await signIn(first, grace);
    await second.evaluate(async ({ totpSecret }) => {
      const { TOTP } = await import('otpauth');
      // The code of this time step may have been used by the test before.
      const timestamp = Date.now() + 30_000;
      await (await client.pendingChallenge()).answer(new TOTP({ secret: totpSecret }).generate({ timestamp }));
    }, grace);
    await first.evaluate(() => until(() => events.includes('signedIn')));
    assert.equal(await nameIn(first), grace.username);
  });

  suite.test('a worker has the session of its page', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, ada);
    const answer = await tab.evaluate((config) => {
      const trusted = trustedTypes.createPolicy('page', { createScriptURL: (url) => url });
      const worker = new Worker(trusted.createScriptURL('/page/worker.js'), { type: 'module' });
      worker.postMessage(config);
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = () => reject(new Error('the worker failed'));
      });
    }, config);
    assert.deepEqual(answer, { username: ada.username, email: 'ada@example.com' });
  });

  for (const store of ['sessionStorage', 'localStorage']) {
    suite.test(`two clients of one page on ${store} refresh at once, and one refresh reaches AWS`, async (person, backend) => {
      const config = rotating(backend.config);
      const tab = await person.newTab();
      await open(tab, config, { store });
      await signIn(tab, config.demo.users[0]);
      await backend.setClock(3550);
      await tab.evaluate(
        async ([config, store]) => {
          globalThis.other = await Client.create(config, { store });
          for (const one of [client, other]) await one.account.attributes();
        },
        [config, store],
      );
      await backend.takeRequestCounts();
      await backend.fault({ operation: REFRESH, action: { delayMs: 1000 }, times: 1 });
      const [tokens, locks] = await tab.evaluate(async () => {
        const tokens = Promise.all([client, other].map(async (one) => (await one.idToken()).jwt));
        // Frames of the tab have the same sessionStorage, so that a lock of this page alone would not do.
        let { held, pending } = await navigator.locks.query();
        await until(async () => {
          ({ held, pending } = await navigator.locks.query());
          return held.length > 0 && pending.length > 0;
        });
        return [await tokens, [...held, ...pending].map(({ name }) => name.split('.').at(-1))];
      });
      assert.equal(tokens[0], tokens[1]);
      assert.deepEqual(locks, ['refresh', 'refresh']);
      assert.equal((await backend.takeRequestCounts())[REFRESH], 1);
    });
  }

  suite.test('a lock that nobody waits for any more, or that nobody has noticed, is given back', async (person) => {
    const [first, second] = [await person.newTab(), await person.newTab()];
    const lock = (tab, name) =>
      tab.evaluate(async (name) => {
        const { webLock } = await import('/poolpass/stores/locks.js');
        globalThis[name] = webLock('x');
        globalThis[name].granted.catch(() => {});
      }, name);
    for (const tab of [first, second]) await tab.evaluate(() => import('/page/app.js').then(() => undefined));
    await lock(first, 'held');
    await first.evaluate(() => held.granted);
    await lock(second, 'waiting');
    await second.evaluate(() => until(async () => (await navigator.locks.query()).pending.length > 0));
    assert.equal(await second.evaluate(() => (waiting.release(), waiting.granted.catch(({ name }) => name))), 'AbortError');
    await lock(second, 'next');
    await first.evaluate(() => held.release());
    // Granted, and released before anyone has asked whether it is.
    await second.evaluate(() => until(async () => (await navigator.locks.query()).held.length > 0));
    await second.evaluate(() => next.release());
    await lock(first, 'last');
    await first.evaluate(() => last.granted);
    await first.evaluate(() => last.release());
    await first.evaluate(() => until(async () => (await navigator.locks.query()).held.length === 0));
  });

  suite.test('a call that is aborted while it waits for a lock does not keep it from the others', async (person, backend) => {
    const { config } = backend;
    const [first, second] = [await person.newTab(), await person.newTab()];
    await open(first, config);
    await open(second, config);
    // A guest's identity is made by one tab at a time.
    await backend.fault({ operation: 'GetId', action: { delayMs: 5_000 }, times: 1 });
    const making = first.evaluate(async () => (await client.credentials()).identityId);
    await first.evaluate(() => until(async () => (await navigator.locks.query()).held.length > 0));
    const kind = await second.evaluate(async () => {
      const abort = new AbortController();
      const waiting = failureOf(client.credentials({ signal: abort.signal }));
      await until(async () => (await navigator.locks.query()).pending.length > 0);
      abort.abort();
      return (await waiting).kind;
    });
    assert.equal(kind, 'cancelled');
    const identityId = await making;
    assert.equal(await second.evaluate(async () => (await client.credentials()).identityId), identityId);
    const { held, pending } = await second.evaluate(() => navigator.locks.query());
    assert.deepEqual([held, pending], [[], []]);
  });

  for (const [title, leave] of [
    ['by a listener', () => {
      client.onSessionEvent(({ kind }) => kind === 'signedOut' && client.close());
      return client.signOut();
    }],
    ['while it is under way', () => {
      const leaving = client.signOut();
      client.close();
      return leaving;
    }],
  ]) {
    suite.test(`signing out with a client that is closed ${title} is an event in the other tab`, async (person, { config }) => {
      const [ada] = config.demo.users;
      const [first, second] = [await person.newTab(), await person.newTab()];
      await open(first, config);
      await signIn(first, ada);
      await open(second, config);
      assert.equal(await nameIn(second), ada.username);
      await first.evaluate(leave);
      await second.evaluate(() => until(() => events.includes('signedOutElsewhere')));
      assert.equal(await nameIn(second), null);
    });
  }

  suite.test('a client that was closed hears nothing of other tabs, and gives its channel back', async (person, { config }) => {
    const [ada] = config.demo.users;
    const [first, second] = [await person.newTab(), await person.newTab()];
    await second.evaluate(() => {
      globalThis.channelsClosed = 0;
      const Real = BroadcastChannel;
      globalThis.BroadcastChannel = class extends Real {
        close() {
          globalThis.channelsClosed += 1;
          super.close();
        }
      };
    });
    await open(first, config);
    await open(second, config);
    await second.evaluate(async (config) => {
      globalThis.closedEvents = events;
      client.close();
      client.close();
      await globalThis.openClient(config);
    }, config);
    await signIn(first, ada);
    await second.evaluate(() => until(() => events.length > 0));
    assert.deepEqual(await second.evaluate(() => [closedEvents, events, channelsClosed]), [[], ['signedIn'], 1]);
  });

  suite.test('a tab that hangs with the locks keeps no other from signing in or out', async (person, { config }) => {
    const [ada] = config.demo.users;
    const [tab, hung] = [await person.newTab(), await person.newTab()];
    await open(tab, config);
    await signIn(tab, ada);
    await hung.evaluate((clientId) => {
      for (const name of ['session.write', 'session.refresh']) {
        // The holder of the lock learns that it was taken away.
        navigator.locks.request(`poolpass:${clientId}.${name}`, () => new Promise(() => {})).catch(() => {});
      }
    }, config.userPool.clientId);
    await tab.clock.install();
    // Valid tokens are handed out at once.
    assert.equal(await nameIn(tab), ada.username);
    assert.ok(await tab.evaluate(async () => (await client.idToken()).jwt));
    for (const call of ['signOut', 'signIn']) {
      await tab.evaluate(([call, { username, password }]) => {
        globalThis.outcome = undefined;
        failureOf(client[call](...(call === 'signIn' ? [username, password] : []))).then((outcome) => (globalThis.outcome = outcome));
      }, [call, ada]);
      for (;;) {
        await tab.clock.runFor(1_000);
        const outcome = await tab.evaluate(() => globalThis.outcome);
        if (outcome === undefined) continue;
        assert.deepEqual(outcome, { name: 'nothing was thrown' }, call);
        break;
      }
    }
    assert.equal(await nameIn(tab), ada.username);
  }, { only: 'chromium' });
});
