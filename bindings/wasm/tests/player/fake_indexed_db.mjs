// An IndexedDB in memory whose requests fail as a test wants: browsers have lost theirs in each of these ways.

/** The possible failures of a request; `fails` of a database gives one of these, or undefined, for each request in turn. */
export const FAILURES = {
  'the transaction aborts with UnknownError': { abort: 'UnknownError' },
  'the transaction aborts and does not say why': { abort: null },
  'the connection is closing': { transaction: 'InvalidStateError' },
  'nobody answers': { hang: true },
};

/** A database server: `factory()` gives what a window calls `indexedDB`, and several of them share the content. */
export class FakeIndexedDb {
  #stores;
  /** Every request so far, such as `get values`. */
  requests = [];
  fails = () => undefined;

  factory(opens = () => undefined) {
    return {
      open: () => {
        const request = {};
        queueMicrotask(() => {
          const failure = opens();
          this.requests.push('open');
          if (failure === 'hang') return;
          if (failure !== undefined) {
            request.error = new DOMException('Connection to Indexed Database server lost', failure);
            return request.onerror?.();
          }
          request.result = this.#database();
          if (this.#stores === undefined) {
            this.#stores = new Map();
            request.onupgradeneeded?.();
          }
          request.onsuccess?.();
        });
        return request;
      },
    };
  }

  /** Everything that a script finds in it. */
  get keys() {
    return [...(this.#stores?.get('values')?.keys() ?? [])];
  }

  #database() {
    return {
      version: 1,
      objectStoreNames: { contains: (name) => this.#stores.has(name) },
      createObjectStore: (name) => void this.#stores.set(name, new Map()),
      close: () => {},
      transaction: (name) => {
        const transaction = { error: null, abort: () => {} };
        const data = this.#stores.get(name);
        const act = (kind, work) => {
          this.requests.push(`${kind} ${name}`);
          const failure = this.fails(`${kind} ${name}`, this.requests.length);
          if (failure?.request) throw new DOMException('The object can not be cloned.', failure.request);
          const request = {};
          queueMicrotask(() => {
            if (failure?.hang) return;
            if (failure?.abort !== undefined) {
              if (failure.abort !== null) transaction.error = new DOMException('Connection to Indexed Database server lost', failure.abort);
              return transaction.onabort?.();
            }
            try {
              request.result = work();
            } catch (error) {
              transaction.error = error;
              return transaction.onabort?.();
            }
            transaction.oncomplete?.();
          });
          return request;
        };
        if (this.fails('transaction', this.requests.length)?.transaction) {
          this.requests.push(`transaction ${name}`);
          throw new DOMException('The database connection is closing.', 'InvalidStateError');
        }
        transaction.objectStore = () => ({
          get: (key) => act('get', () => data.get(key)),
          put: (value, key) => act('put', () => void data.set(key, value)),
          delete: (key) => act('delete', () => void data.delete(key)),
          add: (value, key) =>
            act('add', () => {
              if (data.has(key)) throw new DOMException('Key already exists in the object store.', 'ConstraintError');
              data.set(key, value);
            }),
        });
        return transaction;
      },
    };
  }
}

/** A document whose frames have `indexedDB`s that `factory` makes. */
export function documentWithFrames(factory) {
  const frames = new Set();
  const root = {
    append(frame) {
      frames.add(frame);
      frame.contentWindow = { indexedDB: factory() };
      frame.onload?.();
    },
  };
  return {
    frames,
    documentElement: root,
    createElement: () => {
      const frame = { remove: () => void frames.delete(frame) };
      return frame;
    },
  };
}
