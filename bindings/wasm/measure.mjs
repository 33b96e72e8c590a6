// Prints the sizes of what a browser downloads, as a table and then as one line of JSON: `node measure.mjs FOLDER`.
// Refuses a module that needs anything but the JavaScript beside it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const folder = process.argv[2];
const module = readFileSync(join(folder, 'poolpass.wasm'));
const foreign = WebAssembly.Module.imports(new WebAssembly.Module(module)).filter(
  (needed) => !needed.module.startsWith('./'),
);
if (foreign.length > 0) throw new Error(`the module imports ${JSON.stringify(foreign)}`);

// The other entries, and the module inside a script, do not travel to a browser that loads index.js.
const elsewhere = ['inline.js', 'workerd.js', 'edge_light.js', 'react_native.js', 'slim.js', 'wasm_bytes.js'];
const scripts = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith('.js') && !name.startsWith('cjs') && !elsewhere.includes(name))
  .sort()
  .map((name) => readFileSync(join(folder, name)));
const parts = { module, scripts: Buffer.concat(scripts) };

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

function print(name, sizes) {
  const numbers = Object.values(sizes).map((size) => String(size).padStart(9));
  console.log(`${name.padEnd(8)} ${numbers.join(' ')}`);
}
