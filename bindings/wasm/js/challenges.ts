import type { Authenticator } from './authenticator.js';
import { BrowserAuthenticator } from './browser_authenticator.js';
import type { ChallengeHandle } from './calls.js';
import { type Handle, type Unproxied, unproxied } from './handle.js';
import type { CallOptions, ClientMetadata } from './options.js';
import type { Challenge as Inner, SoftwareTokenSetup as InnerSoftwareTokenSetup } from './poolpass_core_wasm.js';
import type { User } from './session.js';

/**
 * The result of a step of a sign-in: `kind` is `done` when the person is signed in; otherwise a challenge comes next.
 *
 * ```ts
 * let step = await client.signIn(username, password);
 * while (step.kind !== 'done') {
 *   switch (step.kind) {
 *     case 'softwareTokenMfa':
 *       step = await step.answer(await ask('The code of your authenticator app'));
 *       break;
 *     case 'newPasswordRequired':
 *       step = await step.answer(await ask('A new password'));
 *       break;
 *     default:
 *       throw new Error(`this app cannot answer ${step.name}`);
 *   }
 * }
 * show(`Hello ${step.user.username}`);
 * ```
 */
export type SignInStep = SignedIn | Challenge;

/** A challenge that has to be answered before the person is signed in. Each kind has its own answer. */
export type Challenge =
  | SmsMfaChallenge
  | EmailMfaChallenge
  | EmailOtpChallenge
  | SmsOtpChallenge
  | SoftwareTokenMfaChallenge
  | SelectMfaTypeChallenge
  | MfaSetupChallenge
  | NewPasswordRequiredChallenge
  | SelectChallenge
  | PasswordChallenge
  | WebAuthnChallenge
  | CustomChallenge
  | OtherChallenge;

/** A second factor. A method that Poolpass does not know has AWS's name. */
export type MfaMethod = 'smsMfa' | 'softwareTokenMfa' | 'emailMfa' | (string & {});

/** A first factor: how a person proves who they are (USER_AUTH). A factor that Poolpass does not know has AWS's name. */
export type AuthFactor = 'password' | 'passwordSrp' | 'emailOtp' | 'smsOtp' | 'webAuthn' | (string & {});

/** The person is signed in, and the session is stored. */
export interface SignedIn {
  readonly kind: 'done';
  readonly user: User;
}

/** The members of every challenge. The members of its kind come from the SDK. */
class AnyChallenge {
  /** AWS's name for the challenge, such as `SOFTWARE_TOKEN_MFA`. */
  declare readonly name: string;
  /** The user name of the person who is signing in, as the user pool knows it. */
  declare readonly username: string;
  /** @internal */
  protected readonly inner: Unproxied<ChallengeHandle>;

  /** @internal */
  constructor(inner: ChallengeHandle, details: object) {
    Object.assign(this, details);
    this.inner = unproxied(inner);
  }
}

abstract class CodeChallenge extends AnyChallenge {
  /** Answers with the code (RespondToAuthChallenge). After an error of kind `codeMismatch` the challenge stays: ask again. */
  answer(code: string, options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerCode', { ...options, code }));
  }
}

/** A code that was sent by SMS (`SMS_MFA`). */
export class SmsMfaChallenge extends CodeChallenge {
  declare readonly kind: 'smsMfa';
  /** The masked phone number that the code was sent to, such as `+*******4567`. */
  declare readonly destination: string | undefined;
}

/** A code that was sent by email, as second factor (`EMAIL_OTP`). */
export class EmailMfaChallenge extends CodeChallenge {
  declare readonly kind: 'emailMfa';
  /** The masked email address that the code was sent to, such as `a***@e***`. */
  declare readonly destination: string | undefined;
}

abstract class OneTimeCodeChallenge extends CodeChallenge {
  /** Sends another code (InitiateAuth). Resolves with the challenge that takes it; this one can no longer be answered. */
  resend(options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('resend', options));
  }
}

/** A code that was sent by email, as first factor (`EMAIL_OTP`). */
export class EmailOtpChallenge extends OneTimeCodeChallenge {
  declare readonly kind: 'emailOtp';
  /** The masked email address that the code was sent to, such as `a***@e***`. */
  declare readonly destination: string | undefined;
}

/** A code that was sent by SMS, as first factor (`SMS_OTP`). */
export class SmsOtpChallenge extends OneTimeCodeChallenge {
  declare readonly kind: 'smsOtp';
  /** The masked phone number that the code was sent to, such as `+*******4567`. */
  declare readonly destination: string | undefined;
}

/** A code from the person's authenticator app (`SOFTWARE_TOKEN_MFA`). */
export class SoftwareTokenMfaChallenge extends CodeChallenge {
  declare readonly kind: 'softwareTokenMfa';
  /** The name that the person gave the authenticator app, if any. */
  declare readonly deviceName: string | undefined;
}

/** A choice among second factors (`SELECT_MFA_TYPE`). */
export class SelectMfaTypeChallenge extends AnyChallenge {
  declare readonly kind: 'selectMfaType';
  /** The methods to choose from. */
  declare readonly methods: readonly MfaMethod[];

  /** Answers with one of the methods (RespondToAuthChallenge); the next challenge asks for the code. */
  answer(method: MfaMethod, options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerMethod', { ...options, method }));
  }
}

/** A second factor has to be set up before the person is signed in (`MFA_SETUP`). */
export class MfaSetupChallenge extends AnyChallenge {
  declare readonly kind: 'mfaSetup';
  /** The methods that can be set up. */
  declare readonly methods: readonly MfaMethod[];

  /** Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken). */
  async associateSoftwareToken(options: CallOptions = {}): Promise<SoftwareTokenSetup> {
    return new SoftwareTokenSetup(await this.inner().call('associateSoftwareToken', options));
  }

  /**
   * Confirms the authenticator app with its first code (VerifySoftwareToken), then continues the sign-in
   * (RespondToAuthChallenge). `deviceName` is shown at later sign-ins.
   */
  verifySoftwareToken(code: string, options: CallOptions & { deviceName?: string | undefined } = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('verifySoftwareToken', { ...options, code }));
  }

  /** Sets up codes by email instead (RespondToAuthChallenge); the next challenge asks for the first code. */
  setUpEmail(address: string, options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('setUpEmail', { ...options, address }));
  }
}

/** A new password in place of the temporary one that an administrator has set (`NEW_PASSWORD_REQUIRED`). */
export class NewPasswordRequiredChallenge extends AnyChallenge {
  declare readonly kind: 'newPasswordRequired';
  /** The names of the attributes, such as `name`, that the answer has to give because the user lacks them. */
  declare readonly requiredAttributes: readonly string[];
  /** The attributes that the user has. */
  declare readonly attributes: Readonly<Record<string, string>>;

  /** Answers with the new password and attributes (RespondToAuthChallenge). */
  answer(
    newPassword: string,
    options: CallOptions & { attributes?: Record<string, string> | undefined } = {},
  ): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerNewPassword', { ...options, newPassword }));
  }
}

/** A choice among first factors (`SELECT_CHALLENGE`). */
export class SelectChallenge extends AnyChallenge {
  declare readonly kind: 'selectChallenge';
  /** The factors to choose from. */
  declare readonly available: readonly AuthFactor[];

  /** Answers with one of the factors (RespondToAuthChallenge); the next challenge asks for the code, the passkey or the password. */
  answer(factor: AuthFactor, options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerFactor', { ...options, factor }));
  }

  /** Answers with the password, proved by SRP where that is available and sent over TLS otherwise (RespondToAuthChallenge). */
  answerWithPassword(password: string, options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerPassword', { ...options, password }));
  }
}

/** The password (`PASSWORD`, or `PASSWORD_SRP` for one that SRP proves). */
export class PasswordChallenge extends AnyChallenge {
  declare readonly kind: 'password';

  /** Answers with the password, proved by SRP for `PASSWORD_SRP` and sent over TLS otherwise (RespondToAuthChallenge). */
  answer(password: string, options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerPassword', { ...options, password }));
  }
}

/** A passkey (`WEB_AUTHN`). */
export class WebAuthnChallenge extends AnyChallenge {
  declare readonly kind: 'webAuthn';
  /**
   * The options for `navigator.credentials.get` or the platform's own call, as WebAuthn's JSON
   * (`PublicKeyCredentialRequestOptionsJSON`).
   */
  declare readonly requestOptions: string;

  /**
   * Answers with the credential that the authenticator returned, as WebAuthn's JSON (`AuthenticationResponseJSON`)
   * (RespondToAuthChallenge).
   */
  answer(credentialJson: string, options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerCredential', { ...options, credential: credentialJson }));
  }

  /**
   * Has `authenticator` sign, and answers with the credential (RespondToAuthChallenge). Default: the browser's authenticators.
   *
   * Rejects with kind `cancelled` when the person says no, `timeout` when the person does not act in time, `invalidConfig` when the page may
   * not use the relying party's id, and `platform` when the authenticator fails or there is none. The challenge then stays.
   */
  async answerWith(authenticator: Authenticator = new BrowserAuthenticator(), options: CallOptions = {}): Promise<SignInStep> {
    return this.answer(await authenticator.get(this.requestOptions, options), options);
  }
}

/** A challenge of the user pool's own triggers (`CUSTOM_CHALLENGE`). */
export class CustomChallenge extends AnyChallenge {
  declare readonly kind: 'customChallenge';
  /** The public parameters that the trigger CreateAuthChallenge gave. */
  declare readonly parameters: Readonly<Record<string, string>>;

  /**
   * Answers the challenge (RespondToAuthChallenge). After a wrong answer that the triggers tolerate, the next step is another
   * custom challenge, which takes the next answer.
   *
   * An answer is sent once: if AWS's reply to it is lost, the challenge may have been used up. `clientMetadata` is sent with this
   * answer beside that of the sign-in. DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse get the data of
   * answers, but not that of the first request.
   */
  answer(answer: string, options: CallOptions & ClientMetadata = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerCustom', { ...options, answer }));
  }
}

/** A challenge without a type of its own, such as one that AWS has added since. */
export class OtherChallenge extends AnyChallenge {
  declare readonly kind: 'other';
  /** AWS's parameters of the challenge. */
  declare readonly parameters: Readonly<Record<string, string>>;

  /**
   * Answers with `ChallengeResponses` as AWS documents them for this challenge (RespondToAuthChallenge). `USERNAME`, and
   * `SECRET_HASH` where it is needed, are added.
   */
  answer(responses: Record<string, string>, options: CallOptions = {}): Promise<SignInStep> {
    return nextStep(this.inner(), this.inner().call('answerResponses', { ...options, responses }));
  }
}

/** The class of each kind. */
const CLASSES = {
  smsMfa: SmsMfaChallenge,
  emailMfa: EmailMfaChallenge,
  emailOtp: EmailOtpChallenge,
  smsOtp: SmsOtpChallenge,
  softwareTokenMfa: SoftwareTokenMfaChallenge,
  selectMfaType: SelectMfaTypeChallenge,
  mfaSetup: MfaSetupChallenge,
  newPasswordRequired: NewPasswordRequiredChallenge,
  selectChallenge: SelectChallenge,
  password: PasswordChallenge,
  webAuthn: WebAuthnChallenge,
  customChallenge: CustomChallenge,
  other: OtherChallenge,
};

/** The secret that a person puts into their authenticator app. */
export class SoftwareTokenSetup {
  private readonly inner: Unproxied<InnerSoftwareTokenSetup>;

  /** @internal */
  constructor(inner: InnerSoftwareTokenSetup) {
    this.inner = unproxied(inner);
  }

  /** The secret in base32, for people who type it in: a secret. */
  get secret(): string {
    return this.inner().secret;
  }

  /**
   * The `otpauth://` URI to show as a QR code: a secret, since it contains the TOTP secret.
   *
   * `issuer` names the app, `account` the person; authenticator apps show both.
   */
  otpauthUri(issuer: string, account: string): string {
    return this.inner().otpauthUri(issuer, account);
  }
}

async function nextStep(challenge: ChallengeHandle, answer: Promise<User | Inner>): Promise<SignInStep> {
  return signInStep(challenge, await answer);
}

/** @internal */
export function signInStep(origin: Handle<unknown>, step: User | Inner): SignInStep {
  return 'details' in step ? challenge(origin, step) : { kind: 'done', user: step };
}

/** @internal */
export function challenge(origin: Handle<unknown>, inner: Inner): Challenge {
  const handle: ChallengeHandle = origin.beside(inner);
  const details = inner.details() as { kind: Challenge['kind'] };
  return new CLASSES[details.kind](handle, details);
}
