// For browsers: the module is a file of its own, which is compiled while it arrives.
import { loader } from './module.js';

loader.defaultSource(
  () => new URL('./poolpass.wasm', import.meta.url),
  // Some bundlers leave that file behind. All of them take a script along, which no browser loads unless the file is missing.
  async () => (await import('./wasm_bytes.js')).default,
);

export * from './exports.js';
