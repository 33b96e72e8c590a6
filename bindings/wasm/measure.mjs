// Prints the sizes of what a browser downloads of an entry, as a table and then as one line of JSON: `node measure.mjs FOLDER`, where
// FOLDER has the entry's index.js and module, or `node measure.mjs SCRIPT` for an entry without a module. Refuses a module that needs
// anything but the JavaScript beside it.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const entry = process.argv[2];
const hasModule = !entry.endsWith('.js');
const scripts = [...scriptsFrom(resolve(hasModule ? join(entry, 'index.js') : entry))];
const parts = {
  ...(hasModule && { module: checked(readFileSync(join(entry, 'poolpass.wasm'))) }),
  scripts: Buffer.concat(scripts.sort().map((name) => readFileSync(name))),
};

const total = { raw: 0, gzip: 0, brotli: 0 };
console.log(`${''.padEnd(8)} ${'raw'.padStart(9)} ${'gzip'.padStart(9)} ${'brotli'.padStart(9)}`);
for (const [name, bytes] of Object.entries(parts)) {
  const sizes = {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
  for (const kind of Object.keys(total)) total[kind] += sizes[kind];
  print(name, sizes);
}
print('total', total);
console.log(JSON.stringify(total));

function checked(module) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module));
  const foreign = imports.filter((needed) => !needed.module.startsWith('./'));
  if (foreign.length > 0) throw new Error(`the module imports ${JSON.stringify(foreign)}`);
  return module;
}

function print(name, sizes) {
  const numbers = Object.values(sizes).map((size) => String(size).padStart(9));
  console.log(`${name.padEnd(8)} ${numbers.join(' ')}`);
}

/** A script and all that it imports at once: the module inside a script is imported only where the module itself is missing. */
function scriptsFrom(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, imported] of readFileSync(name, 'utf8').matchAll(/(?:from|import)"(\.{1,2}\/[^"]+)"/g)) {
    scriptsFrom(resolve(name, '..', imported), found);
  }
  return found;
}
