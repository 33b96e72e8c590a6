import { VerifyError } from './error.js';

/** Keys are fetched anew after this time, as the servers' caching headers say. */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;
/** The stretch of time for which failed fetches are counted. */
const WINDOW_MS = 10_000;
/** The keys that are kept of a server that hands out single ones. */
const CAPACITY = 32;

/** Public keys by their ids: kept, fetched once for many callers, and not too often for ids that do not exist. */
export class KeyCache {
  /** `set`: the server has all keys in one document, and a key that is not there any more is void. `single`: each has an address. */
  readonly #kind: 'set' | 'single';
  readonly #now: () => number;
  readonly #keys = new Map<string, { key: CryptoKey; since: number }>();
  readonly #fetches = new Map<string, Promise<void>>();
  /** When the last fetches began that are under way or did not bring the key that was asked for. */
  #misses: number[] = [];
  #failure: VerifyError | undefined;

  constructor(kind: 'set' | 'single', now: () => number) {
    this.#kind = kind;
    this.#now = now;
  }

  /**
   * The key with this id. `fetch` gets it, or the whole set, if it is not known or too old. A key that is too old is used all the same while
   * the server cannot be reached.
   */
  async get(id: string, fetch: () => Promise<Map<string, CryptoKey>>): Promise<CryptoKey> {
    const known = this.#keys.get(id);
    if (known !== undefined && this.#now() - known.since < MAX_AGE_MS) return known.key;
    const name = this.#kind === 'set' ? '' : id;
    let fetching = this.#fetches.get(name);
    if (fetching === undefined && this.#mayFetch()) {
      fetching = this.#fetchFor(id, fetch).finally(() => this.#fetches.delete(name));
      this.#fetches.set(name, fetching);
    }
    await fetching;
    const found = this.#keys.get(id);
    if (found !== undefined) return found.key;
    throw this.#failure ?? new VerifyError('unknownKey', 'the issuer has no public key with the id that the token names');
  }

  #mayFetch(): boolean {
    const now = this.#now();
    this.#misses = this.#misses.filter((since) => now - since < WINDOW_MS);
    return this.#misses.length < (this.#kind === 'set' ? 3 : 10);
  }

  /** Never rejects: every caller looks at the outcome. */
  async #fetchFor(id: string, fetch: () => Promise<Map<string, CryptoKey>>): Promise<void> {
    const since = this.#now();
    this.#misses.push(since);
    try {
      const keys = await fetch();
      if (this.#kind === 'set') this.#keys.clear();
      for (const [id, key] of keys) this.#keys.set(id, { key, since });
      for (const oldest of this.#keys.keys()) {
        if (this.#kind === 'set' || this.#keys.size <= CAPACITY) break;
        this.#keys.delete(oldest);
      }
      this.#failure = undefined;
      if (keys.has(id)) this.#misses.splice(this.#misses.indexOf(since), 1);
    } catch (error) {
      this.#failure = error as VerifyError;
    }
  }
}
