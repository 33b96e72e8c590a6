// Plays tests/scenarios with the package in Node.js, each on a local-aws of its own.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { parse } from 'lossless-json';

import { OPERATIONS } from './player/actor.mjs';
import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';
import { play } from './player/stage.mjs';

const FOLDER = new URL('../../../tests/scenarios/', import.meta.url);
const poolpass = await load();

/** Integers that a JavaScript number cannot hold become bigints. */
function number(text) {
  const value = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

const scenarios = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parse(readFileSync(new URL(name, FOLDER), 'utf8'), undefined, number))
  .filter(({ backends = ['local-aws'] }) => backends.includes('local-aws'));

test('this player knows every operation of the table, and no other', () => {
  const readme = readFileSync(new URL('README.md', FOLDER), 'utf8');
  const rows = readme.slice(readme.indexOf('## Operations')).matchAll(/^\| (`.+?) \|/gm);
  const operations = [...rows].flatMap(([, names]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.ok(operations.length > 40);
  assert.deepEqual(Object.keys(OPERATIONS).sort(), operations.sort());
});

describe('scenarios', { concurrency: 4 }, () => {
  assert.ok(scenarios.length > 50);
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
