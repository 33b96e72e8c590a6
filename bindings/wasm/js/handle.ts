import { PoolpassError } from './errors.js';

/**
 * Private state of an object, as a function. Vue, MobX and others put a `Proxy` around an app's objects, behind which `#` members
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
export class Handle<T, Calls = Record<never, never>> {
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

  /** Does what `method` names; rejects once the client is closed. */
  async call<M extends keyof Calls>(this: Handle<Callable, Calls>, method: M, input: Input<Calls, M>): Promise<Result<Calls, M>> {
    return this.begun()(method, input);
  }

  /** `call` for something that has begun: it goes on when the client is closed. */
  begun(this: Handle<Callable, Calls>): <M extends keyof Calls>(method: M, input: Input<Calls, M>) => Promise<Result<Calls, M>> {
    const { inner } = this;
    return (method, input) => inner.call(method as string, input) as Promise<never>;
  }

  /** Something else, which lives as long. */
  beside<U, Others>(inner: U): Handle<U, Others> {
    return new Handle(inner, this.life);
  }

  /** Gives it back to the module. */
  free(this: Handle<Freeable, Calls>): void {
    this.#inner.free();
  }
}

type Input<Calls, M extends keyof Calls> = Calls[M] extends (input: infer I) => unknown ? I : never;
type Result<Calls, M extends keyof Calls> = Calls[M] extends (input: never) => infer R ? R : never;

interface Callable {
  call(method: string, input: unknown): Promise<unknown>;
}

interface Freeable {
  free(): void;
}
