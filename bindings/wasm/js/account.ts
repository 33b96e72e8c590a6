import { AccountList, type AccountListOptions } from './account_list.js';
import type { Authenticator } from './authenticator.js';
import { BrowserAuthenticator } from './browser_authenticator.js';
import type { ClientHandle } from './calls.js';
import { type AuthFactor, type MfaMethod, SoftwareTokenSetup } from './challenges.js';
import type { Device } from './devices.js';
import { type Unproxied, unproxied } from './handle.js';
import type { CallOptions } from './options.js';
import { type Passkey, PasskeyRegistration } from './passkeys.js';

/** Where Cognito sent a code, masked so that an app can show it. */
export interface CodeDeliveryDetails {
  /** The masked address or phone number, such as `a***@e***` or `+*******4567`. */
  readonly destination?: string;
  /** The medium of the message. */
  readonly deliveryMedium?: 'SMS' | 'EMAIL' | (string & {});
  /** The user attribute that the code verifies, such as `email`, if it verifies one. */
  readonly attributeName?: string;
}

/** The result of a sign-up. */
export interface SignUpResult {
  /** Whether the person can sign in at once. Otherwise they have to confirm the sign-up with a code first. */
  readonly confirmed: boolean;
  /** The new user's id (`sub`), which never changes. */
  readonly sub: string;
  /** Where Cognito sent the code that confirms the sign-up. */
  readonly codeDeliveryDetails?: CodeDeliveryDetails;
}

/** The second factors that the signed-in person uses. */
export interface MfaPreference {
  /** The methods that Cognito may ask for at sign-in. */
  readonly enabled: readonly MfaMethod[];
  /** The method that Cognito asks for first, without offering a choice. */
  readonly preferred?: MfaMethod;
}

/** The factors with which the signed-in person can sign in. */
export interface UserAuthFactors {
  /** The first factors that the person can choose in a sign-in by USER_AUTH, and those that AWS names besides. */
  readonly configured: readonly AuthFactor[];
  /** The second factors that Cognito may ask for. */
  readonly mfaMethods: readonly MfaMethod[];
  /** The second factor that Cognito asks for first, without offering a choice. */
  readonly preferredMfa?: MfaMethod;
}

/** Whether a second factor is used at sign-in. */
export type MfaSetting = 'off' | 'on' | 'preferred';

/** A change of second factors. Methods that are not set stay as they are. */
export interface MfaSettings {
  /** Codes by SMS. The person needs a verified phone number. */
  sms?: MfaSetting | undefined;
  /** Codes from an authenticator app. The person has to verify the app first. */
  softwareToken?: MfaSetting | undefined;
  /** Codes by email. The person needs a verified address. */
  email?: MfaSetting | undefined;
  /**
   * Whether a passkey counts as both factors, as it does for a person who signs in with it and has their screen lock checked
   * (`WebAuthnMfaSettings`). The user pool has to allow it, and the person needs another second factor.
   */
  webAuthn?: boolean | undefined;
}

/** A session of the signed-in person, here or elsewhere. */
export interface UserSession {
  /** The session's id, such as `tkn4x…`, for `Account.revokeSession`. */
  readonly id: string;
  /** AWS's name for the type: `TOKEN` for the session of an app, `SSO` for one of managed login in a browser. */
  readonly sessionType?: 'TOKEN' | 'SSO' | (string & {});
  /** The app client that the session belongs to. */
  readonly clientId?: string;
  /** The time of the sign-in. */
  readonly created?: Date;
  /** The time of the last refresh. */
  readonly lastActive?: Date;
  /** The device of the last refresh as Cognito reads it from the user agent: an operating system, and a browser or an app. */
  readonly deviceType?: string;
  /** The IP address of the last refresh. */
  readonly lastIpAddress?: string;
  /** The city that Cognito derives from the IP address. */
  readonly city?: string;
  /** The country that Cognito derives from the IP address, in English. */
  readonly country?: string;
  /** The session of managed login that this session comes from. */
  readonly originSessionId?: string;
  /** Whether it is the session of this client. */
  readonly isCurrent: boolean;
}

/** The options of a call that ends a session. */
export interface RevokeOptions extends CallOptions {
  /**
   * Whether the session of managed login that it comes from ends too; for a session of managed login, those that come from it.
   * Default: false.
   */
  associated?: boolean | undefined;
}

/** The options of a call that can run a Lambda trigger of the user pool. */
export interface AccountOptions extends CallOptions {
  /** Values for the user pool's Lambda triggers. */
  clientMetadata?: Record<string, string> | undefined;
}

/** The options of a sign-up. */
export interface SignUpOptions extends AccountOptions {
  /** The attributes of the new user, such as `email`, `phone_number` (`+441632960123`) or `custom:team`. */
  attributes?: Record<string, string> | undefined;
  /** Values for the pre-sign-up trigger that are not stored. */
  validationData?: Record<string, string> | undefined;
}

/** The person's account in the user pool. */
export class Account {
  private readonly client: Unproxied<ClientHandle>;

  /** @internal */
  constructor(client: ClientHandle) {
    this.client = unproxied(client);
  }

  /** Creates a user with a name and a password (SignUp). */
  signUp(username: string, password: string, options: SignUpOptions = {}): Promise<SignUpResult> {
    return this.client().call('account.signUp', { ...options, username, password });
  }

  /**
   * Creates a user who signs in without a password: with a code or a passkey (SignUp). If the user pool takes email addresses or
   * phone numbers as user names, `username` is one.
   */
  signUpWithoutPassword(username: string, options: SignUpOptions = {}): Promise<SignUpResult> {
    return this.client().call('account.signUpWithoutPassword', { ...options, username });
  }

  /** Confirms a sign-up with the code that Cognito sent (ConfirmSignUp). After that, `autoSignIn` may sign the person in. */
  confirmSignUp(username: string, code: string, options: AccountOptions = {}): Promise<void> {
    return this.client().call('account.confirmSignUp', { ...options, username, code });
  }

  /** Sends another code that confirms the sign-up (ResendConfirmationCode). Returns where Cognito sent it. */
  resendConfirmationCode(username: string, options: AccountOptions = {}): Promise<CodeDeliveryDetails | undefined> {
    return this.client().call('account.resendConfirmationCode', { ...options, username });
  }

  /** Sends a code for choosing a new password (ForgotPassword). Returns where Cognito sent it. */
  forgotPassword(username: string, options: AccountOptions = {}): Promise<CodeDeliveryDetails | undefined> {
    return this.client().call('account.forgotPassword', { ...options, username });
  }

  /** Sets a new password with the code that Cognito sent (ConfirmForgotPassword). It does not sign the person in. */
  confirmForgotPassword(
    username: string,
    code: string,
    newPassword: string,
    options: AccountOptions = {},
  ): Promise<void> {
    return this.client().call('account.confirmForgotPassword', { ...options, username, code, newPassword });
  }

  /** Changes the signed-in person's password (ChangePassword). The session goes on. */
  changePassword(previousPassword: string, proposedPassword: string, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.changePassword', { ...options, previousPassword, proposedPassword });
  }

  /** Reads the attributes from the user pool (GetUser). The ID token has those of the last refresh. */
  attributes(options: CallOptions = {}): Promise<Record<string, string>> {
    return this.client().call('account.attributes', options);
  }

  /**
   * Changes attributes (UpdateUserAttributes). A new email address or phone number may have to be verified. Returns where Cognito
   * sent the codes for that.
   */
  updateAttributes(attributes: Record<string, string>, options: AccountOptions = {}): Promise<CodeDeliveryDetails[]> {
    return this.client().call('account.updateAttributes', { ...options, attributes });
  }

  /** Deletes attributes (DeleteUserAttributes). */
  deleteAttributes(names: string[], options: CallOptions = {}): Promise<void> {
    return this.client().call('account.deleteAttributes', { ...options, names });
  }

  /** Sends a code that verifies `email` or `phone_number` (GetUserAttributeVerificationCode). Returns where Cognito sent it. */
  requestAttributeCode(name: string, options: AccountOptions = {}): Promise<CodeDeliveryDetails | undefined> {
    return this.client().call('account.requestAttributeCode', { ...options, name });
  }

  /** Verifies `email` or `phone_number` with the code that Cognito sent (VerifyUserAttribute). */
  verifyAttribute(name: string, code: string, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.verifyAttribute', { ...options, name, code });
  }

  /** Gets a TOTP secret for the signed-in person's authenticator app (AssociateSoftwareToken). */
  async associateSoftwareToken(options: CallOptions = {}): Promise<SoftwareTokenSetup> {
    return new SoftwareTokenSetup(await this.client().call('account.associateSoftwareToken', options));
  }

  /**
   * Verifies the authenticator app with a first code (VerifySoftwareToken). Cognito shows `deviceName` at sign-in.
   *
   * Cognito asks for the app's codes only after `setMfaPreference`.
   */
  verifySoftwareToken(code: string, options: CallOptions & { deviceName?: string | undefined } = {}): Promise<void> {
    return this.client().call('account.verifySoftwareToken', { ...options, code });
  }

  /** Reads which second factors the signed-in person uses (GetUser). */
  mfaPreference(options: CallOptions = {}): Promise<MfaPreference> {
    return this.client().call('account.mfaPreference', options);
  }

  /** Reads with which factors the signed-in person can sign in (GetUserAuthFactors). */
  authFactors(options: CallOptions = {}): Promise<UserAuthFactors> {
    return this.client().call('account.authFactors', options);
  }

  /** Chooses second factors (SetUserMFAPreference). */
  setMfaPreference(settings: MfaSettings, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.setMfaPreference', { ...options, ...settings });
  }

  /**
   * Lists the sessions of the signed-in person, here and elsewhere (ListUserSessions).
   *
   * The user pool has to track sessions. The list is eventually consistent: a new session appears within a few seconds.
   */
  sessions(options: AccountListOptions = {}): AccountList<UserSession> {
    return new AccountList((page) => this.client().call('account.sessionsPage', page), options);
  }

  /**
   * Ends another session of the signed-in person (RevokeUserSession): its refresh token and its access tokens stop working. The
   * client that has it learns that at its next refresh.
   *
   * `Client.signOut` ends this client's own session.
   */
  revokeSession(id: string, options: RevokeOptions = {}): Promise<void> {
    return this.client().call('account.revokeSession', { ...options, id });
  }

  /** Lists the signed-in person's remembered devices (ListDevices). A page has at most 60. */
  devices(options: AccountListOptions = {}): AccountList<Device> {
    return new AccountList((page) => this.client().call('account.devicesPage', page), options);
  }

  /** Reads one remembered device of the signed-in person (GetDevice). */
  device(key: string, options: CallOptions = {}): Promise<Device> {
    return this.client().call('account.device', { ...options, key });
  }

  /** Returns the key of this device; `undefined` if the user pool does not track devices. Nothing is sent. */
  currentDeviceKey(options: CallOptions = {}): Promise<string | undefined> {
    return this.client().call('account.currentDeviceKey', options);
  }

  /**
   * Has the user pool remember a device, by default this one (UpdateDeviceStatus). At the next sign-in from a remembered device, its
   * key can replace the second factor.
   */
  rememberDevice(key?: string, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.rememberDevice', { ...options, key });
  }

  /**
   * Has the user pool no longer remember a device, by default this one (UpdateDeviceStatus). The next sign-in from it asks for the
   * second factor; its session goes on.
   */
  doNotRememberDevice(key?: string, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.doNotRememberDevice', { ...options, key });
  }

  /**
   * Removes a device from the signed-in person's account, by default this one (ForgetDevice). Its session ends at the next refresh,
   * which is the way to sign out a lost device.
   */
  forgetDevice(key?: string, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.forgetDevice', { ...options, key });
  }

  /**
   * Starts the registration of a passkey for the signed-in person (StartWebAuthnRegistration). AWS knows one registration of a
   * person: the newest.
   */
  async startPasskeyRegistration(options: CallOptions = {}): Promise<PasskeyRegistration> {
    const client = this.client();
    return new PasskeyRegistration(client.beside(await client.call('account.startPasskeyRegistration', options)));
  }

  /**
   * Creates a passkey with `authenticator` and registers it for the signed-in person (StartWebAuthnRegistration,
   * CompleteWebAuthnRegistration). Default: the browser's authenticators.
   *
   * Rejects with kind `cancelled` when the person says no, `timeout` when the person does not act in time, `conflict` when the authenticator
   * has a passkey of this person already, `invalidConfig` when the page may not use the relying party's id, and `platform` when the
   * authenticator fails or there is none.
   */
  async registerPasskey(authenticator: Authenticator = new BrowserAuthenticator(), options: CallOptions = {}): Promise<void> {
    const registration = await this.startPasskeyRegistration(options);
    await registration.complete(await authenticator.create(registration.creationOptions, options), options);
  }

  /** Lists the signed-in person's passkeys (ListWebAuthnCredentials). A page has at most 20. */
  passkeys(options: AccountListOptions = {}): AccountList<Passkey> {
    return new AccountList((page) => this.client().call('account.passkeysPage', page), options);
  }

  /**
   * Deletes a passkey of the signed-in person from the user pool (DeleteWebAuthnCredential). The authenticator keeps its part, which
   * signs in nowhere.
   */
  deletePasskey(credentialId: string, options: CallOptions = {}): Promise<void> {
    return this.client().call('account.deletePasskey', { ...options, credentialId });
  }

  /** Deletes the signed-in user permanently (DeleteUser) and removes the session. */
  deleteUser(options: CallOptions = {}): Promise<void> {
    return this.client().call('account.deleteUser', options);
  }
}
