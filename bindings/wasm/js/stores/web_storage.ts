import type { SessionStore } from './store.js';

const PREFIX = 'poolpass:';

/** `localStorage` or `sessionStorage`: in clear, so whatever script runs in the page can read it. */
export class WebStorageStore implements SessionStore {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async load(key: string): Promise<string | null> {
    return this.#storage.getItem(PREFIX + key);
  }

  async save(key: string, value: string): Promise<void> {
    this.#storage.setItem(PREFIX + key, value);
  }

  async remove(key: string): Promise<void> {
    this.#storage.removeItem(PREFIX + key);
  }
}
