/** Who is signed in, as the ID token says. */
export interface User {
  /** The user name in the user pool. */
  readonly username: string;
  /** The user's id, which never changes. */
  readonly sub: string;
  readonly email?: string;
  /** The groups of the user pool that the person is in. */
  readonly groups: readonly string[];
  /** Everything that the ID token says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Says who the person is. Whoever acts on a token, such as a backend, has to verify its signature. */
export interface IdToken {
  /** The token as a JSON Web Token, for an `Authorization` header: a secret. */
  readonly jwt: string;
  /** When it stops being valid, on AWS's clock, from which the device's may differ: `idToken` of the client knows the difference. */
  readonly expiresAt: Date;
  /** Everything that the token says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Says what the person may do in the user pool and in APIs that check scopes. */
export interface AccessToken {
  /** The token as a JSON Web Token, for an `Authorization` header: a secret. */
  readonly jwt: string;
  /** When it stops being valid, on AWS's clock, from which the device's may differ: `accessToken` of the client knows the difference. */
  readonly expiresAt: Date;
  /** Everything that the token says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * The result of signing out. In every case nobody is signed in on this device any more.
 *
 * - `revoked`: AWS has revoked the refresh token and the access tokens that came from it.
 * - `localOnly`: the session is gone from this device, but AWS has not confirmed that it revoked the refresh token: there was no
 *   network, or the app client has token revocation switched off. Copies of the token work until they expire.
 * - `notSignedIn`: nobody was signed in.
 */
export type SignOut = 'revoked' | 'localOnly' | 'notSignedIn';

/** Temporary AWS credentials, as the AWS SDK for JavaScript v3 has them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When AWS stops accepting them, on the device's clock, right or wrong: the AWS SDK compares it with `Date.now()`. */
  readonly expiration?: Date;
  /** The identity id in the identity pool. */
  readonly identityId: string;
}

/** Something happened to the session. */
export type SessionEvent =
  /** Somebody signed in, here or in another tab. */
  | { readonly kind: 'signedIn' }
  /** There are new tokens. */
  | { readonly kind: 'refreshed' }
  /** The person signed out here, or deleted their account. */
  | { readonly kind: 'signedOut' }
  /** The session is over although nobody signed out here: show the sign-in page. */
  | { readonly kind: 'sessionEnded'; readonly reason: SessionEndReason };

/** Why a session ended. Network trouble, throttling and malformed answers never end one. */
export type SessionEndReason =
  | 'revoked'
  | 'expired'
  | 'reused'
  | 'userDisabled'
  | 'userDeleted'
  | 'passwordResetRequired'
  | 'userNotConfirmed'
  | 'signedOutElsewhere'
  | 'refused';
