// Plays tests/scenarios with the package in a browser, each in a fresh browser profile and on a local-aws of its own.
import { after, before, describe, test } from 'node:test';

import { Backend } from '../player/backend.mjs';
import { scenarios } from '../player/scenarios.mjs';
import { Browser, NAME } from './browser.mjs';

describe(`scenarios in ${NAME}`, { concurrency: 4 }, () => {
  let browser;

  before(async () => {
    browser = await Browser.start();
  });
  after(() => browser.stop());

  for (const scenario of scenarios) {
    test(scenario.title, { timeout: 300_000 }, async () => {
      const backend = await Backend.start();
      const person = await browser.newPerson(backend);
      try {
        const tab = await person.newTab();
        await tab.evaluate(async ({ scenario, config }) => {
          const { playHere } = await import('/page/play.js');
          await playHere(scenario, config);
        }, { scenario, config: backend.config });
        await person.leave();
      } finally {
        await person.context.close();
        await backend.stop();
      }
    });
  }
});
