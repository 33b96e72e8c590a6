import type { ChallengeHandle } from './calls.js';
import { type Handle, type Unproxied, unproxied } from './handle.js';
import type { CallOptions } from './options.js';
import type { Challenge as Inner, SoftwareTokenSetup as InnerSoftwareTokenSetup } from './poolpass_core_wasm.js';
import type { User } from './session.js';

/**
 * How far a sign-in has come: `kind` tells a person who is signed in from each challenge that has to be answered first.
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

/** What the user pool asks for before it lets someone in. */
export type Challenge =
  | SmsMfaChallenge
  | EmailOtpChallenge
  | SoftwareTokenMfaChallenge
  | SelectMfaTypeChallenge
  | MfaSetupChallenge
  | NewPasswordRequiredChallenge
  | OtherChallenge;

/** A second factor. Names that Poolpass does not know are AWS's own. */
export type MfaMethod = 'smsMfa' | 'softwareTokenMfa' | 'emailOtp' | (string & {});

/** The person is signed in, and the session is stored. */
export interface SignedIn {
  readonly kind: 'done';
  readonly user: User;
}

class AnyChallenge {
  /** AWS's name for the challenge, such as `SOFTWARE_TOKEN_MFA`. */
  readonly name: string;
  /** The user name of the person who is signing in. */
  readonly username: string;
  /** @internal */
  protected readonly inner: Unproxied<ChallengeHandle>;

  /** @internal */
  constructor(inner: ChallengeHandle, details: Details) {
    this.name = details.name;
    this.username = details.username;
    this.inner = unproxied(inner);
  }
}

abstract class CodeChallenge extends AnyChallenge {
  /** Answers with the code. With kind `codeMismatch` it may be asked for again. */
  async answer(code: string, options: CallOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('answerWithCode', { ...options, code }));
  }
}

/** A code was sent by SMS. */
export class SmsMfaChallenge extends CodeChallenge {
  readonly kind = 'smsMfa';
  /** The masked phone number. */
  readonly destination: string | undefined;

  /** @internal */
  constructor(handle: ChallengeHandle, details: Details) {
    super(handle, details);
    this.destination = details.destination;
  }
}

/** A code was sent by email. */
export class EmailOtpChallenge extends CodeChallenge {
  readonly kind = 'emailOtp';
  /** The masked address. */
  readonly destination: string | undefined;

  /** @internal */
  constructor(handle: ChallengeHandle, details: Details) {
    super(handle, details);
    this.destination = details.destination;
  }
}

/** The authenticator app shows a code. */
export class SoftwareTokenMfaChallenge extends CodeChallenge {
  readonly kind = 'softwareTokenMfa';
  /** The name that the person has given the authenticator app. */
  readonly deviceName: string | undefined;

  /** @internal */
  constructor(handle: ChallengeHandle, details: Details) {
    super(handle, details);
    this.deviceName = details.deviceName;
  }
}

/** There is a choice between several second factors. */
export class SelectMfaTypeChallenge extends AnyChallenge {
  readonly kind = 'selectMfaType';
  /** The methods to choose from. */
  readonly methods: readonly MfaMethod[];

  /** @internal */
  constructor(handle: ChallengeHandle, details: Details) {
    super(handle, details);
    this.methods = details.methods ?? [];
  }

  /** Chooses one of `methods`. */
  async answer(method: MfaMethod, options: CallOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('answerWithMethod', { ...options, method }));
  }
}

/** A second factor has to be set up before anybody is signed in. */
export class MfaSetupChallenge extends AnyChallenge {
  readonly kind = 'mfaSetup';
  /** The methods that can be set up. */
  readonly methods: readonly MfaMethod[];

  /** @internal */
  constructor(handle: ChallengeHandle, details: Details) {
    super(handle, details);
    this.methods = details.methods ?? [];
  }

  /** Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken). */
  async associateSoftwareToken(options: CallOptions = {}): Promise<SoftwareTokenSetup> {
    return new SoftwareTokenSetup(await this.inner().call('associateSoftwareToken', options));
  }

  /**
   * Confirms the authenticator app with its first code (VerifySoftwareToken), then continues the sign-in
   * (RespondToAuthChallenge). `deviceName` is shown at later sign-ins.
   */
  async verifySoftwareToken(
    code: string,
    options: CallOptions & { deviceName?: string | undefined } = {},
  ): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('verifySoftwareToken', { ...options, code }));
  }

  /** Answers with an email address for codes; the next step asks for the first one. */
  async setUpEmail(address: string, options: CallOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('setUpEmail', { ...options, address }));
  }
}

/** An administrator's temporary password has to be replaced. */
export class NewPasswordRequiredChallenge extends AnyChallenge {
  readonly kind = 'newPasswordRequired';
  /** The attributes that the answer has to give. */
  readonly requiredAttributes: readonly string[];
  /** The attributes that the user has. */
  readonly attributes: Readonly<Record<string, string>>;

  /** @internal */
  constructor(handle: ChallengeHandle, details: Details) {
    super(handle, details);
    this.requiredAttributes = details.requiredAttributes ?? [];
    this.attributes = details.attributes ?? {};
  }

  /** Answers with the new password, and with attributes where some are required. */
  async answer(
    newPassword: string,
    options: CallOptions & { attributes?: Record<string, string> | undefined } = {},
  ): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('answerWithPassword', { ...options, newPassword }));
  }
}

/** A challenge that has no class here: a `CUSTOM_CHALLENGE`, or one that AWS has added since. */
export class OtherChallenge extends AnyChallenge {
  readonly kind = 'other';
  /** What AWS says about it. */
  readonly parameters: Readonly<Record<string, string>>;

  /** @internal */
  constructor(handle: ChallengeHandle, details: Details) {
    super(handle, details);
    this.parameters = details.parameters ?? {};
  }

  /** Answers with `ChallengeResponses` as AWS documents them; `USERNAME` and `SECRET_HASH` are added. */
  async answer(responses: Record<string, string>, options: CallOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('answerWithResponses', { ...options, responses }));
  }
}

/** An authenticator app's secret. */
export class SoftwareTokenSetup {
  private readonly inner: Unproxied<InnerSoftwareTokenSetup>;

  /** @internal */
  constructor(inner: InnerSoftwareTokenSetup) {
    this.inner = unproxied(inner);
  }

  /** The secret in base32, for people who cannot scan the QR code. */
  get secret(): string {
    return this.inner().secret;
  }

  /** What the QR code has to say: an `otpauth:` URI. */
  otpauthUri(issuer: string, account: string): string {
    return this.inner().otpauthUri(issuer, account);
  }
}

interface Details {
  kind: Challenge['kind'];
  name: string;
  username: string;
  destination?: string;
  deviceName?: string;
  methods?: MfaMethod[];
  requiredAttributes?: string[];
  attributes?: Record<string, string>;
  parameters?: Record<string, string>;
}

/** @internal */
export function signInStep(origin: Handle<unknown>, step: User | Inner): SignInStep {
  return 'describe' in step ? challenge(origin, step) : { kind: 'done', user: step };
}

/** @internal */
export function challenge(origin: Handle<unknown>, inner: Inner): Challenge {
  const handle = origin.beside(inner);
  const details = inner.describe() as Details;
  switch (details.kind) {
    case 'smsMfa':
      return new SmsMfaChallenge(handle, details);
    case 'emailOtp':
      return new EmailOtpChallenge(handle, details);
    case 'softwareTokenMfa':
      return new SoftwareTokenMfaChallenge(handle, details);
    case 'selectMfaType':
      return new SelectMfaTypeChallenge(handle, details);
    case 'mfaSetup':
      return new MfaSetupChallenge(handle, details);
    case 'newPasswordRequired':
      return new NewPasswordRequiredChallenge(handle, details);
    case 'other':
      return new OtherChallenge(handle, details);
  }
}
