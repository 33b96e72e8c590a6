// Recognizes values from any realm: a frame, another window, a `node:vm` context or a test environment such as jsdom
// has classes of its own, and `instanceof` knows only those of this one. Nothing here throws.

/** Whether it is of one of these classes. */
export function isA<T>(value: unknown, ...names: string[]): value is T {
  if (typeof value !== 'object' || value === null) return false;
  return names.includes(tagOf(value)) || names.some((name) => isOwn(value, name));
}

/** The name of its class, such as `Date`, or `Object`. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice('[object '.length, -1);
  } catch {
    // A getter has thrown, or a proxy was revoked.
    return 'Object';
  }
}

/** Whether it is of this realm's class: in Cloudflare Workers of an older compatibility date objects do not say their class. */
function isOwn(value: object, name: string): boolean {
  try {
    return value instanceof (globalThis as any)[name];
  } catch {
    return false;
  }
}

/** The bytes of a `Uint8Array`. */
export function bytesIn(value: unknown): Uint8Array | undefined {
  return ArrayBuffer.isView(value) && tagOf(value) === 'Uint8Array' ? viewed(value) : undefined;
}

/** The bytes of any view of a buffer, as one of this realm; undefined when its content has been transferred elsewhere. */
export function viewed(view: ArrayBufferView): Uint8Array | undefined {
  return bufferBytes(view.buffer, view.byteOffset, view.byteLength);
}

/** The bytes of a buffer, or of a part of it. A `Uint8Array` would be empty, where the content has been transferred elsewhere. */
export function bufferBytes(buffer: unknown, offset?: number, length?: number): Uint8Array | undefined {
  try {
    const view = new DataView(buffer as ArrayBuffer, offset, length);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  } catch {
    return undefined;
  }
}

/** The elements of an array, in one of this realm: reading them out of a `Proxy` may throw, also where it was revoked. */
export function arrayIn(value: unknown): unknown[] | undefined {
  try {
    return Array.isArray(value) ? [...value] : undefined;
  } catch {
    return undefined;
  }
}

/** The elements of a `Set`. */
export function elementsIn(value: unknown): unknown[] | undefined {
  try {
    return isA<Set<unknown>>(value, 'Set') ? [...value] : undefined;
  } catch {
    return undefined;
  }
}

/** The moment of a `Date` in milliseconds since 1970. */
export function millisIn(value: unknown): number | undefined {
  try {
    return Date.prototype.getTime.call(value as Date);
  } catch {
    return undefined;
  }
}

/** The digits of a `Decimal`, also of one that was cloned on its way from a worker, and then is a plain object. */
export function digitsIn(value: unknown): unknown {
  try {
    const { kind, text } = value as { kind?: unknown; text?: unknown };
    return tagOf(value) === 'Object' && kind === DECIMAL ? text : undefined;
  } catch {
    return undefined;
  }
}

/** By which a `Decimal` is known: a clone has no class. */
export const DECIMAL = 'poolpass.Decimal';

/** An `AbortSignal`. */
export function signalIn(value: unknown): AbortSignal | undefined {
  try {
    const signal = value as AbortSignal;
    const isSignal = typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
    return isSignal && typeof signal.removeEventListener === 'function' ? signal : undefined;
  } catch {
    return undefined;
  }
}

/** The message of an error, or undefined if something else was thrown. */
export function messageOf(thrown: unknown): string | undefined {
  try {
    const { message } = thrown as Error;
    return typeof message === 'string' && message !== '' ? message : undefined;
  } catch {
    return undefined;
  }
}
