// Logins of third parties at the identity pool, and the classic flow.

export const LOGINS = {
  addLogin: ({ client }, { url, request, keep, ...login }) => client.addLogin(provider(login), source(url, request, keep)),
  removeLogin: ({ client }, login) => client.removeLogin(provider(login)),
  unlinkLogin: ({ client }, login) => client.unlinkLogin(provider(login)),
  logins: ({ client }) => {
    return client.logins().map((login) => {
      if (typeof login === 'string') return { provider: login, name: null };
      const [[kind, name]] = Object.entries(login);
      return { provider: kind, name };
    });
  },
  classicFlow: (driver, { roleArn, ...options }) => {
    driver.client = driver.client.classicFlow(roleArn, options);
  },
};

function provider({ provider: kind, name }) {
  return name === undefined ? kind : { [kind]: name };
}

/** Asks a server for the token: a provider's stand-in, or the app's backend. */
function source(url, request, keep = false) {
  let kept;
  const ask = async () => {
    // As bytes, so that fetch adds no content type.
    const answer = await fetch(url, { method: 'POST', body: new TextEncoder().encode(JSON.stringify(request)) });
    if (!answer.ok) throw new Error(`the provider answered ${answer.status}`);
    const { token, identityId } = await answer.json();
    return identityId === undefined ? token : { token, identityId };
  };
  return async () => {
    if (!keep || kept === undefined) kept = await ask();
    return kept;
  };
}
