import { PoolpassError } from './errors.js';

/** Where the WebAssembly module comes from: its URL, a response, its bytes, or the compiled module. */
export type WasmSource = Wasm | Promise<Wasm>;

type Wasm = string | URL | Request | Response | ArrayBuffer | ArrayBufferView | WebAssembly.Module;

/** The start function that wasm-bindgen generates. */
type Start = (given: { module_or_path: Wasm }) => Promise<unknown>;

/** Loads the WebAssembly module of one entry of the package. */
export class Loader {
  readonly #start: Start;
  readonly #slim: string;
  #sources: readonly (() => WasmSource)[] = [];
  #ready: Promise<void> | undefined;

  /** `slim` is the entry that does not know where its module is. */
  constructor(start: Start, slim: string) {
    this.#start = start;
    this.#slim = slim;
  }

  /** An entry of the package says where the module is: each next place is tried where the one before did not work. */
  defaultSource(...inOrder: readonly (() => WasmSource)[]): void {
    this.#sources = inOrder;
  }

  /** Loads the module, once: later calls wait for the first. */
  load(source?: WasmSource): Promise<void> {
    this.#ready ??= this.#tryEach(source).catch((cause: unknown) => {
      this.#ready = undefined;
      if (cause instanceof PoolpassError) throw cause;
      throw new PoolpassError('platform', 'the WebAssembly module of poolpass could not be loaded', { cause });
    });
    return this.#ready;
  }

  async #tryEach(source?: WasmSource): Promise<void> {
    const inOrder = source === undefined ? this.#sources : [() => source];
    if (inOrder.length === 0) {
      throw new PoolpassError(
        'platform',
        `call init() with poolpass.wasm first: ${this.#slim} does not know where the module is`,
      );
    }
    const failures: unknown[] = [];
    for (const next of inOrder) {
      try {
        await this.#start({ module_or_path: await next() });
        return;
      } catch (failure) {
        failures.push(failure);
      }
    }
    // The first place is where the module should be.
    throw failures[0];
  }
}
