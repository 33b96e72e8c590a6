// Calls whose requests are answered by what quotes their secrets; no error may tell one.
import { UnknownOperation } from './driver.mjs';

const inspect = await import('node:util').then(
  ({ inspect }) => inspect,
  () => undefined,
);

/** Makes the call once for each combination of a format and an encoding. */
export async function playEchoes(backend, poolpass, { of, each = 'some', secrets }, call) {
  const combinations = (await backend.echoes())[each];
  if (!(combinations?.length >= 20)) throw new Error(`only ${combinations?.length} combinations`);
  let failed = 0;
  for (const echo of combinations) {
    await backend.fault({ operation: of, action: { echo } });
    const said = [];
    const outcome = await listening(said, () => call().then((value) => ({ value }), (error) => ({ error })));
    const { answers, secrets: echoed, leaks } = await backend.endEchoes();
    const about = JSON.stringify(echo);
    if (!(answers > 0)) throw new Error(`${about}: no request of ${of}`);
    for (const name of secrets) {
      if (!echoed.includes(name)) throw new Error(`${about}: ${name} is not among ${echoed}`);
    }
    if ('value' in outcome && echo.format !== 'status200') {
      throw new Error(`${about}: expected an error, got ${JSON.stringify(outcome.value)}`);
    }
    if (outcome.error instanceof UnknownOperation) throw outcome.error;
    if ('error' in outcome) {
      if (!(outcome.error instanceof poolpass.PoolpassError)) throw outcome.error;
      failed += 1;
      said.push(...textsOf(outcome.error));
    }
    for (const [place, text] of said) {
      const leak = leaks.find((leak) => text.includes(leak));
      if (leak !== undefined) throw new Error(`${about}: ${place} shows ${JSON.stringify(leak)}: ${text}`);
    }
  }
  if (failed < combinations.length * 0.9) throw new Error(`only ${failed} errors`);
}

/** All that a program, a console or a log can read from an error. */
export function textsOf(error, depth = 0) {
  const texts = [
    ['String', String(error)],
    ['message', String(error.message)],
    ['stack', String(error.stack)],
    ['JSON', JSON.stringify(error) ?? ''],
  ];
  for (let object = error; object !== null && object !== Object.prototype; object = Object.getPrototypeOf(object)) {
    for (const name of Reflect.ownKeys(object)) {
      if (name !== 'cause') texts.push([`member ${String(name)}`, `${String(name)} ${textOf(error[name])}`]);
    }
  }
  if (inspect !== undefined) texts.push(['inspect', inspect(error, { depth: 9, showHidden: true, getters: true })]);
  if (depth === 0) texts.push(...cloned(error));
  if (error.cause !== undefined && error.cause !== null && depth < 5) texts.push(...textsOf(Object(error.cause), depth + 1));
  return texts.map(([place, text]) => [depth === 0 ? place : `cause: ${place}`, text]);
}

function cloned(error) {
  const clone = structuredClone(error);
  return textsOf(clone, 4).map(([place, text]) => [`clone: ${place}`, text]);
}

function textOf(value) {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? '';
  return typeof value === 'function' ? '' : String(value);
}

/** Does `work`, and adds to `said` what is written to the console meanwhile. */
async function listening(said, work) {
  const names = ['debug', 'dir', 'error', 'info', 'log', 'table', 'trace', 'warn'];
  const originals = names.map((name) => [name, console[name]]);
  for (const [name] of originals) {
    console[name] = (...args) => said.push([`console.${name}`, args.map((arg) => `${arg} ${textOf(arg)}`).join(' ')]);
  }
  try {
    return await work();
  } finally {
    for (const [name, original] of originals) console[name] = original;
  }
}
