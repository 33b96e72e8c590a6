import type { SessionStore } from './store.js';

const DATABASE = 'poolpass';
const KEYS = 'keys';
const VALUES = 'values';
const KEY_NAME = 'v1';

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

/**
 * IndexedDB, encrypted by AES-GCM under a key that the browser keeps and gives to no script: what a script can read is
 * ciphertext. (A script that runs in the page while the person is there can still act as the person.)
 *
 * Needs a secure context: `https:`, or `http://localhost`.
 */
export class IndexedDbStore implements SessionStore {
  #database: Promise<IDBDatabase> | undefined;
  #key: Promise<CryptoKey> | undefined;

  static isSupported(): boolean {
    try {
      return typeof indexedDB !== 'undefined' && globalThis.crypto?.subtle !== undefined;
    } catch {
      // Firefox, when it blocks cookies, does not even let one look. Opening it will say so.
      return true;
    }
  }

  async load(key: string): Promise<string | undefined> {
    const sealed: Sealed | undefined = await this.#run(VALUES, 'readonly', (values) => values.get(key));
    if (sealed === undefined) return undefined;
    // That the key cannot be read just now says nothing about the value.
    const cryptoKey = await this.#cryptoKey();
    try {
      const plain = await crypto.subtle.decrypt(cipher(key, sealed.iv), cryptoKey, sealed.data);
      return new TextDecoder().decode(plain);
    } catch {
      // The browser has lost the key, or somebody else wrote the value: it is nothing that we can use.
      return undefined;
    }
  }

  async save(key: string, value: string): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(value);
    const data = await crypto.subtle.encrypt(cipher(key, iv), await this.#cryptoKey(), plain);
    const sealed: Sealed = { iv, data };
    await this.#run(VALUES, 'readwrite', (values) => values.put(sealed, key));
  }

  async remove(key: string): Promise<void> {
    await this.#run(VALUES, 'readwrite', (values) => values.delete(key));
  }

  #cryptoKey(): Promise<CryptoKey> {
    this.#key ??= this.#findOrMakeKey().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  async #findOrMakeKey(): Promise<CryptoKey> {
    const find = (): Promise<CryptoKey | undefined> => this.#run(KEYS, 'readonly', (keys) => keys.get(KEY_NAME));
    const found = await find();
    if (found !== undefined) return found;
    const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    try {
      await this.#run(KEYS, 'readwrite', (keys) => keys.add(made, KEY_NAME));
      return made;
    } catch (error) {
      // Another tab was first; then its key is the one.
      const first = await find();
      if (first === undefined) throw error;
      return first;
    }
  }

  async #run<T>(
    name: string,
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const transaction = await this.#transaction(name, mode);
    return new Promise((resolve, reject) => {
      const request = work(transaction.objectStore(name));
      // What is written counts once the transaction is complete, not before.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up the transaction'));
    });
  }

  async #transaction(name: string, mode: IDBTransactionMode): Promise<IDBTransaction> {
    const database = await this.#open();
    // A refresh token that was rotated must not be lost with the power.
    const options: IDBTransactionOptions = mode === 'readwrite' ? { durability: 'strict' } : {};
    try {
      return database.transaction(name, mode, options);
    } catch (error) {
      if ((error as DOMException).name !== 'InvalidStateError') throw error;
      // The browser has closed the connection, as it does when it needs the memory or when site data is deleted.
      this.#forget();
      return (await this.#open()).transaction(name, mode, options);
    }
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= open(() => this.#forget()).catch((cause: unknown) => {
      this.#database = undefined;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`IndexedDB cannot be opened (${reason}); store: 'memory' works without it`, { cause });
    });
    return this.#database;
  }

  /** The database is closed, and may be another one, with another key, when it is opened again. */
  #forget(): void {
    this.#database = undefined;
    this.#key = undefined;
  }
}

function cipher(key: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
  // A value that is moved to another key does not open.
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(key) };
}

function open(onClosed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS);
      request.result.createObjectStore(VALUES);
    };
    request.onsuccess = () => {
      const database = request.result;
      // Somebody wants to delete or upgrade the database.
      database.onversionchange = () => {
        database.close();
        onClosed();
      };
      database.onclose = onClosed;
      resolve(database);
    };
    request.onerror = () => reject(request.error);
  });
}
