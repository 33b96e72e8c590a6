/** The backend as the player wants it, which runs in the test's process. */
export function backendOf(config) {
  const call =
    (method) =>
    (...args) =>
      globalThis.callBackend(method, args);
  return {
    config,
    admin: call('admin'),
    codeSentTo: call('codeSentTo'),
    createUser: call('createUser'),
    fault: call('fault'),
    setClock: call('setClock'),
    takeRequestCounts: call('takeRequestCounts'),
  };
}
