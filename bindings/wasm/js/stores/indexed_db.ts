import { type Unproxied, unproxied } from '../handle.js';
import { Database, isLoss } from './database.js';
import type { SessionStore } from './store.js';

const KEYS = 'keys';
const VALUES = 'values';
const KEY_NAME = 'v1';
const PROBE = 'probe';

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

/**
 * Keeps the session in IndexedDB, encrypted (AES-GCM) with a key that the browser shows to no script: scripts can read only
 * ciphertext. (A script that runs in the page while the person is there can still act as the person.)
 *
 * If the browser loses its IndexedDB while the page is open, the store goes on in memory with the values that this page has read and
 * writes: `isPersistent` is then false.
 *
 * Needs a secure context: `https:`, or `http://localhost`.
 */
export class IndexedDbStore implements SessionStore {
  private readonly inner: Unproxied<Inner> = unproxied(new Inner());

  static isSupported(): boolean {
    try {
      return typeof indexedDB !== 'undefined' && globalThis.crypto?.subtle !== undefined;
    } catch {
      // Firefox does not even allow this look when it blocks cookies. Opening the database will fail with the reason.
      return true;
    }
  }

  /** Whether saved values outlive the page: `false` once the browser has lost its IndexedDB. */
  get isPersistent(): boolean {
    return this.inner().isPersistent;
  }

  load(key: string): Promise<string | undefined> {
    return this.inner().load(key);
  }

  save(key: string, value: string): Promise<void> {
    return this.inner().save(key, value);
  }

  remove(key: string): Promise<void> {
    return this.inner().remove(key);
  }

  /** @internal Rejects if the database cannot be written. */
  probe(): Promise<void> {
    return this.inner().probe();
  }
}

class Inner {
  isPersistent = true;
  readonly #database = new Database('poolpass', [KEYS, VALUES], () => (this.#key = undefined));
  #key: Promise<CryptoKey> | undefined;
  /** The values that this page has read or written. */
  readonly #known = new Map<string, string | undefined>();

  async load(key: string): Promise<string | undefined> {
    if (this.isPersistent) {
      try {
        this.#known.set(key, await this.#read(key));
      } catch (error) {
        // From here on, this page goes on without the writes of other tabs.
        if (!this.#isLost(error) || !this.#known.has(key)) throw error;
      }
    }
    return this.#known.get(key);
  }

  async save(key: string, value: string): Promise<void> {
    if (this.isPersistent) {
      try {
        await this.#write(key, value);
      } catch (error) {
        if (!this.#isLost(error)) throw error;
        this.#goOnInMemory();
      }
    }
    this.#known.set(key, value);
  }

  async remove(key: string): Promise<void> {
    this.#known.set(key, undefined);
    try {
      await this.#delete(key);
    } catch (error) {
      if (!this.#isLost(error)) throw error;
      this.#goOnInMemory();
      // After a reload the database may be back, with a value that must be ignored.
      if (!leaveNote(key)) throw error;
    }
  }

  async probe(): Promise<void> {
    if (!this.isPersistent) return;
    await this.#write(PROBE, '');
    await this.#delete(PROBE);
  }

  async #delete(key: string): Promise<void> {
    await this.#database.run(VALUES, 'readwrite', (values) => values.delete(key));
    takeNote(key);
  }

  async #read(key: string): Promise<string | undefined> {
    if (hasNote(key)) await this.#delete(key);
    const sealed: Sealed | undefined = await this.#database.run(VALUES, 'readonly', (values) => values.get(key));
    if (sealed === undefined) return undefined;
    // The value may be good although the key cannot be read now.
    const cryptoKey = await this.#cryptoKey();
    try {
      const plain = await crypto.subtle.decrypt(cipher(key, sealed.iv), cryptoKey, sealed.data);
      return new TextDecoder().decode(plain);
    } catch {
      // The browser has lost the key, or somebody else wrote the value: it is useless.
      return undefined;
    }
  }

  async #write(key: string, value: string): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(value);
    const data = await crypto.subtle.encrypt(cipher(key, iv), await this.#cryptoKey(), plain);
    const sealed: Sealed = { iv, data };
    await this.#database.run(VALUES, 'readwrite', (values) => values.put(sealed, key));
    takeNote(key);
  }

  /** A database that never worked in this page is not lost: the app gets the error, and may choose another store. */
  #isLost(error: unknown): boolean {
    return this.#database.hasOpened && isLoss(error);
  }

  /** Goes on in memory for good: from now on the database is out of date. */
  #goOnInMemory(): void {
    if (!this.isPersistent) return;
    this.isPersistent = false;
    console.warn('poolpass: the browser has lost its IndexedDB; the session is kept in memory until the page is left');
  }

  #cryptoKey(): Promise<CryptoKey> {
    this.#key ??= this.#findOrMakeKey().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  async #findOrMakeKey(): Promise<CryptoKey> {
    const find = (): Promise<CryptoKey | undefined> =>
      this.#database.run(KEYS, 'readonly', (keys) => keys.get(KEY_NAME));
    const found = await find();
    if (found !== undefined) return found;
    const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    try {
      await this.#database.run(KEYS, 'readwrite', (keys) => keys.add(made, KEY_NAME));
      return made;
    } catch (error) {
      // Another tab was first: its key counts.
      const first = await find();
      if (first === undefined) throw error;
      return first;
    }
  }
}

/** Notes in `localStorage` about values that were removed while the database was lost. */
const NOTE = 'poolpass:removed:';

function leaveNote(key: string): boolean {
  try {
    localStorage.setItem(NOTE + key, '');
    return true;
  } catch {
    // Workers do not have it, and browsers may block it.
    return false;
  }
}

function hasNote(key: string): boolean {
  try {
    return localStorage.getItem(NOTE + key) !== null;
  } catch {
    return false;
  }
}

function takeNote(key: string): void {
  if (hasNote(key)) localStorage.removeItem(NOTE + key);
}

function cipher(key: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
  // A value that was moved to another key cannot be decrypted.
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(key) };
}
