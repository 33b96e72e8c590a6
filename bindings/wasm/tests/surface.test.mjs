// Whether JavaScript has what tests/surface.json says that every language has: read from the types that apps see.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { inside } from './player/package.mjs';

const surface = JSON.parse(await readFile(new URL('../../../tests/surface.json', import.meta.url), 'utf8'));
/** Names that JavaScript writes in its own way, from the tables in CONTRIBUTING.md. */
const TYPES = surface.types.javascript;
const DIFFERENCES = surface.differences.javascript;
/** Options that only JavaScript has. */
const JAVASCRIPT_ALONE = ['QueryOptions.exactDecimals'];

const declared = await declarations();

/** All declarations of the package. */
async function declarations() {
  const files = (await readdir(inside('.'))).filter((name) => name.endsWith('.d.ts'));
  return (await Promise.all(files.map((name) => readFile(inside(name), 'utf8')))).join('\n');
}

/** The declaration of a type or a function. */
function declaration(name) {
  const head = new RegExp(`^(?:export |declare |abstract )*(class|interface|type|function) ${name}\\b`, 'm').exec(declared);
  assert.ok(head, `there is no ${name}`);
  const rest = declared.slice(head.index).replace(/^(?:export |declare |abstract )*/, '');
  const isBlock = head[1] === 'class' || head[1] === 'interface';
  // An alias of object types has lines that begin with a brace.
  return rest.slice(0, rest.search(isBlock ? /\n\}/ : /;\n(?![ }|])|;$/));
}

/** The members of a type, by their names, each with its declaration. */
function members(type) {
  const text = declaration(type);
  const own = [...text.matchAll(/^ {4}(?:readonly |get )*(?:\[Symbol\.)?(\w+)\]?\??([(<:][\s\S]*?);$/gm)].map(([, name, rest]) => [name, rest]);
  const parents = /^(?:class|interface) \w+(?:<\w+>)? extends (\w+)(?:, (\w+))?/.exec(text)?.slice(1) ?? [];
  // ECMAScript's own.
  if (parents[0] === 'Error') return new Map([['message', ': string'], ...own]);
  const inherited = parents.filter((parent) => parent !== undefined && parent !== 'CallOptions');
  return new Map([...inherited.flatMap((parent) => [...members(parent)]), ...own]);
}

/** Whether `Type.member`, `Type.method(option)` or `function(option)` is declared. */
function isOffered(name) {
  const [, path, option] = /^([\w.]+)(?:\((\w+)\))?$/.exec(name);
  const [type, member] = path.split('.');
  if (member === undefined) return takes(declaration(type), option);
  const text = members(type).get(member) ?? literalMember(type, member);
  return text !== undefined && (option === undefined || takes(text, option));
}

/** A member of one of the object types that a union is made of. */
function literalMember(type, member) {
  return new RegExp(`\\b${member}\\??: [^;]+;`).exec(declaration(type))?.[0];
}

function takes(signature, option) {
  return new RegExp(`\\b${option}\\??: `).test(signature);
}

/** The strings of a union type. */
function union(type) {
  return [...declaration(type).matchAll(/'(\w+)'/g)].map(([, name]) => name);
}

test('every operation is there', () => {
  const operations = Object.entries(surface.operations).flatMap(([type, names]) => names.map((name) => [type, name]));
  assert.ok(operations.length > 90);
  const missing = operations.filter(([type, name]) => {
    return !isOffered(DIFFERENCES[`${type}.${name}`] ?? `${TYPES[type] ?? type}.${name}`);
  });
  assert.deepEqual(missing, []);
});

test('what is not there is not found', () => {
  for (const name of ['Client.teleport', 'Client.bucket(planet)', 'attribute(planet)', 'TransactWrite.teleport', 'Changes.message']) {
    assert.ok(!isOffered(name), name);
  }
  assert.throws(() => isOffered('Teleport.name'), /there is no Teleport/);
});

test('every option is there', () => {
  for (const [type, names] of Object.entries(surface.options)) {
    const offered = [...members(TYPES[type] ?? type).keys()].filter((name) => !JAVASCRIPT_ALONE.includes(`${type}.${name}`));
    assert.deepEqual(offered.sort(), names, type);
  }
});

test('every event, every reason, every challenge and every kind of error is there, and no other', () => {
  for (const type of ['SessionEvent', 'SessionEndReason', 'SignOut', 'MfaSetting', 'AuthFlow', 'Authorization', 'ReturnValues']) {
    assert.deepEqual(union(type).sort(), surface.cases[type], type);
  }
  assert.deepEqual(union('ErrorKind'), surface.errorKinds);
  // A factor or a method that Poolpass does not know is another string.
  for (const type of ['AuthFactor', 'MfaMethod']) assert.deepEqual([...union(type), 'other'].sort(), surface.cases[type], type);
  const challenges = declaration('Challenge').matchAll(/(\w+Challenge)\b/g);
  const kinds = [...challenges].map(([, challenge]) => /["'](\w+)["']/.exec(members(challenge).get('kind') ?? literalKind(challenge))[1]);
  assert.deepEqual(kinds.sort(), surface.cases.Challenge);
});

/** A class says its `kind` as a constant. */
function literalKind(type) {
  return /readonly kind = ["']\w+["']/.exec(declaration(type))[0];
}

test('the same kinds of errors are transient as in Rust', async () => {
  const { PoolpassError } = await import(inside('errors.js'));
  const transient = surface.errorKinds.filter((kind) => new PoolpassError(kind, 'a message').isTransient);
  assert.deepEqual(transient, surface.transientErrorKinds);
});
