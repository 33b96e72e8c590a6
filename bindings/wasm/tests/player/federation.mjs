// What an administrator sets up for sign-ins through managed login: identity providers, and an app client that may use them.

/** Where a stand-in of local-aws says who a person is. */
const PROVIDERS = {
  Google: (url) => ({
    ProviderType: 'Google',
    ProviderDetails: {
      client_id: 'the-app-at-google',
      client_secret: 'a secret of the app',
      authorize_scopes: 'openid email profile',
      oidc_issuer: 'https://accounts.google.com',
      authorize_url: `${url}/google/authorize`,
      token_url: `${url}/google/oauth2/token`,
      attributes_url: `${url}/google/profile`,
    },
    AttributeMapping: { email: 'email', name: 'name' },
  }),
  Acme: (url) => ({
    ProviderType: 'SAML',
    ProviderDetails: { MetadataURL: `${url}/saml-acme/metadata` },
    AttributeMapping: {
      email: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
      name: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
    },
    IdpIdentifiers: ['acme.example'],
  }),
};

/** The names of the providers in the user pool. */
export const PROVIDER_NAMES = Object.keys(PROVIDERS);

/** Adds Google and the SAML provider Acme to the user pool, and lets its app client come back to `callbackUrls`. */
export async function federate(backend, callbackUrls) {
  const clientId = backend.config.userPool.clientId;
  for (const [ProviderName, make] of Object.entries(PROVIDERS)) {
    await backend.admin('CreateIdentityProvider', { ProviderName, ...make(`${backend.endpoint}/_providers`) });
  }
  const { UserPoolClient: client } = await backend.admin('DescribeUserPoolClient', { ClientId: clientId });
  const { ClientSecret, CreationDate, LastModifiedDate, ...kept } = client;
  await backend.admin('UpdateUserPoolClient', {
    ...kept,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
    CallbackURLs: callbackUrls,
    LogoutURLs: callbackUrls,
    SupportedIdentityProviders: ['COGNITO', ...PROVIDER_NAMES],
  });
}
