// Runs the bundled worker with the compatibility date that is given.
import { Miniflare } from 'miniflare';

const worker = new Miniflare({
  compatibilityDate: process.argv[2],
  modules: [
    { type: 'ESModule', path: 'dist/worker.js' },
    { type: 'CompiledWasm', path: 'dist/poolpass.wasm' },
  ],
  modulesRoot: 'dist',
});
const answer = await worker.dispatchFetch('http://worker/');
console.log(await answer.text());
await worker.dispose();
