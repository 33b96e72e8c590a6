// Sign-ins through managed login and through providers, by redirect and in a popup.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { NAME } from './browser.mjs';
import { nameIn, open, signIn, Suite } from './suite.mjs';

/** Each page of the app has to be registered, to the letter. */
const PAGES = ['/', '/?tab=notes', '/with-popups'];

describe(`redirects in ${NAME}`, () => {
  let home;
  const suite = new Suite(async (backend, origin) => {
    home = `${origin}/`;
    await backend.addCallbackUrls(PAGES.map((page) => origin + page));
  });
  const only = { only: 'chromium' };

  for (const [provider, email] of [
    ['Google', 'ada@example.com'],
    ['Corporate', 'grace@example.com'],
  ]) {
    suite.test(`a person comes back from ${provider}, to an address without the answer`, async (person, { config }) => {
      const tab = await person.newTab();
      await open(tab, config);
      await leave(tab, { redirectUri: `${home}?tab=notes`, provider, customState: 'note 7 & more' });
      await choose(tab, email);
      await tab.waitForURL(/[?&]code=/);
      await tab.evaluate(() => history.replaceState({ mine: true }, '', `${location.href}#top`));
      await open(tab, config);
      const { user, customState } = await tab.evaluate(() => client.handleRedirect());
      assert.equal(user.email, email);
      assert.equal(user.claims.identities[0].providerName, provider);
      assert.equal(customState, 'note 7 & more');
      assert.equal(tab.url(), `${home}?tab=notes#top`);
      assert.deepEqual(await tab.evaluate(() => [history.state, events]), [{ mine: true }, ['signedIn']]);
      assert.equal(await nameIn(tab), user.username);
      // The tokens are those of any session.
      assert.equal(await tab.evaluate(async () => (await client.account.attributes()).email), email);
      assert.equal(await tab.evaluate(async () => (await client.refresh()).email), email);
      assert.match(await tab.evaluate(() => client.identityId()), /^[\w-]+:/);
    }, only);
  }

  suite.test('managed login itself signs a person in with a password', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await leave(tab, { redirectUri: home });
    await enter(tab, ada);
    const { user } = await comeBack(tab, config);
    assert.equal(user.username, ada.username);
  }, only);

  suite.test("StrictMode's two calls share one exchange, and a reload exchanges nothing", async (person, backend) => {
    const { config } = backend;
    const tab = await person.newTab();
    await open(tab, config);
    const answer = await answerOf(tab, config, { provider: 'Google' }, 'ada@example.com');
    await backend.takeRequestCounts();
    const [one, other] = await tab.evaluate(() => Promise.all([client.handleRedirect(), client.handleRedirect()]));
    assert.equal(one.user.sub, other.user.sub);
    assert.equal(await tab.evaluate(() => client.handleRedirect()), undefined);
    await tab.goto(answer);
    await open(tab, config);
    assert.equal(await tab.evaluate(() => client.handleRedirect()), undefined);
    assert.equal(tab.url(), home);
    assert.equal((await backend.takeRequestCounts()).Token, 1);
    assert.equal(await nameIn(tab), one.user.username);
  }, only);

  suite.test('two tabs sign in at once, and each gets its own answer', async (person, { config }) => {
    const [first, second] = [await person.newTab(), await person.newTab()];
    await open(first, config);
    await open(second, config);
    await leave(first, { redirectUri: home, provider: 'Google', customState: 'first' });
    await leave(second, { redirectUri: home, provider: 'Corporate', customState: 'second' });
    await choose(second, 'grace@example.com');
    assert.equal((await comeBack(second, config)).customState, 'second');
    await choose(first, 'ada@example.com');
    const { user, customState } = await comeBack(first, config);
    assert.deepEqual([user.email, customState], ['ada@example.com', 'first']);
    // The last one to come back is signed in, in both.
    await second.evaluate(() => until(async () => (await client.currentUser()).email === 'ada@example.com'));
  }, only);

  suite.test('an answer may arrive in a new tab', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    const answer = await answerOf(tab, config, { provider: 'Google' }, 'ada@example.com');
    const other = await person.newTab();
    await other.goto(answer);
    const { user } = await comeBack(other, config);
    assert.equal(user.email, 'ada@example.com');
    await tab.evaluate(() => until(() => events.includes('signedIn')));
    assert.equal(await tab.evaluate(() => client.handleRedirect()), undefined);
  }, only);

  suite.test('the fragment that Facebook appends, and the issuer of RFC 9207, leave the address with the answer', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    const answer = await answerOf(tab, config, { provider: 'Facebook' }, 'ada@example.com');
    const { issuer } = await (await fetch(`${config.userPool.domain}/.well-known/openid-configuration`)).json();
    await tab.goto(`${answer.replace(/#.*/, '')}&iss=${encodeURIComponent(issuer)}#_=_`);
    await open(tab, config);
    assert.equal((await tab.evaluate(() => client.handleRedirect())).user.email, 'ada@example.com');
    assert.equal(tab.url(), home);
  }, only);

  suite.test('a page that keeps its session in memory does not leave, since it could not finish the sign-in', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config, { store: 'memory' });
    const failure = await tab.evaluate((redirectUri) => failureOf(client.signInWithRedirect({ redirectUri })), home);
    assert.equal(failure.kind, 'store');
    assert.match(failure.message, /signInWithPopup/);
    assert.equal(await tab.evaluate(() => location.href), home);
  });

  suite.test('a sandboxed page, which has neither locks nor an address to change, gets errors of the package', async (person, { config }) => {
    const tab = await person.newTab();
    await person.goTo(tab, '/sandboxed?code=1&state=poolpass-another');
    await open(tab, config, { store: 'memory' });
    const kinds = await tab.evaluate(async (redirectUri) => {
      const handled = await failureOf(client.handleRedirect());
      globalThis.open = () => ({ close() {} });
      return [handled.kind, (await failureOf(client.signInWithPopup({ redirectUri }))).kind];
    }, home);
    assert.deepEqual(kinds, ['invalidRedirect', 'platform']);
  });

  suite.test('addresses that are no answer of ours stay as they are', async (person, { config }) => {
    const tab = await person.newTab();
    for (const query of ['', '?tab=1', '?code=1', '?code=1&state=of-another-library', '?error=x&state=another']) {
      await tab.goto(home + query);
      await open(tab, config);
      assert.equal(await tab.evaluate(() => client.handleRedirect()), undefined);
      assert.equal(await tab.evaluate(() => location.href), home + query);
    }
  });

  /** Mishaps on the way, and the kind of error that comes of each. */
  const REFUSALS = {
    'the person says no': {
      act: async (tab) => tab.getByRole('button', { name: 'Cancel' }).click(),
      kind: 'cancelled',
    },
    'a state that nobody waits for': {
      change: (answer) => answer.replace(/state=[^&]+/, 'state=poolpass-another'),
      kind: 'invalidRedirect',
      sends: 0,
    },
    'a code that answers another sign-in, whose verifier differs': {
      change: async (answer, tab, config) => {
        await open(tab, config);
        const other = await answerOf(tab, config, { provider: 'Corporate' }, 'grace@example.com');
        return answer.replace(/code=[^&]+/, /code=[^&]+/.exec(other)[0]);
      },
      kind: 'challengeExpired',
    },
    'a nonce that another page has chosen': {
      request: (url) => url.searchParams.set('nonce', 'another'),
      kind: 'invalidRedirect',
    },
    'PKCE without a hash': {
      request: (url) => url.searchParams.set('code_challenge_method', 'plain'),
      kind: 'aws',
      sends: 0,
      isAskedNothing: true,
    },
  };
  for (const [title, { act, change, request, kind, sends = 1, isAskedNothing }] of Object.entries(REFUSALS)) {
    suite.test(`${title}: refused, and the old session stays`, async (person, backend) => {
      const { config } = backend;
      const [ada] = config.demo.users;
      const tab = await person.newTab();
      await open(tab, config);
      await signIn(tab, ada);
      if (request !== undefined) {
        await tab.route(/\/oauth2\/authorize/, async (route) => {
          const url = new URL(route.request().url());
          request(url);
          await route.fulfill({ status: 302, headers: { location: String(url) } });
        }, { times: 1 });
      }
      await leave(tab, { redirectUri: home, provider: 'Google' }, isAskedNothing ? /[?&]error=/ : undefined);
      if (act !== undefined) await act(tab);
      else if (!isAskedNothing) await choose(tab, 'grace@example.com');
      await tab.waitForURL(/[?&](code|error)=/);
      const answer = (await change?.(tab.url(), tab, config)) ?? tab.url();
      await tab.goto(answer);
      await open(tab, config);
      await backend.takeRequestCounts();
      const failure = await tab.evaluate(() => failureOf(client.handleRedirect()));
      assert.equal(failure.kind, kind, JSON.stringify(failure));
      const code = /[?&]code=([^&]+)/.exec(answer)?.[1];
      if (code !== undefined) assert.ok(!JSON.stringify(failure).includes(code), 'the error shows the code');
      assert.equal((await backend.takeRequestCounts()).Token ?? 0, kind === 'cancelled' ? 0 : sends);
      assert.equal(tab.url(), home);
      assert.equal(await nameIn(tab), ada.username);
      assert.equal(await tab.evaluate(async () => (await client.refresh()).username), ada.username);
    }, only);
  }

  suite.test('a code that was used already is refused, and the old session stays', async (person, { config }) => {
    const tab = await person.newTab();
    const kept = {};
    await withMap(tab, config, kept);
    await leave(tab, { redirectUri: home, provider: 'Google' }, undefined, kept);
    await choose(tab, 'ada@example.com');
    await tab.waitForURL(/[?&]code=/);
    // The store as it was before the code was used, as a copy of a browser's profile has it.
    await withMap(tab, config, kept);
    const answer = tab.url();
    assert.equal((await tab.evaluate((url) => client.handleRedirect(url), answer)).user.email, 'ada@example.com');
    await withMap(tab, config, kept);
    const failure = await tab.evaluate((url) => failureOf(client.handleRedirect(url)), answer);
    assert.equal(failure.kind, 'challengeExpired');
    assert.equal(await nameIn(tab), null);
  }, only);

  suite.test('a redirect URI that is not registered leads nowhere', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await signIn(tab, ada);
    await leave(tab, { redirectUri: `${home}elsewhere`, provider: 'Google' });
    assert.match(await tab.locator('body').innerText(), /redirect/i);
    assert.ok(!tab.url().startsWith(home), tab.url());
    await tab.goto(home);
    await open(tab, config);
    assert.equal(await nameIn(tab), ada.username);
  }, only);

  suite.test('a network that fails leaves the answer in the address, for another try', async (person, backend) => {
    const { config } = backend;
    const tab = await person.newTab();
    await open(tab, config);
    const answer = await answerOf(tab, config, { provider: 'Google' }, 'ada@example.com');
    await person.context.route(/\/oauth2\/token/, (route) => route.abort());
    assert.equal((await tab.evaluate(() => failureOf(client.handleRedirect()))).kind, 'network');
    assert.equal(tab.url(), answer);
    await person.context.unroute(/\/oauth2\/token/);
    await tab.reload();
    assert.equal((await comeBack(tab, config)).user.email, 'ada@example.com');
    assert.equal(tab.url(), home);
  }, only);

  for (const provider of ['Google', 'Corporate']) {
    suite.test(`a popup signs in with ${provider}, and closes`, async (person, { config }) => {
      const tab = await person.newTab();
      await person.goTo(tab, '/with-popups');
      await open(tab, config);
      const popup = await popUp(tab, { redirectUri: `${home}with-popups`, provider, customState: 'here' });
      await choose(popup, 'ada@example.com');
      await popup.waitForURL(/[?&]code=/);
      await handleIn(popup, config);
      const { result, customState } = await outcomeIn(tab);
      assert.deepEqual([result, customState], ['ada@example.com', 'here']);
      if (!popup.isClosed()) await popup.waitForEvent('close');
      assert.deepEqual(await tab.evaluate(() => events), ['signedIn']);
      assert.deepEqual(await tab.evaluate(async () => (await navigator.locks.query()).held), []);
    }, only);
  }

  suite.test('a popup that the browser has cut off from its opener answers all the same', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    assert.ok(await tab.evaluate(() => crossOriginIsolated));
    // The person is in the popup.
    await tab.evaluate(() => (document.hasFocus = () => false));
    const popup = await popUp(tab, { redirectUri: home, provider: 'Google' });
    await choose(popup, 'ada@example.com');
    await popup.waitForURL(/[?&]code=/);
    await handleIn(popup, config);
    assert.equal((await outcomeIn(tab)).result, 'ada@example.com');
  }, only);

  suite.test('a popup with a session in memory only signs in the page that has opened it', async (person, { config }) => {
    const tab = await person.newTab();
    await person.goTo(tab, '/with-popups');
    await open(tab, config, { store: 'memory' });
    const popup = await popUp(tab, { redirectUri: `${home}with-popups`, provider: 'Google' });
    await choose(popup, 'ada@example.com');
    await popup.waitForURL(/[?&]code=/);
    await handleIn(popup, config, { store: 'memory' });
    assert.equal((await outcomeIn(tab)).result, 'ada@example.com');
    if (!popup.isClosed()) await popup.waitForEvent('close');
  }, only);

  suite.test('a popup whose opener is gone finishes the sign-in itself', async (person, { config }) => {
    const tab = await person.newTab();
    await person.goTo(tab, '/with-popups');
    await open(tab, config);
    const popup = await popUp(tab, { redirectUri: `${home}with-popups`, provider: 'Google' });
    await choose(popup, 'ada@example.com');
    await popup.waitForURL(/[?&]code=/);
    await tab.close();
    await open(popup, config);
    assert.equal((await popup.evaluate(() => client.handleRedirect())).user.email, 'ada@example.com');
    assert.equal(popup.url(), `${home}with-popups`);
  }, only);

  suite.test('closing the popup, saying no in it and aborting the call reject with kind cancelled', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await person.goTo(tab, '/with-popups');
    await open(tab, config);
    await signIn(tab, ada);
    const options = { redirectUri: `${home}with-popups`, provider: 'Google' };

    const closed = await popUp(tab, options);
    await closed.close();
    assert.equal((await outcomeIn(tab)).kind, 'cancelled');

    const refused = await popUp(tab, options);
    await refused.getByRole('button', { name: 'Cancel' }).click();
    await refused.waitForURL(/[?&]error=/);
    await handleIn(refused, config);
    assert.equal((await outcomeIn(tab)).kind, 'cancelled');

    const aborted = await popUp(tab, options);
    await tab.evaluate(() => stop.abort());
    assert.equal((await outcomeIn(tab)).kind, 'cancelled');
    if (!aborted.isClosed()) await aborted.waitForEvent('close');
    assert.equal(await nameIn(tab), ada.username);
    assert.deepEqual(await tab.evaluate(async () => (await navigator.locks.query()).held), []);
  }, only);

  suite.test('a popup that the browser blocks is an error that names the other way', async (person, { config }) => {
    const tab = await person.newTab();
    await open(tab, config);
    const failure = await tab.evaluate((redirectUri) => {
      globalThis.open = () => null;
      return failureOf(client.signInWithPopup({ redirectUri }));
    }, home);
    assert.equal(failure.kind, 'platform');
    assert.match(failure.message, /signInWithRedirect/);
  });

  suite.test('logging out ends the session of managed login too', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, config);
    await leave(tab, { redirectUri: home });
    await enter(tab, ada);
    await comeBack(tab, config);

    // After signing out here alone, managed login still knows the person.
    await tab.evaluate(() => client.signOut());
    await leave(tab, { redirectUri: home, provider: 'COGNITO' }, /[?&]code=|_domain/);
    if (!tab.url().startsWith(home)) await tab.getByRole('button', { name: 'Continue' }).click();
    assert.equal((await comeBack(tab, config)).user.username, ada.username);

    await Promise.all([
      tab.waitForEvent('load'),
      tab.evaluate((logoutUri) => void client.logout({ logoutUri }), home),
    ]);
    assert.equal(tab.url(), home);
    await open(tab, config);
    assert.equal(await nameIn(tab), null);
    await leave(tab, { redirectUri: home, provider: 'COGNITO' });
    await tab.getByLabel(/user ?name/i).waitFor();
  }, only);

  suite.test('a page that comes back from the history sees who has signed in meanwhile', async (person, { config }) => {
    const [ada] = config.demo.users;
    const [kept, other] = [await person.newTab(), await person.newTab()];
    // Such a page hears nothing of other tabs.
    await kept.evaluate(() => (globalThis.BroadcastChannel = class { postMessage() {} close() {} }));
    await open(kept, config);
    await open(other, config);
    await signIn(other, ada);
    assert.deepEqual(await kept.evaluate(() => events), []);
    await kept.evaluate(() => {
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
      return until(() => events.length > 0);
    });
    assert.deepEqual(await kept.evaluate(() => events), ['signedIn']);
  });

  suite.test('without a domain, nothing is begun and nobody is signed out', async (person, { config }) => {
    const [ada] = config.demo.users;
    const tab = await person.newTab();
    await open(tab, { ...config, userPool: { ...config.userPool, domain: null } });
    await signIn(tab, ada);
    const failures = await tab.evaluate(
      (uri) => Promise.all([client.signInWithRedirect({ redirectUri: uri }), client.logout({ logoutUri: uri })].map(failureOf)),
      home,
    );
    assert.deepEqual(failures.map(({ kind }) => kind), ['invalidConfig', 'invalidConfig']);
    assert.equal(await nameIn(tab), ada.username);
  });

  /** Loads the package with a store of the page's own, whose content is `kept`. */
  async function withMap(tab, config, kept) {
    await tab.evaluate(() => import('/page/app.js').then(() => undefined));
    await tab.evaluate(
      ([config, kept]) => {
        globalThis.kept = kept;
        const store = {
          load: (key) => kept[key],
          save: (key, value) => void (kept[key] = value),
          remove: (key) => void delete kept[key],
        };
        return globalThis.openClient(config, { store });
      },
      [config, kept],
    );
  }

  /** Begins a sign-in and goes through it; gives the address that answers. */
  async function answerOf(tab, config, options, email) {
    await leave(tab, { redirectUri: home, ...options });
    await choose(tab, email);
    await tab.waitForURL(/[?&]code=/);
    await open(tab, config);
    return tab.url();
  }
});

/** Leaves for managed login or a provider; with `kept`, takes along what the page's own store has. */
async function leave(tab, options, awaited = /\/_(domain|providers)\//, kept) {
  const url = await tab.evaluate(async (options) => {
    let opened;
    await client.signInWithRedirect({ ...options, open: (url) => (opened = url) });
    return opened;
  }, options);
  if (kept !== undefined) Object.assign(kept, await tab.evaluate(() => globalThis.kept));
  await tab.evaluate((url) => void location.assign(url), url);
  await tab.waitForURL(awaited);
}

/** Is someone with this address at a stand-in provider. */
async function choose(tab, email) {
  await tab.getByRole('button', { name: email }).click();
}

/** Signs in on the pages of managed login: with the name, then the password. */
async function enter(tab, { username, password }) {
  await tab.getByLabel(/user ?name/i).fill(username);
  await tab.getByRole('button', { name: 'Next' }).click();
  await tab.getByLabel('Password', { exact: true }).fill(password);
  await tab.getByRole('button', { name: 'Sign in' }).click();
}

/** Handles the answer with which the tab has come back. */
async function comeBack(tab, config) {
  await tab.waitForURL(/[?&](code|error)=/);
  await open(tab, config);
  return tab.evaluate(() => client.handleRedirect());
}

/** Opens a popup in a click; the page's `outcome` is what comes of it. */
async function popUp(tab, options) {
  const opened = tab.context().waitForEvent('page');
  await tab.evaluate((options) => {
    globalThis.stop = new AbortController();
    globalThis.outcome = client.signInWithPopup({ ...options, signal: stop.signal }).then(
      ({ user, customState }) => ({ result: user.email, customState }),
      ({ kind, message }) => ({ kind, message }),
    );
  }, options);
  const popup = await opened;
  await popup.waitForURL(/\/_(domain|providers)\//);
  return popup;
}

function outcomeIn(tab) {
  return tab.evaluate(() => outcome);
}

/** The page in the popup does what every page of the app does when it loads. */
async function handleIn(popup, config, options) {
  await open(popup, config, options);
  // The popup closes meanwhile.
  await popup.evaluate(() => client.handleRedirect().then(() => undefined)).catch(() => {});
}
