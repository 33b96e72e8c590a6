/** The backend as the player wants it, which runs in the test's process: the site passes on what is asked of it. */
export function backendOf(config) {
  const endpoint = config.endpoints.cognitoIdp.replace(/\/$/, '');
  const call =
    (method) =>
    async (...args) => {
      const answer = await fetch('/backend', { method: 'POST', body: JSON.stringify({ endpoint, method, args }) });
      if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`);
      return answer.json();
    };
  return {
    config,
    admin: call('admin'),
    askAuthenticator: call('askAuthenticator'),
    browse: call('browse'),
    codeSentTo: call('codeSentTo'),
    createUser: call('createUser'),
    // Node.js plays each format with each encoding. Here each call goes by way of the site, so each is played once.
    echoes: async () => {
      const { some } = await call('echoes')();
      return { all: some, some };
    },
    endEchoes: call('endEchoes'),
    fault: call('fault'),
    setClock: call('setClock'),
    setTriggers: call('setTriggers'),
    takeRequestCounts: call('takeRequestCounts'),
    takeUserContexts: call('takeUserContexts'),
  };
}
