import { withoutSecrets } from '../causes.js';
import { PoolpassError } from '../errors.js';
import { IndexedDbStore } from './indexed_db.js';
import { bounded, type Lock, localLock, webLock } from './locks.js';
import { MemoryStore } from './memory.js';
import { WebStorageStore } from './web_storage.js';

/**
 * Keeps the session, a pending challenge and the guest's identity id, each under a key of its own.
 *
 * The values are secrets (a refresh token signs in for days), so a store must keep them from other users and apps.
 *
 * Keys consist of ASCII letters, digits, `.`, `-` and `_`, at most 200 characters. What a method throws, or rejects with, fails the
 * call that needed it with kind `store`.
 */
export interface SessionStore {
  /** Reads the value last saved under `key`; `null` or `undefined` where there is none. */
  load(key: string): Promise<string | null | undefined> | string | null | undefined;
  /** Replaces the value under `key`. A crash must leave either the old or the new value. */
  save(key: string, value: string): Promise<void> | void;
  /** Removes the value under `key`, if there is one. */
  remove(key: string): Promise<void> | void;
}

/**
 * A store of the session.
 *
 * - `indexedDB`: encrypted with a key that no script can read, shared by all tabs, and persistent.
 * - `localStorage`: not encrypted, shared by all tabs, and persistent.
 * - `sessionStorage`: not encrypted, for this tab and its frames of the same origin, and gone with the tab. A duplicated tab starts
 *   with a copy: both have the same session.
 * - `memory`: gone with a reload.
 * - A `SessionStore`: the app's own.
 */
export type StoreChoice = 'indexedDB' | 'localStorage' | 'sessionStorage' | 'memory' | SessionStore;

/** A store with the locks among the clients that share it. */
export interface SharedStore {
  load(key: string): Promise<string | null | undefined>;
  save(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /**
   * Waits for the exclusive lock called `name`, among all clients that share this store. The SDK holds one lock while it refreshes
   * the session, another while it writes or removes the stored session, and a third while it makes a guest's identity.
   *
   * The wait needs no limit: the SDK ends it in time by releasing the lock. A lock that nobody waits for any more must not be
   * granted.
   */
  lock(name: string): Lock;
  /** Whether other pages may have the same content. */
  readonly isShared: boolean;
  /** Whether what is saved outlives the page. */
  readonly isPersistent: boolean;
}

/** The store that an app has chosen. Default: `indexedDB` where there is one, and `memory` elsewhere, as in Node. */
export function sharedStore(choice: StoreChoice | undefined): SharedStore {
  const store = chosen(choice ?? (IndexedDbStore.isSupported() ? 'indexedDB' : 'memory'));
  const isShared = !(store instanceof MemoryStore);
  let isWritable = false;
  return {
    // An app's own methods need not be asynchronous.
    async load(key) {
      const value = await told(async () => store.load(key));
      if (value == null && !isWritable && canTry(store)) {
        // Some browsers allow reading but not writing: the first look finds out, before anybody has typed a password.
        await told(() => store.probe());
        isWritable = true;
      }
      return value;
    },
    save: (key, value) => told(async () => store.save(key, value), value),
    remove: (key) => told(async () => store.remove(key)),
    lock(name) {
      const local = (): Lock => localLock(contentOf(store), name);
      if (!isShared || !hasWebLocks()) return bounded(name, local);
      const ask = (steal: boolean) => (): Lock => webLock(name, local, steal);
      return bounded(name, ask(false), ask(true));
    },
    isShared,
    get isPersistent() {
      return isShared && (store as Partial<IndexedDbStore>).isPersistent !== false;
    },
  };
}

function canTry(store: SessionStore): store is IndexedDbStore | WebStorageStore {
  return store instanceof IndexedDbStore || store instanceof WebStorageStore;
}

/** The result of `work`, or its error without the stored value. */
async function told<T>(work: () => Promise<T>, value?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withoutSecrets(error, value);
  }
}

function hasWebLocks(): boolean {
  // Test environments have a navigator with less than that.
  return typeof navigator === 'object' && typeof navigator?.locks?.request === 'function';
}

function chosen(choice: StoreChoice): SessionStore {
  if (typeof choice === 'object') {
    for (const method of ['load', 'save', 'remove'] as const) {
      if (typeof choice[method] !== 'function') throw new PoolpassError('invalidConfig', `the store has no ${method}`);
    }
    return choice;
  }
  switch (choice) {
    case 'indexedDB':
      return new IndexedDbStore();
    case 'localStorage':
    case 'sessionStorage':
      return new WebStorageStore(choice);
    case 'memory':
      return new MemoryStore();
    default:
      throw new PoolpassError('invalidConfig', `there is no store called ${String(choice)}`);
  }
}

/** An object that stores with the same content have in common. */
function contentOf(store: SessionStore): object {
  if (store instanceof WebStorageStore) return store.storage;
  if (store instanceof MemoryStore) return store.values();
  return store instanceof IndexedDbStore ? IndexedDbStore : store;
}
