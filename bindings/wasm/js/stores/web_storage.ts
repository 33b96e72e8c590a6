import { PoolpassError } from '../errors.js';
import type { SessionStore } from './store.js';

const PREFIX = 'poolpass:';

/** Keeps the session in `localStorage` or `sessionStorage`, not encrypted: every script in the page can read it. */
export class WebStorageStore implements SessionStore {
  readonly storage: Storage;

  /** Throws with kind `store` where there is no such storage, or the browser refuses it. */
  constructor(name: 'localStorage' | 'sessionStorage') {
    this.storage = found(name);
  }

  async load(key: string): Promise<string | null> {
    return this.storage.getItem(PREFIX + key);
  }

  async save(key: string, value: string): Promise<void> {
    this.storage.setItem(PREFIX + key, value);
  }

  async remove(key: string): Promise<void> {
    this.storage.removeItem(PREFIX + key);
  }

  /** Rejects if the storage cannot be written. */
  async probe(): Promise<void> {
    await this.save('probe', '');
    await this.remove('probe');
  }
}

function found(name: 'localStorage' | 'sessionStorage'): Storage {
  let cause: unknown;
  try {
    const storage: Storage | undefined = globalThis[name];
    if (storage) return storage;
  } catch (error) {
    // The browser blocks it together with cookies, or the page is in a frame without an origin.
    cause = error;
  }
  throw new PoolpassError('store', `there is no ${name} here that can be used; store: 'memory' needs none`, { cause });
}
