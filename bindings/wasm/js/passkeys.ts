import type { PasskeyRegistrationHandle } from './calls.js';
import { type Unproxied, unproxied } from './handle.js';
import type { CallOptions } from './options.js';

export type { Authenticator } from './authenticator.js';
export * from './browser_authenticator.js';

/** A passkey of the signed-in person: a WebAuthn credential that the user pool knows. */
export interface Passkey {
  /** The id of the credential, in base64url. */
  readonly credentialId: string;
  /** The name that Cognito gave the passkey, after the authenticator's maker. */
  readonly friendlyName: string;
  /** The relying party's id: the domain that the passkey signs in to. */
  readonly relyingPartyId: string;
  /** The ways to reach the authenticator, such as `internal`, `hybrid` and `usb`. */
  readonly transports: readonly string[];
  /** `platform` for an authenticator within a device, `cross-platform` for one that is carried around. */
  readonly authenticatorAttachment?: string;
  /** The time of the registration. */
  readonly created: Date;
}

/**
 * The registration of a passkey that waits for the authenticator.
 *
 * ```ts
 * const registration = await client.account.startPasskeyRegistration();
 * const options = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(registration.creationOptions));
 * const credential = await navigator.credentials.create({ publicKey: options });
 * await registration.complete(JSON.stringify(credential));
 * ```
 */
export class PasskeyRegistration {
  /** The options for the authenticator: a `PublicKeyCredentialCreationOptionsJSON` of WebAuthn. */
  readonly creationOptions: string;
  private readonly inner: Unproxied<PasskeyRegistrationHandle>;

  /** @internal */
  constructor(inner: PasskeyRegistrationHandle) {
    this.creationOptions = inner.inner.creationOptions;
    this.inner = unproxied(inner);
  }

  /**
   * Registers the passkey that the authenticator made (CompleteWebAuthnRegistration). `credential` is its `RegistrationResponseJSON`.
   */
  complete(credential: string, options: CallOptions = {}): Promise<void> {
    return this.inner().call('complete', { ...options, credential });
  }
}
