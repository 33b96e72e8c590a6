import { messageOf } from './realms.js';

/** What an app's own store or source has thrown. The module knows its words alone, and an error of the module gets it back by them. */
const thrown: { message: string; cause: unknown }[] = [];
const KEPT = 8;

/** What `cause` says, by which `causeOf` finds it. */
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
 * `cause`, unless it quotes something of `value`, which is secret, as errors of HTTP clients and of JSON parsers do, anywhere in it. Then
 * an error with its name is left, and with its message if that quotes nothing.
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

/** What is long enough to be a secret, and the beginning of a JSON Web Token. */
const LONG = /[\w+/=-]{12,}/g;
const TOKEN = /eyJ[\w-]{6}/;
/** How many values are looked at in a cause. In one that has more, such as a whole client's, nobody knows what there is. */
const VALUES = 500;

/** All that is said in a value, and in what it holds. */
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
