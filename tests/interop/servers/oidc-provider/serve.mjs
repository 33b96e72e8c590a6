// oidc-provider, a certified OpenID Connect provider, under the paths of a user pool's domain. It prints its port, and ends with its
// standard input. Its pages ask nothing: `login_hint` says who the person is, and `nobody` says no.
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const ISSUER = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Interop01';
const REDIRECT_URI = 'https://notes.example/callback';
const API = 'urn:poolpass:interop';

const client = (client_id, more) => ({
  client_id,
  redirect_uris: [REDIRECT_URI],
  post_logout_redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  ...more,
});

const provider = new Provider(ISSUER, {
  clients: [
    client('public', { token_endpoint_auth_method: 'none' }),
    client('confidential', { client_secret: 'the-secret', token_endpoint_auth_method: 'client_secret_basic' }),
  ],
  routes: {
    authorization: '/oauth2/authorize',
    token: '/oauth2/token',
    userinfo: '/oauth2/userInfo',
    revocation: '/oauth2/revoke',
    end_session: '/logout',
  },
  cookies: { keys: ['a key for tests'] },
  scopes: ['openid', 'email'],
  // Cognito's claims, which its ID tokens have whatever the scopes are.
  claims: { openid: ['sub', 'cognito:username', 'token_use'], email: ['email'] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, 'cognito:username': id, token_use: 'id', email: `${id}@example.com` }),
  }),
  extraTokenClaims: (_, token) => ({ token_use: 'access', username: token.accountId }),
  issueRefreshToken: () => true,
  features: {
    devInteractions: { enabled: false },
    // Access tokens that are JSON Web Tokens, as Cognito's.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: 'openid email', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
    },
  },
  loadExistingGrant: async (ctx) => {
    const { session, client: { clientId } } = ctx.oidc;
    const grant = new provider.Grant({ clientId, accountId: session.accountId });
    grant.addOIDCScope('openid email');
    grant.addResourceScope(API, 'openid email');
    await grant.save();
    return grant;
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

const answer = provider.callback();
const server = createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  const { params } = await provider.interactionDetails(request, response);
  const result =
    params.login_hint === 'nobody'
      ? { error: 'access_denied', error_description: 'The person said no' }
      : { login: { accountId: params.login_hint } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
});
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
process.stdin.on('end', () => process.exit()).resume();
