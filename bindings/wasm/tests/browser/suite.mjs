// The set-up that the tests of one file share.
import { after, before, test } from 'node:test';

import { Backend } from '../player/backend.mjs';
import { Browser, isIt } from './browser.mjs';

/** A browser and a local-aws for all tests of a file, and a person with empty storage for each. */
export class Suite {
  /** `prepare` gets local-aws and the origin of the pages, before the first test; `folders` gives what the site serves besides. */
  constructor(prepare = async () => {}, folders = () => ({})) {
    before(async () => {
      this.#browser = await Browser.start(folders());
      this.#backend = await Backend.start();
      await prepare(this.#backend, this.#browser.origin);
    });
    after(async () => {
      await this.#browser?.stop();
      await this.#backend?.stop();
    });
  }

  #browser;
  #backend;

  /**
   * `play` gets a person's browser, local-aws, and a function for what is worth knowing though it is no failure. `only` is for what
   * takes a driver or a browser of that name.
   */
  test(sentence, play, { timeout = 60_000, only } = {}) {
    if (only !== undefined && !isIt(only)) return;
    test(sentence, { timeout }, async (context) => {
      const person = await this.#browser.newPerson(this.#backend);
      try {
        await play(person, this.#backend, (message) => context.diagnostic(message));
        await person.leave();
      } finally {
        await person.context.close();
        await this.#backend.fault(null);
        await this.#backend.setClock(0);
      }
    });
  }
}

/** The configuration with the app client that rotates refresh tokens. */
export function rotating(config) {
  return { ...config, userPool: { ...config.userPool, ...config.demo.rotatingClient } };
}

/** Loads the package into a tab, and makes its `client`. */
export async function open(tab, config, options) {
  await tab.evaluate(() => import('/page/app.js').then(() => undefined));
  await tab.evaluate(([config, options]) => globalThis.openClient(config, options), [config, options]);
}

/** Reloads the tab: whatever was only in memory is gone. */
export async function reload(tab, config, options) {
  await tab.reload();
  await open(tab, config, options);
}

/** Signs the demo's user without MFA in, or another one; gives the kind of step that follows. */
export async function signIn(tab, { username, password }) {
  return tab.evaluate(
    async ([username, password]) => {
      globalThis.step = await client.signIn(username, password);
      return step.kind;
    },
    [username, password],
  );
}

/** The name of whoever is signed in. */
export function nameIn(tab) {
  return tab.evaluate(async () => (await client.currentUser())?.username ?? null);
}
