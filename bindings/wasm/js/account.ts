import { type MfaMethod, SoftwareTokenSetup } from './challenges.js';
import { type Handle, type Unproxied, unproxied } from './handle.js';
import type { CallOptions, ClientMetadata } from './options.js';
import type { Client } from './poolpass_core_wasm.js';

/** Where a code was sent. */
export interface CodeDeliveryDetails {
  readonly deliveryMedium?: 'SMS' | 'EMAIL' | (string & {});
  /** The masked address or phone number. */
  readonly destination?: string;
  /** The attribute that the code verifies, where it verifies one. */
  readonly attributeName?: string;
}

/** What signing up has achieved. */
export interface SignUpResult {
  /** Whether the person can sign in at once; otherwise they have to confirm with the code first. */
  readonly confirmed: boolean;
  /** The new user's id. */
  readonly sub: string;
  readonly codeDeliveryDetails?: CodeDeliveryDetails;
}

/** The second factors that a person uses. */
export interface MfaPreference {
  readonly enabled: readonly MfaMethod[];
  readonly preferred?: MfaMethod;
}

/** What becomes of a second factor. */
export type MfaSetting = 'off' | 'on' | 'preferred';

/** A call to which the user pool's Lambda triggers may listen. */
export type AccountOptions = CallOptions & ClientMetadata;

/** The person's account: signing up, passwords, attributes, second factors. */
export class Account {
  private readonly client: Unproxied<Handle<Client>>;

  /** @internal */
  constructor(client: Handle<Client>) {
    this.client = unproxied(client);
  }

  /** Signs up (SignUp). */
  signUp(
    username: string,
    password: string,
    options: AccountOptions & {
      /** Such as `email`, `phone_number` (`+441632960123`) or `custom:team`. */
      attributes?: Record<string, string> | undefined;
      /** Something for the pre-sign-up trigger that is not kept. */
      validationData?: Record<string, string> | undefined;
    } = {},
  ): Promise<SignUpResult> {
    return this.client().call('account.signUp', { ...options, username, password });
  }

  /** Confirms a sign-up with the code that was sent (ConfirmSignUp). */
  confirmSignUp(username: string, code: string, options: AccountOptions = {}): Promise<void> {
    return this.client().call('account.confirmSignUp', { ...options, username, code });
  }

  /** Sends another code to confirm the sign-up with (ResendConfirmationCode). */
  resendConfirmationCode(username: string, options: AccountOptions = {}): Promise<CodeDeliveryDetails | undefined> {
    return this.client().call('account.resendConfirmationCode', { ...options, username });
  }

  /** Sends a code with which to choose a new password (ForgotPassword). */
  forgotPassword(username: string, options: AccountOptions = {}): Promise<CodeDeliveryDetails | undefined> {
    return this.client().call('account.forgotPassword', { ...options, username });
  }

  /** Sets a new password in place of the forgotten one (ConfirmForgotPassword). */
  confirmForgotPassword(
    username: string,
    code: string,
    newPassword: string,
    options: AccountOptions = {},
  ): Promise<void> {
    return this.client().call('account.confirmForgotPassword', { ...options, username, code, newPassword });
  }

  /** Changes the password of the person who is signed in (ChangePassword). */
  changePassword(previousPassword: string, proposedPassword: string, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.changePassword', { ...options, previousPassword, proposedPassword });
  }

  /** Reads the attributes from the user pool (GetUser). */
  attributes(options: CallOptions = {}): Promise<Record<string, string>> {
    return this.client().call('account.attributes', options);
  }

  /** Changes attributes (UpdateUserAttributes), and tells where codes to verify them were sent. */
  updateAttributes(attributes: Record<string, string>, options: AccountOptions = {}): Promise<CodeDeliveryDetails[]> {
    return this.client().call('account.updateAttributes', { ...options, attributes });
  }

  /** Deletes attributes (DeleteUserAttributes). */
  deleteAttributes(names: string[], options: CallOptions = {}): Promise<void> {
    return this.client().call('account.deleteAttributes', { ...options, names });
  }

  /** Sends a code with which to verify `email` or `phone_number` (GetUserAttributeVerificationCode). */
  requestAttributeCode(name: string, options: AccountOptions = {}): Promise<CodeDeliveryDetails | undefined> {
    return this.client().call('account.requestAttributeCode', { ...options, name });
  }

  /** Verifies `email` or `phone_number` with the code that was sent (VerifyUserAttribute). */
  verifyAttribute(name: string, code: string, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.verifyAttribute', { ...options, name, code });
  }

  /** Gets a secret for the authenticator app (AssociateSoftwareToken). */
  async associateSoftwareToken(options: CallOptions = {}): Promise<SoftwareTokenSetup> {
    return new SoftwareTokenSetup(await this.client().call('account.associateSoftwareToken', options));
  }

  /**
   * Confirms the authenticator app with a first code (VerifySoftwareToken). It is asked for at sign-in only after
   * `setMfaPreference`.
   */
  verifySoftwareToken(code: string, options: CallOptions & { deviceName?: string | undefined } = {}): Promise<void> {
    return this.client().call('account.verifySoftwareToken', { ...options, code });
  }

  /** Which second factors the person uses (GetUser). */
  mfaPreference(options: CallOptions = {}): Promise<MfaPreference> {
    return this.client().call('account.mfaPreference', options);
  }

  /** Chooses second factors (SetUserMFAPreference); those that are not named stay as they are. */
  setMfaPreference(
    settings: { sms?: MfaSetting | undefined; softwareToken?: MfaSetting | undefined; email?: MfaSetting | undefined },
    options: CallOptions = {},
  ): Promise<void> {
    return this.client().call('account.setMfaPreference', { ...options, ...settings });
  }

  /** Deletes the signed-in user for good (DeleteUser), and forgets the session. */
  deleteUser(options: CallOptions = {}): Promise<void> {
    return this.client().call('account.deleteUser', options);
  }
}
