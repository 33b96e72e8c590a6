// Whether JavaScript has what tests/surface.json says that every language has: read from the types that apps see.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { inside } from './player/package.mjs';

const surface = JSON.parse(await readFile(new URL('../../../tests/surface.json', import.meta.url), 'utf8'));

/** Where a type of the SDK is declared. */
const TYPES = {
  Client: ['client', 'Client'],
  Account: ['account', 'Account'],
  Bucket: ['s3', 'Bucket'],
  Table: ['dynamodb', 'Table'],
  UpdateItem: ['dynamodb', 'Changes'],
  Attribute: ['conditions', 'Attribute'],
  SmsMfaChallenge: ['challenges', 'SmsMfaChallenge'],
  EmailOtpChallenge: ['challenges', 'EmailOtpChallenge'],
  SoftwareTokenMfaChallenge: ['challenges', 'SoftwareTokenMfaChallenge'],
  SelectMfaTypeChallenge: ['challenges', 'SelectMfaTypeChallenge'],
  MfaSetupChallenge: ['challenges', 'MfaSetupChallenge'],
  NewPasswordRequiredChallenge: ['challenges', 'NewPasswordRequiredChallenge'],
  OtherChallenge: ['challenges', 'OtherChallenge'],
  Error: ['errors', 'PoolpassError'],
  ErrorKind: ['errors', 'PoolpassError'],
  CancellationReason: ['errors', 'CancellationReason'],
};

/** Where the options of a call are declared. */
const OPTIONS = {
  AccountOptions: ['account', 'AccountOptions'],
  SignUpOptions: ['account', 'SignUpOptions'],
};

/** Operations that have another name in JavaScript, or are an option or an argument of another call. */
const OTHER_WORDS = {
  'Client.s3': 'bucket',
  'Client.dynamodb': 'table',
  'Client.events': 'onSessionEvent',
  'Bucket.inRegion': 'name',
  'Table.conditionCheck': 'name',
  'Attribute.member': 'exists',
  'Attribute.element': 'exists',
  'Error.message': 'name',
};

async function declarations(file) {
  return readFile(inside(`${file}.d.ts`), 'utf8');
}

async function members([file, type]) {
  const text = await declarations(file);
  const begin = text.search(new RegExp(`(class|interface) ${type}\\b`));
  assert.ok(begin >= 0, `${file}.d.ts has no ${type}`);
  const body = text.slice(begin, text.indexOf('\n}', begin));
  const own = [...body.matchAll(/^ {4}(?:readonly |get )*(\w+)\??[(<:]/gm)].map(([, name]) => name);
  const parent = /^(?:class|interface) \w+ extends (?!Error\b|CallOptions\b)(\w+)/.exec(body);
  return parent ? [...own, ...(await members([file, parent[1]]))] : own;
}

/** The strings of a union type. */
async function union(file, type) {
  const text = await declarations(file);
  const begin = text.indexOf(`type ${type} =`);
  assert.ok(begin >= 0, `${file}.d.ts has no ${type}`);
  const end = text.slice(begin).search(/;\n(?:\/\*\*|export|declare|$)/);
  return [...text.slice(begin, begin + end).matchAll(/'(\w+)'/g)].map(([, name]) => name);
}

test('every operation is there', async () => {
  const missing = [];
  for (const [type, names] of Object.entries(surface.operations)) {
    assert.ok(TYPES[type], `where is ${type} declared?`);
    const offered = await members(TYPES[type]);
    assert.ok(!offered.includes('teleport'));
    missing.push(...names.filter((name) => !offered.includes(OTHER_WORDS[`${type}.${name}`] ?? name)).map((name) => `${type}.${name}`));
  }
  assert.deepEqual(missing, []);
});

test('every option is there', async () => {
  for (const [type, names] of Object.entries(surface.options)) {
    assert.ok(OPTIONS[type], `where is ${type} declared?`);
    assert.deepEqual((await members(OPTIONS[type])).sort(), names, type);
  }
});

test('every event, every reason, every challenge and every kind of error is there, and no other', async () => {
  assert.deepEqual((await union('session', 'SessionEvent')).sort(), surface.cases.SessionEvent);
  assert.deepEqual((await union('session', 'SessionEndReason')).sort(), surface.cases.SessionEndReason);
  assert.deepEqual((await union('session', 'SignOut')).sort(), surface.cases.SignOut);
  assert.deepEqual(await union('errors', 'ErrorKind'), surface.errorKinds);
  assert.deepEqual((await union('account', 'MfaSetting')).sort(), surface.cases.MfaSetting);
  const kinds = [...(await declarations('challenges')).matchAll(/readonly kind(?::| =) ["'](\w+)["']/g)].map(([, kind]) => kind);
  assert.deepEqual([...new Set(kinds)].filter((kind) => kind !== 'done').sort(), surface.cases.Challenge);
});

test('the same kinds of errors are transient as in Rust', async () => {
  const { PoolpassError } = await import(inside('errors.js'));
  const transient = surface.errorKinds.filter((kind) => new PoolpassError(kind, 'a message').isTransient);
  assert.deepEqual(transient, surface.transientErrorKinds);
});
