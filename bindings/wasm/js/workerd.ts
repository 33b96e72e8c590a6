// For Cloudflare Workers, where no code may be compiled at run time: the bundler hands over the compiled module.
import { loader } from './module.js';
import wasm from './poolpass.wasm';

loader.defaultSource(() => wasm);

export * from './exports.js';
