// Says at the import what the platform lacks. The script that wasm-bindgen writes would fail there with a ReferenceError.
import { PoolpassError } from './errors.js';

const missing = ['WebAssembly', 'TextDecoder', 'TextEncoder'].filter((name) => !(name in globalThis));
if (missing.length > 0) {
  throw new PoolpassError(
    'platform',
    `poolpass needs ${missing.join(' and ')}, which this JavaScript environment does not have. ` +
      'In Jest, choose a test environment that keeps what Node.js has, such as node or jest-fixed-jsdom; ' +
      'elsewhere, update the browser or the runtime',
  );
}
