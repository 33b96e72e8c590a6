import { PoolpassError } from '../errors.js';
import { IndexedDbStore } from './indexed_db.js';
import { localLock, webLock } from './locks.js';
import { MemoryStore } from './memory.js';
import { WebStorageStore } from './web_storage.js';

/**
 * Where the session is kept. The values are secrets: a refresh token signs in for days.
 *
 * Keys are ASCII letters, digits, `.`, `-` and `_`, at most 200 characters.
 */
export interface SessionStore {
  /** The value last saved under `key`. */
  load(key: string): Promise<string | null | undefined>;
  /** Replaces the value under `key`, as a whole or not at all. */
  save(key: string, value: string): Promise<void>;
  /** Removes the value under `key`, if there is one. */
  remove(key: string): Promise<void>;
}

/**
 * - `indexedDB`: encrypted under a key that no script can read. Shared by the tabs, and kept.
 * - `localStorage`: in clear. Shared by the tabs, and kept.
 * - `sessionStorage`: in clear. This tab only, and gone with it.
 * - `memory`: gone with a reload.
 * - the app's own.
 */
export type StoreChoice = 'indexedDB' | 'localStorage' | 'sessionStorage' | 'memory' | SessionStore;

/** A store together with the lock that keeps two clients from refreshing at once. */
export interface SharedStore extends SessionStore {
  /** Waits for the sole right to refresh; the function gives it back. */
  lock(name: string): Promise<() => void>;
  /** Whether other tabs have the same content. */
  readonly isShared: boolean;
}

/** The store that an app has chosen. By default `indexedDB` where there is one, and `memory` elsewhere, as in Node. */
export function sharedStore(choice: StoreChoice | undefined): SharedStore {
  const store = chosen(choice ?? (IndexedDbStore.isSupported() ? 'indexedDB' : 'memory'));
  const isShared = !(store instanceof MemoryStore) && choice !== 'sessionStorage';
  const hasWebLocks = typeof navigator !== 'undefined' && navigator.locks !== undefined;
  return {
    load: (key) => store.load(key),
    save: (key, value) => store.save(key, value),
    remove: (key) => store.remove(key),
    lock: (name) => (isShared && hasWebLocks ? webLock(name) : localLock(store, name)),
    isShared,
  };
}

function chosen(choice: StoreChoice): SessionStore {
  if (typeof choice === 'object') return choice;
  switch (choice) {
    case 'indexedDB':
      return new IndexedDbStore();
    case 'localStorage':
      return new WebStorageStore(localStorage);
    case 'sessionStorage':
      return new WebStorageStore(sessionStorage);
    case 'memory':
      return new MemoryStore();
    default:
      throw new PoolpassError('invalidConfig', `there is no store called ${String(choice)}`);
  }
}
