// React Native's engine has no WebAssembly. An app learns that when it imports the package, and not at the first sign-in.
import { PoolpassError } from './errors.js';

throw new PoolpassError(
  'platform',
  'the npm package poolpass needs WebAssembly, which React Native does not have: ' +
    'call the Swift and Kotlin packages of Poolpass from a native module instead',
);
