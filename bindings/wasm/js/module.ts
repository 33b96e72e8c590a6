import './requirements.js';

import { Loader, type WasmSource } from './loader.js';
import start from './poolpass_wasm.js';

/** Loads this entry's module. */
export const loader = new Loader(start, 'poolpass/slim');

/**
 * Loads the WebAssembly module, once: later calls wait for the first. `Client.create` does it by itself, except with
 * `poolpass/slim`, which does not know where the module is.
 *
 * Rejects with kind `platform` when the module cannot be loaded; then it can be tried again.
 */
export function init(source?: WasmSource): Promise<void> {
  return loader.load(source);
}
