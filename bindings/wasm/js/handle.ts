import { PoolpassError } from './errors.js';

/**
 * What an object keeps to itself, as a function. Vue, MobX and others put a `Proxy` around an app's objects, behind which `#` members
 * cannot be read, and wrap what they read through it in a `Proxy` too; but they hand out functions as they are.
 */
export type Unproxied<T> = () => T;

/** Keeps `value` out of the reach of proxies. */
export function unproxied<T>(value: T): Unproxied<T> {
  return () => value;
}

/** Whether a client is open. What came from it is closed with it. */
export class Life {
  readonly #origin: Life | undefined;
  #isOver = false;

  constructor(origin?: Life) {
    this.#origin = origin;
  }

  get isOver(): boolean {
    return this.#isOver || (this.#origin?.isOver ?? false);
  }

  /** Whether this was what ended it, and not an earlier call. */
  end(): boolean {
    const isFirst = !this.#isOver;
    this.#isOver = true;
    return isFirst;
  }

  /** Throws once it is over. */
  check(): void {
    if (this.isOver) throw new PoolpassError('invalidInput', 'this client was closed: make another one');
  }
}

/** Something of the WebAssembly module, for as long as its client is open. */
export class Handle<T> {
  readonly #inner: T;
  readonly life: Life;

  constructor(inner: T, life: Life) {
    this.#inner = inner;
    this.life = life;
  }

  /** Throws once the client is closed: by then the module may have got the thing back. */
  get inner(): T {
    this.life.check();
    return this.#inner;
  }

  /** Does what `method` names, with a result that the callers know; rejects once the client is closed. */
  async call(this: Handle<Callable>, method: string, input: unknown): Promise<any> {
    return this.inner.call(method, input);
  }

  /** Something else, which lives as long. */
  beside<U>(inner: U): Handle<U> {
    return new Handle(inner, this.life);
  }

  /** Gives it back to the module. */
  free(this: Handle<Freeable>): void {
    this.#inner.free();
  }
}

interface Callable {
  call(method: string, input: unknown): Promise<unknown>;
}

interface Freeable {
  free(): void;
}
