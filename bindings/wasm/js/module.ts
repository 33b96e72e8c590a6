import './requirements.js';

import { PoolpassError } from './errors.js';
import start from './poolpass_wasm.js';

/** Where the WebAssembly module comes from: its URL, a response, its bytes, or the compiled module. */
export type WasmSource = Wasm | Promise<Wasm>;

type Wasm = string | URL | Request | Response | ArrayBuffer | ArrayBufferView | WebAssembly.Module;

let sources: readonly (() => WasmSource)[] = [];
let ready: Promise<void> | undefined;

/** An entry of the package says where the module is: each next place is tried where the one before did not work. */
export function defaultSource(...inOrder: readonly (() => WasmSource)[]): void {
  sources = inOrder;
}

/**
 * Loads the WebAssembly module, once: later calls wait for the first. `Client.create` does it by itself, except with
 * `poolpass/slim`, which does not know where the module is.
 *
 * Rejects with kind `platform` when the module cannot be loaded; then it can be tried again.
 */
export function init(source?: WasmSource): Promise<void> {
  ready ??= load(source).catch((cause: unknown) => {
    ready = undefined;
    if (cause instanceof PoolpassError) throw cause;
    throw new PoolpassError('platform', 'the WebAssembly module of poolpass could not be loaded', { cause });
  });
  return ready;
}

async function load(source?: WasmSource): Promise<void> {
  const inOrder = source === undefined ? sources : [() => source];
  if (inOrder.length === 0) {
    throw new PoolpassError(
      'platform',
      'call init() with poolpass.wasm first: poolpass/slim does not know where the module is',
    );
  }
  const failures: unknown[] = [];
  for (const next of inOrder) {
    try {
      await start({ module_or_path: await next() });
      return;
    } catch (failure) {
      failures.push(failure);
    }
  }
  // The first place is where the module should be.
  throw failures[0];
}
