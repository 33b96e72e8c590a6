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
export function webLock(name: string, local: () => Lock, steal = false): Lock {
  const waiting = new AbortController();
  const { promise: released, resolve: release } = promised();
  const granted = new Promise<void>((resolve, reject) => {
    const hold = (): Promise<void> => {
      resolve();
      return released;
    };
    // Who takes it away from another does not wait, and gives no signal.
    const options: LockOptions = steal ? { steal } : { signal: waiting.signal };
    navigator.locks.request(`poolpass:${name}`, options, hold).catch((error: DOMException) => {
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

/** How long a lock is waited for under which the store is read and written. */
const BRIEFLY = 5_000;
/** How long a lock is waited for under which requests are sent, each with a time limit of its own. */
const LONG = 60_000;

/**
 * The lock that `ask` asks for, waited for as long as others may need it: whoever has it longer hangs, such as a tab in a debugger. One
 * that is needed only briefly is then taken away from them, if `steal` can. The others are not: whoever holds them may have sent a
 * refresh token, and may yet store what has become of it.
 */
export function bounded(name: string, ask: () => Lock, steal?: () => Lock): Lock {
  const isBrief = name.endsWith('.write');
  const first = ask();
  let held = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const granted = new Promise<void>((resolve, reject) => {
    const late = (): void => {
      first.release();
      if (!isBrief || steal === undefined) return reject(new Error('another tab has the session locked for too long: close it, and try again'));
      held = steal();
      held.granted.then(resolve, reject);
    };
    timer = setTimeout(late, isBrief ? BRIEFLY : LONG);
    first.granted.then(
      () => {
        if (held !== first) return;
        clearTimeout(timer);
        resolve();
      },
      (error: unknown) => {
        // That it was given up for the other one is no failure.
        if (held !== first) return;
        clearTimeout(timer);
        reject(error);
      },
    );
  });
  return {
    granted,
    release() {
      clearTimeout(timer);
      held.release();
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
