// Plays tests/scenarios with the package in Chromium, each in a fresh browser profile and on a local-aws of its own.
import { after, before, describe, test } from 'node:test';

import { scenarios } from '../player/scenarios.mjs';
import { Backend, expose } from './backend.mjs';
import { Chromium } from './chromium.mjs';

describe('scenarios in Chromium', { concurrency: 4 }, () => {
  let chromium;

  before(async () => {
    chromium = await Chromium.start();
  });
  after(() => chromium.stop());

  for (const scenario of scenarios) {
    test(scenario.title, { timeout: 120_000 }, async () => {
      const backend = await Backend.start();
      const person = await chromium.newPerson();
      try {
        await expose(backend, person.context);
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
