// Plays tests/scenarios with the package in Node.js, each on a local-aws of its own.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { OPERATIONS } from './player/driver.mjs';
import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';
import { read, scenarios } from './player/scenarios.mjs';
import { play } from './player/scenario_run.mjs';

const poolpass = await load();

test('this player knows every operation of the table, and no other', () => {
  const readme = read('README.md');
  const rows = readme.slice(readme.indexOf('## Operations')).matchAll(/^\| (`.+?) \|/gm);
  const operations = [...rows].flatMap(([, names]) => [...names.matchAll(/`([\w.]+)`/g)].map(([, name]) => name));
  assert.ok(operations.length > 40);
  assert.deepEqual(Object.keys(OPERATIONS).sort(), operations.sort());
});

describe('scenarios', { concurrency: 4 }, () => {
  for (const scenario of scenarios) {
    test(scenario.title, { timeout: 120_000 }, async () => {
      const backend = await Backend.start();
      try {
        await play(scenario, backend, poolpass);
      } finally {
        await backend.stop();
      }
    });
  }
});
