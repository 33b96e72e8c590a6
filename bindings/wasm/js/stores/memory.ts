import { unproxied } from '../handle.js';
import type { SessionStore } from './store.js';

/** Keeps everything in memory. Clients that are given the same one share it. */
export class MemoryStore implements SessionStore {
  /** @internal What clients share by it. */
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
