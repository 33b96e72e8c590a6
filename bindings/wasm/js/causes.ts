import { messageOf } from './realms.js';

/** The exceptions of an app's own store or source. The module knows only their messages, by which its errors get them back. */
const thrown: { message: string; cause: unknown }[] = [];
const KEPT = 8;

/** Keeps `cause`, and returns the message by which `causeOf` finds it. */
export function remembered(cause: unknown): string {
  const message = messageOf(cause) ?? 'it threw something that is not an Error';
  thrown.unshift({ message, cause });
  thrown.length = Math.min(thrown.length, KEPT);
  return message;
}

/** The newest cause of an error with this message. */
export function causeOf(message: string): unknown {
  return thrown.find((each) => message.endsWith(each.message))?.cause;
}

/**
 * Returns `cause`, unless it quotes a part of the secret `value`, as errors of HTTP clients and JSON parsers do. Then returns an error with
 * the cause's name, and with its message if that quotes nothing.
 */
export function withoutSecrets(cause: unknown, value = ''): unknown {
  const secrets = value.match(LONG) ?? [];
  const isClean = (text: string): boolean => !TOKEN.test(text) && !secrets.some((secret) => text.includes(secret));
  const budget = { left: VALUES };
  const everything = textOf(cause, budget);
  if (budget.left > 0 && isClean(everything)) return cause;
  const message = messageOf(cause) ?? '';
  const error = new Error(isClean(message) ? message : 'its message quotes what is stored, and is left out');
  const { name } = (cause ?? {}) as Partial<Error>;
  if (typeof name === 'string' && isClean(name)) error.name = name;
  return error;
}

/** Matches texts that are long enough to be a secret, and the beginning of a JSON Web Token. */
const LONG = /[\w+/=-]{12,}/g;
const TOKEN = /eyJ[\w-]{6}/;
/** The number of values that are searched in a cause. A cause with more, such as a whole HTTP client, is replaced. */
const VALUES = 500;

/** All texts in a value and its members. */
function textOf(value: unknown, budget: { left: number }): string {
  budget.left -= 1;
  if (budget.left <= 0) return '';
  try {
    if (typeof value !== 'object' || value === null) return String(value);
    const names = Object.getOwnPropertyNames(value);
    return names.map((name) => textOf((value as Record<string, unknown>)[name], budget)).join(' ');
  } catch {
    budget.left = 0;
    return '';
  }
}
