import '../globals.js';

import type { WasmSource } from '../loader.js';

/** The value that a bundler makes of the file: its address, its bytes, or the compiled module. `init` of `poolpass/core/slim` takes each. */
declare const wasm: WasmSource;
export default wasm;
