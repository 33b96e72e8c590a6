// What the drivers of Firefox and WebKit have in common: how a function of a test gets into a page, and its result back.
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A value as JSON, which has no `undefined`, by which tests tell a member without a value from an absent one, and no `bigint`. */
export function toJson(value) {
  return JSON.stringify({ value }, (_, each) => {
    if (each === undefined) return { isUndefined: true };
    return typeof each === 'bigint' ? { digits: String(each) } : each;
  });
}

/** The value again. */
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

/** The source of a function that does in a page what `work` does, which is a function or an expression. It takes and gives JSON. */
export function remotely(work) {
  const body = typeof work === 'function' ? `(${work})(given)` : `(${work})`;
  return `async (json) => {
    ${fromJson}
    ${toJson}
    const given = fromJson(json);
    return toJson(await ${body});
  }`;
}

/** The first match of `pattern` in a line that the program prints on `stream`. */
export async function printed(child, stream, pattern) {
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

/** Ends a program, also when the tests end first. */
export function endsWithUs(child) {
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
