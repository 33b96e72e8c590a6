/** A lock that is held, or waited for. */
export interface Lock {
  /** Resolves once it is held. */
  readonly granted: Promise<void>;
  /** Gives it back, or stops waiting for it: either way, whoever comes next gets it. */
  release(): void;
}

/**
 * A lock among all tabs and workers of the origin. A tab that is closed gives it back. Where the browser refuses such locks, as it
 * does to a page without an origin, which nothing can be shared with, it is `local`.
 */
export function webLock(name: string, local: () => Lock): Lock {
  const waiting = new AbortController();
  const { promise: released, resolve: release } = promised();
  const granted = new Promise<void>((resolve, reject) => {
    const hold = (): Promise<void> => {
      resolve();
      return released;
    };
    navigator.locks.request(`poolpass:${name}`, { signal: waiting.signal }, hold).catch((error: DOMException) => {
      if (error.name !== 'SecurityError') return reject(error);
      const lock = local();
      void released.then(lock.release);
      lock.granted.then(resolve);
    });
  });
  return {
    granted,
    release() {
      release();
      waiting.abort();
    },
  };
}

const queues = new WeakMap<object, Map<string, Promise<void>>>();

/** A lock among the clients of one page, or of one Node process, that have the same `content`. */
export function localLock(content: object, name: string): Lock {
  const locks = queues.get(content) ?? new Map<string, Promise<void>>();
  queues.set(content, locks);
  const granted = locks.get(name) ?? Promise.resolve();
  const { promise: released, resolve: release } = promised();
  locks.set(
    name,
    granted.then(() => released),
  );
  return { granted, release };
}

/** `Promise.withResolvers`, which Node.js 20 does not have. */
function promised(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
