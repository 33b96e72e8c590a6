import { PoolpassError } from '../errors.js';
import type { SessionStore } from './store.js';

const PREFIX = 'poolpass:';

/** `localStorage` or `sessionStorage`: in clear, so whatever script runs in the page can read it. */
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

  /** Rejects if nothing can be written. */
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
    // The browser blocks it, as it does with cookies, or the page is in a frame that has no origin.
    cause = error;
  }
  throw new PoolpassError('store', `there is no ${name} here that can be used; store: 'memory' needs none`, { cause });
}
