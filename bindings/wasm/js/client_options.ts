import type { AmplifyGen1, AmplifyOutputs, Config } from './config.js';
import type { StoreChoice } from './stores/store.js';

/** Options of a client. */
export interface ClientOptions {
  /** The store of the session. Default: `indexedDB` in browsers, `memory` elsewhere. */
  store?: StoreChoice | undefined;
  /** The maximum number of times that a request is sent. Default: 3. */
  maxAttempts?: number | undefined;
  /** The operation that refreshes the session. Default: Poolpass finds out at the first refresh. */
  refreshOperation?: 'getTokensFromRefreshToken' | 'refreshTokenAuth' | undefined;
  /** Metadata for the user pool's Lambda triggers, sent with every refresh. */
  refreshMetadata?: Record<string, string> | undefined;
  /**
   * Supplies the encoded device data for the user pool's threat protection (`UserContextData`). Default: none is sent.
   *
   * The data goes with InitiateAuth, RespondToAuthChallenge, SignUp, ConfirmSignUp, ResendConfirmationCode, ForgotPassword and
   * ConfirmForgotPassword. With Amazon's context data library on the page, it is
   * `(username) => AmazonCognitoAdvancedSecurityData.getData(username, userPoolId, clientId)`. A function that throws or returns
   * `undefined` sends none.
   */
  userContextData?: ((username: string) => string | undefined) | undefined;
  /** The name of this device among the person's devices, in user pools that track devices (ConfirmDevice). Default: none. */
  deviceName?: string | undefined;
  /** The data about this device that is encoded for the user pool's threat protection (`UserContextData`). Default: none is sent. */
  deviceFingerprint?: DeviceFingerprint | undefined;
  /** The device's clock in milliseconds since 1970, for tests. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

/**
 * Data about the device that Poolpass encodes for a user pool's threat protection as Amazon's libraries for iOS and Android do.
 *
 * The app collects the data, with the names that these libraries use, such as `DeviceId`, `DeviceName`, `DeviceLanguage`,
 * `ClientTimezone` and `ApplicationName`. Cognito compares a sign-in with earlier ones, so the same device has to give the same data.
 */
export interface DeviceFingerprint {
  /** The library whose format the data has. */
  platform: 'ios' | 'android';
  /** The data. */
  data: Record<string, string>;
}

/** A configuration, as an object or as its text. */
export type AnyConfig = Config | AmplifyOutputs | AmplifyGen1 | string;
