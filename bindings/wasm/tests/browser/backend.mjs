// The backends that a page can act on as root does: the page has none of root's keys, so it asks its site.
export const METHODS = [
  'admin',
  'askAuthenticator',
  'browse',
  'codeSentTo',
  'createUser',
  'echoes',
  'endEchoes',
  'fault',
  'setClock',
  'setTriggers',
  'takeRequestCounts',
  'takeUserContexts',
];

/** Does what a page has asked for with `backendOf` of `page/backend.js`; gives the answer's JSON. */
export async function act(backends, { endpoint, method, args }) {
  if (!METHODS.includes(method)) throw new Error(`a page does not call ${method}`);
  const backend = backends.get(endpoint);
  if (backend === undefined) throw new Error(`the page's person does not have the backend ${endpoint}`);
  return JSON.stringify((await backend[method](...args)) ?? null);
}
