import type { AuthFactor } from './challenges.js';
import type { CallOptions, ClientMetadata } from './options.js';

/**
 * How a sign-in proves who the person is.
 *
 * - `userSrpAuth`: the password never leaves the device. The app client has to allow it (`ALLOW_USER_SRP_AUTH`).
 * - `userPasswordAuth`: the password is sent over TLS, as a user migration trigger needs it. The app client has to allow it
 *   (`ALLOW_USER_PASSWORD_AUTH`).
 * - `userAuth`: the person chooses among first factors: password, code or passkey. The app client has to allow it
 *   (`ALLOW_USER_AUTH`), and the user pool needs the feature plan Essentials or Plus.
 * - `customAuth`: the user pool's own triggers ask their challenges, after SRP where there is a password. The app client has to
 *   allow it (`ALLOW_CUSTOM_AUTH`).
 */
export type AuthFlow = 'userSrpAuth' | 'userPasswordAuth' | 'userAuth' | 'customAuth';

/** The options of a sign-in. */
export interface SignInOptions extends CallOptions, ClientMetadata {
  /** How the person proves who they are. Default: `userSrpAuth`. */
  flow?: AuthFlow | undefined;
}

/** The options of a sign-in without a password. */
export interface PasswordlessSignInOptions extends CallOptions, ClientMetadata {
  /** How the person proves who they are. Default: `userAuth`. */
  flow?: 'userAuth' | 'customAuth' | undefined;
  /** The factor to begin with, where it is available. Default: the person chooses. Only for `userAuth`. */
  preferred?: AuthFactor | undefined;
}

/**
 * A level of authentication: `urn:cognito:loa:1` (a password), `urn:cognito:loa:2` (a code by SMS or email), `urn:cognito:loa:3` (a
 * passkey, or a password and a code by SMS or email), `urn:cognito:loa:4` (a password and a TOTP code), or the name that the user pool
 * has given to one of them.
 */
export type AuthLevel =
  | 'urn:cognito:loa:1'
  | 'urn:cognito:loa:2'
  | 'urn:cognito:loa:3'
  | 'urn:cognito:loa:4'
  | (string & {});

/** The options of a step-up. */
export interface StepUpOptions extends CallOptions, ClientMetadata {
  /** How long ago the person may have proved who they are, in seconds. Default: any time ago. A refresh does not count. */
  maxAge?: number | undefined;
}
