// What the tests of one file stand on.
import { after, before, test } from 'node:test';

import { Backend, expose } from './backend.mjs';
import { Chromium } from './chromium.mjs';

/** A browser and a local-aws for all tests of a file, and a person with empty storage for each. */
export class Stage {
  constructor() {
    before(async () => {
      this.#chromium = await Chromium.start();
      this.#backend = await Backend.start();
    });
    after(async () => {
      await this.#chromium?.stop();
      await this.#backend?.stop();
    });
  }

  #chromium;
  #backend;

  /** `play` gets a person's browser, local-aws, and a function for what is worth knowing though it is no failure. */
  test(sentence, play, { timeout = 60_000 } = {}) {
    test(sentence, { timeout }, async (context) => {
      const person = await this.#chromium.newPerson();
      try {
        await expose(this.#backend, person.context);
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
  await tab.evaluate(([config, options]) => globalThis.open(config, options), [config, options]);
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
