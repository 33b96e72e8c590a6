// The steps of sign-ins by redirect. The server has a user agent, which follows links and fills in forms in place of a browser.
export const REDIRECTS = {
  signInWithRedirect: async (driver, options) => ({ url: await begin(driver, options) }),
  handleRedirect: ({ client }, { url }) => client.handleRedirect(url),
  logoutUrl: async ({ client }, { logoutUri }) => ({ url: await client.logoutUrl(logoutUri) }),
  browse: ({ backend }, { url, userAgent }) => backend.browse({ ...userAgent, url }),
  signInWithUserAgent: async (driver, { userAgent, ...options }) => {
    const { redirectUri } = options;
    let url = await begin(driver, options);
    for (;;) {
      const answer = await driver.backend.browse({ ...userAgent, url, redirectUri });
      try {
        const { user } = await driver.client.handleRedirect(answer.url);
        return { username: user.username, sub: user.sub };
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
