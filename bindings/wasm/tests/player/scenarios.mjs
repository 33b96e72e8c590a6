// The scenario files that are played on local-aws.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

import { parse } from 'lossless-json';

const FOLDER = new URL('../../../../tests/scenarios/', import.meta.url);

/** The text of a file beside the scenarios. */
export function read(name) {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

export const scenarios = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parse(read(name), undefined, number))
  .filter(({ backends = ['local-aws'] }) => backends.includes('local-aws'));

assert.ok(scenarios.length > 50);

/** Integers that a JavaScript number cannot hold become bigints. */
function number(text) {
  const value = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}
