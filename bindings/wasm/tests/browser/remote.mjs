// Shared by the drivers of Firefox and WebKit: runs functions of a test in a page, and starts and ends programs.
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A value as JSON. `undefined`, which tests distinguish from an absent member, and `bigint` are encoded as objects. */
export function toJson(value) {
  return JSON.stringify({ value }, (_, each) => {
    if (each === undefined) return { isUndefined: true };
    return typeof each === 'bigint' ? { digits: String(each) } : each;
  });
}

/** Decodes the value. */
export function fromJson(json) {
  const revive = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (value.isUndefined === true) return undefined;
    if (typeof value.digits === 'string') return BigInt(value.digits);
    if (Array.isArray(value)) return value.map(revive);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revive(each)]));
  };
  return revive(JSON.parse(json).value);
}

/** The source of a page's function that runs `work`, a function or an expression. It takes and returns JSON. */
export function pageFunction(work) {
  const body = typeof work === 'function' ? `(${work})(given)` : `(${work})`;
  return `async (json) => {
    ${fromJson}
    ${toJson}
    const given = fromJson(json);
    return toJson(await ${body});
  }`;
}

/** Waits for a line of the program's `stream` that matches `pattern`. */
export async function matchingLine(child, stream, pattern) {
  const lines = createInterface({ input: stream });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the program ended (${code}) before it was ready`);
  });
  const found = new Promise((resolve) => {
    lines.on('line', (line) => {
      const match = pattern.exec(line);
      if (match !== null) resolve(match);
    });
  });
  ended.catch(() => {});
  return Promise.race([found, ended]);
}

/** Returns a function that ends the program. If the tests end first, the program ends too. */
export function endWithTests(child) {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  return async () => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    kill();
    await ended;
  };
}

/** The console messages and errors of a page, for the listeners of a test. */
export class PageEvents {
  #listeners = { console: [], pageerror: [] };

  on(event, listener) {
    this.#listeners[event].push(listener);
  }

  emit(event, text) {
    for (const listener of this.#listeners[event]) listener(event === 'console' ? { text: () => text } : new Error(text));
  }
}
