// The package as an app imports it: installed from its tarball.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const project = process.env.POOLPASS_PROJECT;
if (project === undefined) throw new Error('POOLPASS_PROJECT names a project that the package is installed in');
const require = createRequire(join(project, 'main.js'));

/** Imports the package, or one of its entries. */
export function load(name = 'poolpass') {
  return import(pathToFileURL(require.resolve(name)).href);
}

/** Where a file of the package is. */
export function locate(name) {
  return require.resolve(name);
}

/** Where a file of the package is that is no entry. */
export function inside(name) {
  return join(dirname(locate('poolpass/package.json')), name);
}
