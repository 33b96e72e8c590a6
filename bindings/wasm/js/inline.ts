// For servers and development servers, which bundle scripts and leave files behind: the module travels inside a script.
import { loader } from './module.js';
import wasm from './wasm_bytes.js';

loader.defaultSource(() => wasm);

export * from './exports.js';
