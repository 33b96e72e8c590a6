import type { CallOptions } from './options.js';

/**
 * A login provider of the identity pool besides its user pool.
 *
 * - `google` (`accounts.google.com`) and `apple` (`appleid.apple.com`): the source returns an ID token.
 * - `facebook` (`graph.facebook.com`) and `amazon` (`www.amazon.com`): the source returns an access token.
 * - `openId`: an OpenID provider that IAM knows, by its issuer such as `https://login.example.com`. The source returns an ID token.
 *   Twitter, which AWS's API reference lists as `api.twitter.com`, is named like one: the source returns the access token, a semicolon
 *   and the token's secret.
 * - `saml`: a SAML provider, by its ARN in IAM. The source returns the SAML response in base64.
 * - `developer`: the app's own backend (developer-authenticated identities), by the pool's `DeveloperProviderName`. The source returns
 *   what GetOpenIdTokenForDeveloperIdentity has returned to the backend, the token with its identity id.
 */
export type LoginProvider =
  | 'google'
  | 'facebook'
  | 'apple'
  | 'amazon'
  | { readonly openId: string; readonly saml?: never; readonly developer?: never }
  | { readonly saml: string; readonly openId?: never; readonly developer?: never }
  | { readonly developer: string; readonly openId?: never; readonly saml?: never };

/**
 * A token of a login provider: its text, or the identity id and the token that GetOpenIdTokenForDeveloperIdentity has returned to the
 * app's backend.
 */
export type ProviderToken = string | { readonly identityId: string; readonly token: string };

/**
 * A source of a login provider's tokens. The SDK asks it whenever the AWS credentials have to be renewed.
 *
 * It returns a token that is valid now, such as the one that the provider's own SDK holds or refreshes. If it throws, AWS credentials that
 * are still valid stay in use; after that, calls fail with kind `loginExpired`.
 */
export type LoginToken = () => ProviderToken | Promise<ProviderToken>;

/** The options of the classic flow. */
export interface ClassicFlowOptions {
  /**
   * The name of the role's session (`RoleSessionName`), 2 to 64 characters, which CloudTrail shows. Default: the identity id, with a dot in
   * place of the colon.
   */
  sessionName?: string | undefined;
  /** How long the credentials are valid (`DurationSeconds`), in seconds, 900 to what the role allows. Default: 3600. */
  duration?: number | undefined;
  /** A session policy (`Policy`), a JSON document that narrows what the role allows. Default: none. */
  policy?: string | undefined;
}

/** A provider as the module takes it. */
export function parts(provider: LoginProvider): [code: string, name: string | undefined] {
  if (typeof provider !== 'object' || provider === null) return [String(provider), undefined];
  const [member] = Object.entries(provider as Record<string, unknown>);
  return [member?.[0] ?? '', String(member?.[1] ?? '')];
}

/** A provider as the module returns it. */
export function provider([code, name]: [string, string | undefined]): LoginProvider {
  return (name === undefined ? code : { [code]: name }) as LoginProvider;
}

export type UnlinkInput = CallOptions & { code: string; name: string | undefined };
