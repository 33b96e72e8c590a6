// Sessions that the real `aws-amplify` and `amazon-cognito-identity-js` have left in a page's `localStorage`, taken over on the same origin.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { NAME } from './browser.mjs';
import { nameIn, open, reload, rotating, Suite } from './suite.mjs';

const PASSWORD = 'Correct-horse-7';
/** Amplify takes a domain without a scheme, and goes to it by HTTPS. */
const DOMAIN = 'login.example.com';

describe(`sessions of other packages in ${NAME}`, () => {
  let home;
  const bundled = {};
  before(async () => {
    bundled.folder = await mkdtemp(join(tmpdir(), 'poolpass-other-packages-'));
    await build({
      entryPoints: [fileURLToPath(new URL('other_packages/main.js', import.meta.url))],
      bundle: true,
      format: 'esm',
      define: { global: 'globalThis' },
      outdir: bundled.folder,
      logLevel: 'error',
    });
  });
  after(() => rm(bundled.folder, { recursive: true }));
  const suite = new Suite(
    async (backend, origin) => {
      home = `${origin}/`;
      await backend.addCallbackUrls([home], rotating(backend.config).userPool.clientId);
    },
    () => ({ bundled: bundled.folder }),
  );
  const only = { only: 'chromium' };

  /** A tab of the app before it moved. */
  async function oldApp(person) {
    const tab = await person.newTab();
    await tab.evaluate(() => import('/bundled/main.js').then(() => undefined));
    return tab;
  }

  /** The app after it moved: takes the session over, as the README says. Gives the name, and the access tokens before and after a refresh. */
  const moved = (tab) =>
    tab.evaluate(async () => {
      const tokens = client.readAmplifySession(localStorage);
      const { username } = await client.adoptSession(tokens);
      const { jwt } = await client.accessToken();
      await client.refresh();
      return { username, before: tokens.accessToken, adopted: jwt, after: (await client.accessToken()).jwt };
    });

  const content = (tab) => tab.evaluate(() => ({ ...localStorage }));

  for (const name of ['aws-amplify', 'amazon-cognito-identity-js']) {
    suite.test(`a session of ${name} is refreshed, and reads and writes objects`, async (person, backend) => {
      const username = `from.${name}+1`;
      await backend.createUser(username, { password: PASSWORD, attributes: { email: `${name}@example.com` } });
      const { config } = backend;
      const tab = await oldApp(person);
      const sign = ([name, config, user]) => signInBy[name](config, user);
      assert.equal(await tab.evaluate(sign, [name, config, { username, password: PASSWORD }]), 'DONE');
      const left = await content(tab);
      assert.ok(Object.keys(left).some((key) => key.endsWith(`${username}.refreshToken`)));

      await reload(tab, config);
      assert.equal(await nameIn(tab), null);
      const { username: movedName, before, adopted, after } = await moved(tab);
      assert.equal(movedName, username);
      assert.equal(adopted, before);
      assert.notEqual(after, before);
      const read = await tab.evaluate(async () => {
        const key = await client.bucket().privatePath('moved.txt');
        await client.bucket().put(key, 'kept');
        return (await client.bucket().get(key)).text();
      });
      assert.equal(read, 'kept');
      // The values that the other package has left stay until the app removes it.
      assert.deepEqual(await content(tab), left);
      await tab.evaluate(() => localStorage.clear());
      await reload(tab, config);
      assert.equal(await nameIn(tab), username);
    });

    suite.test(`the device key of ${name} goes along with every refresh`, async (person, backend) => {
      const username = `device-of-${name}`;
      await backend.createUser(username, { password: PASSWORD, attributes: { email: `${username}@example.com` } });
      const tracks = (DeviceConfiguration) =>
        backend.admin('UpdateUserPool', { AutoVerifiedAttributes: ['email'], MfaConfiguration: 'OPTIONAL', DeviceConfiguration });
      await tracks({ ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false });
      try {
        const tab = await oldApp(person);
        const sign = ([name, config, user]) => signInBy[name](config, user);
        await tab.evaluate(sign, [name, backend.config, { username, password: PASSWORD }]);
        const [, key] = Object.entries(await content(tab)).find(([key]) => key.endsWith('.deviceKey'));
        await reload(tab, backend.config);
        const sent = [];
        tab.on('request', (request) => {
          const operation = request.headers()['x-amz-target'] ?? '';
          if (/RefreshToken|InitiateAuth/.test(operation)) sent.push(request.postDataJSON());
        });
        assert.equal((await moved(tab)).username, username);
        assert.equal(sent.length, 1);
        assert.equal(sent[0].DeviceKey ?? sent[0].AuthParameters.DEVICE_KEY, key);
      } finally {
        await tracks(undefined);
      }
    }, only);
  }

  suite.test("Amplify's sign-in through Google goes on, where refresh tokens rotate", async (person, backend) => {
    const config = rotating(backend.config);
    await person.context.route(`https://${DOMAIN}/**`, (route) => toManagedLogin(route, config.userPool.domain));
    const oauth = { domain: DOMAIN, scopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'], responseType: 'code' };
    const settings = { ...oauth, redirectSignIn: [home], redirectSignOut: [home] };
    const tab = await oldApp(person);
    await tab.evaluate(([config, settings]) => configure(config, settings), [config, settings]);
    await tab.evaluate(() => void signInWithRedirect({ provider: 'Google' }));
    await tab.getByRole('button', { name: 'ada@example.com' }).click();
    await tab.waitForURL(/[?&]code=/);
    await tab.evaluate(() => import('/bundled/main.js').then(() => undefined));
    await tab.evaluate(([config, settings]) => configure(config, settings), [config, settings]);
    const before = await tab.evaluate(() => tokenOfAmplify());
    const left = await content(tab);

    await reload(tab, config);
    const tokens = await moved(tab);
    assert.match(tokens.username, /^google_/i);
    assert.equal(tokens.before, before);
    assert.notEqual(tokens.after, before);
    // Each refresh has replaced the refresh token, and the newest one is in use.
    assert.match(await tab.evaluate(async () => (await client.refresh()).username), /^google_/i);
    await reload(tab, config);
    assert.match(await tab.evaluate(async () => (await client.refresh()).username), /^google_/i);
    assert.deepEqual(await content(tab), left);
    // A page that reads them again keeps the later session: the refresh token that Amplify has left is used up.
    await backend.setClock(120);
    assert.match((await moved(tab)).username, /^google_/i);
    const stale = await tab.evaluate(async (config) => {
      const other = await Client.create(config, { store: 'memory' });
      await other.adoptSession(other.readAmplifySession(localStorage));
      return failureOf(other.refresh());
    }, config);
    assert.equal(stale.kind, 'sessionEnded');
  }, only);
});

/** Stands for the domain that Amplify reaches by HTTPS. */
async function toManagedLogin(route, domain) {
  const url = route.request().url().replace(`https://${DOMAIN}`, domain);
  if (route.request().isNavigationRequest()) {
    await route.fulfill({ status: 302, headers: { location: url } });
  } else {
    await route.fulfill({ response: await route.fetch({ url }) });
  }
}
