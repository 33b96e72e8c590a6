/** The person who is signed in, as the ID token describes them. */
export interface User {
  /** The user name in the user pool. It differs from what people typed if they signed in with an alias. */
  readonly username: string;
  /** The user's id (`sub`), which never changes. */
  readonly sub: string;
  /** The email address, where the app client may read it. */
  readonly email?: string;
  /** The person's groups in the user pool. */
  readonly groups: readonly string[];
  /**
   * The level at which the person has proved who they are, such as `urn:cognito:loa:4`, if the sign-in or the step-up asked for one. A
   * refresh keeps it.
   */
  readonly acr?: string;
  /**
   * The methods with which the person has proved who they are, such as `pwd`, `otp` and `mfa`, where AWS says so. A refresh keeps them.
   */
  readonly amr: readonly string[];
  /** When the person last proved who they are, by AWS's clock. A refresh does not change it. */
  readonly authTime?: Date;
  /**
   * Whether the user pool wants to know if this device shall be remembered (`UserConfirmationNecessary` of ConfirmDevice).
   *
   * Ask the person, then call `Account.rememberDevice` or `Account.doNotRememberDevice`. It is false in user pools that do not track
   * devices, or remember all of them.
   */
  readonly deviceConfirmationNecessary: boolean;
  /** All claims of the ID token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Proves who the person is, to identity pools and to backends. A backend must verify the signature. */
export interface IdToken {
  /** The token as a JSON Web Token, for an `Authorization` header: a secret. */
  readonly jwt: string;
  /** When the token expires, by AWS's clock. The device's clock may differ: `Client.idToken` takes the difference into account. */
  readonly expiresAt: Date;
  /** All claims of the token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Grants access to the person's account in the user pool, and to APIs that check scopes. A backend must verify the signature. */
export interface AccessToken {
  /** The token as a JSON Web Token, for an `Authorization` header: a secret. */
  readonly jwt: string;
  /** When the token expires, by AWS's clock. The device's clock may differ: `Client.accessToken` takes the difference into account. */
  readonly expiresAt: Date;
  /** All claims of the token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The tokens of a session that another SDK or the app's backend began. */
export interface SessionTokens {
  /** The ID token: a secret. */
  idToken: string;
  /** The access token: a secret. */
  accessToken: string;
  /** The refresh token: the most valuable secret. */
  refreshToken: string;
  /** The device of the session. Without it, the next sign-in on this device is one from a new device. */
  device?: DeviceTokens | undefined;
}

/** The key of a device that another SDK has confirmed, in a user pool that tracks devices. */
export interface DeviceTokens {
  /** The device key. */
  key: string;
  /** The key of the device's group. */
  groupKey: string;
  /** The password that proves the device: a secret. */
  password: string;
}

/**
 * The result of signing out. In every case, nobody is signed in on this device any more.
 *
 * - `revoked`: AWS has revoked the refresh token and the access tokens that came from it.
 * - `localOnly`: The session is gone from this device, but AWS has not confirmed that it revoked the refresh token, because the
 *   network was down or the app client has token revocation switched off. Copies of the token work until they expire.
 * - `notSignedIn`: Nobody was signed in.
 */
export type SignOut = 'revoked' | 'localOnly' | 'notSignedIn';

/** Temporary AWS credentials of one identity, in the form of the AWS SDK for JavaScript v3. */
export interface Credentials {
  /** The access key id (`ASIA…`), which is not a secret. */
  readonly accessKeyId: string;
  /** The secret access key: a secret. */
  readonly secretAccessKey: string;
  /** The session token, which every request must carry: a secret. */
  readonly sessionToken?: string;
  /** When AWS stops accepting the credentials, on the device's clock, right or wrong: the AWS SDK compares it with `Date.now()`. */
  readonly expiration?: Date;
  /** The identity id in the identity pool. */
  readonly identityId: string;
}

/** A change of the session. */
export type SessionEvent =
  /** Somebody signed in, here or in another tab. */
  | { readonly kind: 'signedIn' }
  /** The session has new tokens. */
  | { readonly kind: 'refreshed' }
  /** The person signed out here, or deleted their account. */
  | { readonly kind: 'signedOut' }
  /** The session ended although nobody signed out here. Show the sign-in page. */
  | { readonly kind: 'sessionEnded'; readonly reason: SessionEndReason }
  /**
   * The identity id in the identity pool is another one: a guest turned out to have an identity already, AWS has merged two identities, or
   * somebody else has signed in. Data that belongs to the old identity id is out of reach.
   */
  | { readonly kind: 'identityChanged'; readonly from: string; readonly to: string };

/**
 * The reason why a session ended.
 *
 * Nothing else ends a session: network failures, throttling, HTTP 5xx and malformed answers never do.
 */
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
