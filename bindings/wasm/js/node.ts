import { readFile } from 'node:fs/promises';

import { defaultSource } from './module.js';

defaultSource(async () => {
  const bytes = await readFile(new URL('./poolpass.wasm', import.meta.url));
  return new Uint8Array(bytes);
});

export * from './exports.js';
