// The steps of sign-ins by redirect. local-aws's browser takes the place of a person's.
export const REDIRECTS = {
  signInWithRedirect: async (driver, options) => ({ url: await begin(driver, options) }),
  handleRedirect: async ({ client }, { url }) => {
    const result = await client.handleRedirect(url);
    return result && { user: result.user, customState: result.customState ?? null };
  },
  logoutUrl: async ({ client }, { logoutUri }) => ({ url: await client.logoutUrl(logoutUri) }),
  browse: async (driver, { url, redirectUri, userAgent }) => ({ url: await visit(driver, url, redirectUri, userAgent) }),
  signInWithUserAgent: async (driver, { userAgent, ...options }) => {
    const { poolpass, client } = driver;
    let url = await begin(driver, options);
    for (;;) {
      if (userAgent.cancels) throw new poolpass.PoolpassError('cancelled', 'the person closed the window');
      const answer = await visit(driver, url, options.redirectUri, userAgent);
      try {
        return (await client.handleRedirect(answer)).user;
      } catch (error) {
        if (error.retryUrl === undefined) throw error;
        url = error.retryUrl;
      }
    }
  },
};

/** Begins a sign-in, and gives the address that an app would open. */
async function begin({ client }, options) {
  let opened;
  await client.signInWithRedirect({ ...options, open: (url) => (opened = url) });
  return opened;
}

/** Walks through the pages, to the address that they redirect to. `tamper` changes the first address on the way. */
async function visit({ backend }, url, redirectUri, { tamper = {}, ...settings } = {}) {
  for (const [from, to] of Object.entries(tamper)) url = url.replaceAll(from, to);
  return (await backend.browse({ ...settings, url, redirectUri })).url;
}
