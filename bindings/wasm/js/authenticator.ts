import type { CallOptions } from './options.js';

/**
 * Creates passkeys and signs with them, in WebAuthn's JSON.
 *
 * Apps implement it over what their platform has; `BrowserAuthenticator` is the browser's. The JSON is that of WebAuthn level 3, which
 * browsers, Android's Credential Manager and most libraries take and return. There is no time limit besides the `timeout` in the
 * options: a person is asked.
 */
export interface Authenticator {
  /** Creates a passkey: `PublicKeyCredentialCreationOptionsJSON` to `RegistrationResponseJSON`. */
  create(options: string, call: CallOptions): Promise<string>;
  /** Signs with a passkey: `PublicKeyCredentialRequestOptionsJSON` to `AuthenticationResponseJSON`. */
  get(options: string, call: CallOptions): Promise<string>;
}
