/** A lock that this client holds, or waits for. */
export interface Lock {
  /** Resolves once the lock is held. */
  readonly granted: Promise<void>;
  /** Releases the lock, or stops waiting for it: the next client gets it. */
  release(): void;
}

/**
 * Takes a lock among all tabs and workers of the origin. A tab that is closed releases it. Where the browser refuses such locks, as
 * it does to a page without an origin, which can share nothing, this takes the lock that `local` makes.
 */
export function webLock(name: string, local: () => Lock, steal = false): Lock {
  const waiting = new AbortController();
  const { promise: released, resolve: release } = promised();
  const granted = new Promise<void>((resolve, reject) => {
    const hold = (): Promise<void> => {
      resolve();
      return released;
    };
    // A lock that is stolen needs no wait, and so no signal.
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

/** The longest wait for a lock that others hold only while they read and write the store. */
const BRIEFLY = 5_000;
/** The longest wait for a lock that others hold while they send requests, each with a time limit of its own. */
const LONG = 60_000;

/**
 * Waits for the lock of `ask` as long as others may need it: a tab that holds it longer hangs, for example in a debugger. A lock for
 * the store alone is then taken away from that tab, if there is `steal`. Other locks are not: their holder may have sent a refresh
 * token, and may still store the new one.
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
        // The wait was replaced by the stolen lock, which is not a failure.
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

/** Takes a lock among the clients of one page, or of one Node process, that have the same `content`. */
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
