// For Next.js's edge runtime, which compiles modules as Cloudflare Workers do, and marks them in its own way.
import { loader } from './module.js';
import wasm from './poolpass.wasm?module';

loader.defaultSource(() => wasm);

export * from './exports.js';
