/** Who is signed in, as the id token says. */
export interface User {
  /** The user name in the user pool. */
  readonly username: string;
  /** The user's id, which never changes. */
  readonly sub: string;
  readonly email?: string;
  /** The groups of the user pool that the person is in. */
  readonly groups: readonly string[];
  /** Everything that the id token says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A JSON Web Token. Whoever acts on it, such as a backend, has to verify its signature. */
export interface Token {
  /** The token itself, for an `Authorization` header: a secret. */
  readonly raw: string;
  /** When it stops being valid, on AWS's clock, from which the device's may differ: `idToken` and `accessToken` of the client know the difference. */
  readonly expiresAt: Date;
  /** What it says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Temporary AWS credentials, as the AWS SDK for JavaScript v3 has them. */
export interface AwsCredentials {
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
