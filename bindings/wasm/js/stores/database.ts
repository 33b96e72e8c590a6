/** The longest wait for the browser, which is known to forget requests. */
const TIMEOUT = 10_000;
/** The longest wait once the browser has failed to answer. */
const SHORT_TIMEOUT = 1_000;

/** Failures that a new connection does not repair. */
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

/** Whether the browser has lost the database, at least for this page, rather than refused a request. */
export function isLoss(error: unknown): boolean {
  return !LASTING.includes((error as Error | null)?.name ?? '');
}

/** A connection to a database of the origin. It is made again when the browser has lost it. */
export class Database {
  #connection: Promise<Connection> | undefined;
  #hasOpened = false;
  #isSlow = false;

  /** Calls `onForgotten` when the next connection may find other content. */
  constructor(
    private readonly name: string,
    private readonly stores: readonly string[],
    private readonly onForgotten: () => void,
  ) {}

  /** Whether the database has been open in this page. */
  get hasOpened(): boolean {
    return this.#hasOpened;
  }

  /**
   * Returns the result of `work` once its transaction is complete. When the browser has lost the connection, `work` is done again over
   * a new one: doing it twice must be the same as doing it once.
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
    // A rotated refresh token must survive a loss of power.
    const transaction = database.transaction(name, mode, mode === 'readwrite' ? { durability: 'strict' } : {});
    const done = new Promise<T>((resolve, reject) => {
      // A write counts only once the transaction is complete.
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
      // The cause tells whether another attempt helps.
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
      // When the process of WebKit's databases has died, a page cannot open them until it is reloaded; a new frame can.
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

  /** Opens the database in any version: a later version of this package may have made it. */
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
          // Somebody else has made it, such as a tool that looked inside.
          request.result.close();
          return resolve(this.#connect(factory, frame, request.result.version + 1));
        }
        const connection = { database: request.result, frame };
        // Another page wants to delete or upgrade the database.
        connection.database.onversionchange = () => this.#lose(connection);
        // The browser needs the space, or the person deletes the site's data.
        connection.database.onclose = () => this.#lose(connection);
        if (isAwaited) resolve(connection);
        else close(connection);
      };
      request.onerror = () => reject(request.error);
    });
    return this.#answered(opened, () => (isAwaited = false));
  }

  /** Returns `promise`, or rejects if the browser does not settle it in time. */
  async #answered<T>(promise: Promise<T>, giveUp: () => void): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const timeout = this.#isSlow ? SHORT_TIMEOUT : TIMEOUT;
      timer = setTimeout(() => reject(new DOMException('IndexedDB does not answer', 'TimeoutError')), timeout);
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
        // It has ended in the meantime.
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
  /** The frame that owns the connection, if not the page: the connection ends with it. */
  readonly frame?: HTMLIFrameElement | undefined;
}

function close({ database, frame }: Connection): void {
  database.close();
  frame?.remove();
}

/** Makes an empty frame of this page's origin, where there is a page. */
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
