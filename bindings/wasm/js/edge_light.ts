// For Next.js's edge runtime, which compiles modules as Cloudflare Workers do, and marks them in its own way.
import { defaultSource } from './module.js';
import wasm from './poolpass.wasm?module';

defaultSource(() => wasm);

export * from './exports.js';
