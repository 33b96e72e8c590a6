import { defaultSource } from './module.js';

defaultSource(() => new URL('./poolpass.wasm', import.meta.url));

export * from './exports.js';
