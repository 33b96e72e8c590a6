// Two tabs of one person are one session.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { nameIn, open, reload, rotating, signIn, Stage } from './stage.mjs';

const REFRESH = 'GetTokensFromRefreshToken';

describe('tabs in Chromium', () => {
  const stage = new Stage();

  for (const [title, configOf] of [
    ['two tabs refresh at once, and one refresh reaches AWS', (config) => config],
    ['with rotation too, two tabs refresh at once, and one refresh reaches AWS', rotating],
  ]) {
    stage.test(title, async (person, backend) => {
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
        [first, second].map((tab) => tab.evaluate(async () => (await client.idToken()).raw)),
      );
      assert.equal(tokens[0], tokens[1]);
      assert.equal((await backend.takeRequestCounts())[REFRESH], 1);

      // The token that the other tab has won is good for the next refresh.
      assert.equal(await second.evaluate(async () => (await client.refresh()).username), ada.username);
      assert.equal(await nameIn(first), ada.username);
    });
  }

  stage.test('a tab that is closed while it refreshes gives way to the other', async (person, backend) => {
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

  stage.test('signing in and out in one tab is an event in the other', async (person, { config }) => {
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
    assert.equal((await second.evaluate(() => failureOf(client.idToken()))).code, 'signedOut');
    assert.deepEqual(await first.evaluate(() => events), ['signedIn', 'refreshed', 'signedOut']);
  });

  stage.test('a reload in the middle of an MFA challenge goes on with it', async (person, { config }) => {
    const grace = config.demo.users[1];
    const tab = await person.newTab();
    await open(tab, config);
    assert.equal(await signIn(tab, grace), 'softwareToken');

    await reload(tab, config);
    assert.equal(await nameIn(tab), null);
    const done = await tab.evaluate(async ({ totpSecret }) => {
      const { TOTP } = await import('otpauth');
      const challenge = await client.pendingChallenge();
      const { kind } = await challenge.answer(new TOTP({ secret: totpSecret }).generate());
      return [challenge.kind, challenge.username, kind, await client.pendingChallenge()];
    }, grace);
    assert.deepEqual(done, ['softwareToken', grace.username, 'done', undefined]);

    await reload(tab, config);
    assert.equal(await nameIn(tab), grace.username);
  });

  stage.test('another tab may answer the challenge, and the first is signed in by it', async (person, { config }) => {
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

  stage.test('a worker has the session of its page', async (person, { config }) => {
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
});
