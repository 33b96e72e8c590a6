/** How long the browser has to answer. It is known to forget requests for good. */
const PATIENCE = 10_000;
/** How long, once it has not answered. */
const LITTLE_PATIENCE = 1_000;

/** Failures that another connection does not change. */
const LASTING = [
  'ConstraintError',
  'DataCloneError',
  'DataError',
  'NotFoundError',
  'QuotaExceededError',
  'ReadOnlyError',
  'SecurityError',
  'TypeError',
  'VersionError',
];

/** Whether the browser has lost the database, at least for this page, as opposed to refusing something. */
export function isLoss(error: unknown): boolean {
  return !LASTING.includes((error as Error | null)?.name ?? '');
}

/** A connection to a database of the origin, which is made again when the browser has lost it. */
export class Database {
  #connection: Promise<Connection> | undefined;
  #hasOpened = false;
  #isSlow = false;

  /** `onForgotten` hears that the next connection may find other content. */
  constructor(
    private readonly name: string,
    private readonly stores: readonly string[],
    private readonly onForgotten: () => void,
  ) {}

  /** Whether it could be opened in this page once. */
  get hasOpened(): boolean {
    return this.#hasOpened;
  }

  /**
   * The result of `work`, once its transaction is complete. It is done once more, over another connection, when the browser has lost
   * the first one; so it has to be such that twice is as good as once.
   */
  async run<T>(store: string, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    try {
      return await this.#attempt(store, mode, work);
    } catch (error) {
      if (!isLoss(error)) throw error;
      this.#forget();
      return this.#attempt(store, mode, work);
    }
  }

  async #attempt<T>(name: string, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const { database } = await this.#open();
    // A refresh token that was rotated must not be lost with the power.
    const transaction = database.transaction(name, mode, mode === 'readwrite' ? { durability: 'strict' } : {});
    const done = new Promise<T>((resolve, reject) => {
      // What is written counts once the transaction is complete, not before.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up the transaction'));
      const request = work(transaction.objectStore(name));
    });
    return this.#answered(done, () => transaction.abort());
  }

  #open(): Promise<Connection> {
    this.#connection ??= this.#connected().catch((cause: unknown) => {
      this.#connection = undefined;
      const { name, message } = (cause ?? {}) as Partial<Error>;
      const error = new Error(`IndexedDB cannot be opened (${message ?? String(cause)}); store: 'memory' works without it`, { cause });
      // By which it is known whether trying again helps.
      if (name !== undefined) error.name = name;
      throw error;
    });
    return this.#connection;
  }

  async #connected(): Promise<Connection> {
    let connection: Connection;
    try {
      connection = await this.#connect(indexedDB);
    } catch (error) {
      // WebKit's databases, when their process has died, cannot be opened by any page until it is reloaded, but by a new frame.
      const frame = isLoss(error) ? await this.#answered(newFrame(), () => {}) : undefined;
      if (frame === undefined) throw error;
      try {
        connection = await this.#connect(frame.contentWindow!.indexedDB, frame);
      } catch {
        frame.remove();
        throw error;
      }
    }
    this.#hasOpened = true;
    return connection;
  }

  /** Of whatever version the database is: a later one of this package may have been here. */
  #connect(factory: IDBFactory, frame?: HTMLIFrameElement, version?: number): Promise<Connection> {
    const request = factory.open(this.name, version);
    const missing = (): string[] => this.stores.filter((store) => !request.result.objectStoreNames.contains(store));
    let isAwaited = true;
    const opened = new Promise<Connection>((resolve, reject) => {
      request.onupgradeneeded = () => {
        for (const store of missing()) request.result.createObjectStore(store);
      };
      request.onsuccess = () => {
        if (isAwaited && missing().length > 0) {
          // Somebody else has made it, such as a tool that only wanted to look inside.
          request.result.close();
          return resolve(this.#connect(factory, frame, request.result.version + 1));
        }
        const connection = { database: request.result, frame };
        // Somebody wants to delete or upgrade the database.
        connection.database.onversionchange = () => this.#lose(connection);
        // The browser needs the memory, or site data is deleted.
        connection.database.onclose = () => this.#lose(connection);
        if (isAwaited) resolve(connection);
        else close(connection);
      };
      request.onerror = () => reject(request.error);
    });
    return this.#answered(opened, () => (isAwaited = false));
  }

  /** `promise`, if the browser keeps it in time. */
  async #answered<T>(promise: Promise<T>, giveUp: () => void): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const patience = this.#isSlow ? LITTLE_PATIENCE : PATIENCE;
      timer = setTimeout(() => reject(new DOMException('IndexedDB does not answer', 'TimeoutError')), patience);
    });
    try {
      const answer = await Promise.race([promise, late]);
      this.#isSlow = false;
      return answer;
    } catch (error) {
      if ((error as Error | null)?.name === 'TimeoutError') this.#isSlow = true;
      try {
        giveUp();
      } catch {
        // It has ended meanwhile.
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #lose(connection: Connection): void {
    close(connection);
    this.#connection = undefined;
    this.onForgotten();
  }

  #forget(): void {
    this.#connection?.then(close, () => {});
    this.#connection = undefined;
    this.onForgotten();
  }
}

interface Connection {
  readonly database: IDBDatabase;
  /** Whose connection it is, where it is not the page's: it ends with the frame. */
  readonly frame?: HTMLIFrameElement | undefined;
}

function close({ database, frame }: Connection): void {
  database.close();
  frame?.remove();
}

/** An empty frame of this page's origin, where there is a page. */
async function newFrame(): Promise<HTMLIFrameElement | undefined> {
  if (typeof document === 'undefined') return undefined;
  const frame = document.createElement('iframe');
  frame.hidden = true;
  await new Promise((resolve, reject) => {
    frame.onload = resolve;
    frame.onerror = reject;
    document.documentElement.append(frame);
  });
  return frame;
}
