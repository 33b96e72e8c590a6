// A local-aws that a page can act on as root does: the page has none of root's keys.
import { Backend } from '../player/backend.mjs';

const METHODS = ['admin', 'codeSentTo', 'createUser', 'fault', 'setClock', 'takeRequestCounts'];

/** Lets the pages of `context` call `backend`, as `backendOf` of `page/backend.js` does. */
export async function expose(backend, context) {
  await context.exposeFunction('callBackend', (method, args) => {
    if (!METHODS.includes(method)) throw new Error(`a page does not call ${method}`);
    return backend[method](...args);
  });
}

export { Backend };
