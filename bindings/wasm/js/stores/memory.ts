import { unproxied } from '../handle.js';
import type { SessionStore } from './store.js';

/** Keeps the session in memory, so that it ends with the page. Clients with the same store share the session. */
export class MemoryStore implements SessionStore {
  /** @internal The values that clients share. */
  readonly values = unproxied(new Map<string, string>());

  async load(key: string): Promise<string | undefined> {
    return this.values().get(key);
  }

  async save(key: string, value: string): Promise<void> {
    this.values().set(key, value);
  }

  async remove(key: string): Promise<void> {
    this.values().delete(key);
  }
}
