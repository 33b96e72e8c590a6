import type { Authenticator } from './authenticator.js';
import { cancelled, type ErrorKind, PoolpassError } from './errors.js';
import { type CallOptions, given } from './options.js';

/** The options of the browser's authenticator. */
export interface BrowserAuthenticatorOptions {
  /**
   * How the browser asks, in WebAuthn's words. `conditional` signs in from the autofill of a field with
   * `autocomplete="username webauthn"`, without a dialog and without a time limit. Default: a dialog.
   */
  mediation?: 'conditional' | undefined;
}

/**
 * The authenticators that the browser offers: the device's own, security keys, phones and password managers
 * (`navigator.credentials`).
 *
 * Both calls reject with kind `cancelled` when the person says no or has no passkey here, and when the call's signal is aborted, with
 * `timeout` when the person does not act in time, with `conflict` when the authenticator already has a passkey of this person, with
 * `invalidConfig` when the page may not use the user pool's relying party id, and with `platform` when the browser has no passkeys or the
 * authenticator fails. A challenge stays, and can be answered again.
 *
 * A call replaces one that still waits in the autofill; that one rejects with kind `cancelled`.
 *
 * ```ts
 * if (step.kind === 'webAuthn') step = await step.answerWith(new BrowserAuthenticator({ mediation: 'conditional' }), { signal });
 * ```
 */
export class BrowserAuthenticator implements Authenticator {
  private readonly mediation: 'conditional' | undefined;

  constructor(options: BrowserAuthenticatorOptions = {}) {
    this.mediation = given(options).mediation;
  }

  /** Creates a passkey (`navigator.credentials.create`). */
  create(options: string, call: CallOptions = {}): Promise<string> {
    return asked(options, this.mediation, given(call).signal, (json, how) => {
      return navigator.credentials.create({ ...how, publicKey: creationOptions(json as CreationOptions) });
    });
  }

  /** Signs with a passkey (`navigator.credentials.get`). */
  get(options: string, call: CallOptions = {}): Promise<string> {
    return asked(options, this.mediation, given(call).signal, (json, how) => {
      return navigator.credentials.get({ ...how, publicKey: requestOptions(json as RequestOptions) });
    });
  }
}

type CreationOptions = PublicKeyCredentialCreationOptionsJSON;
type RequestOptions = PublicKeyCredentialRequestOptionsJSON;
/** The members that older browsers lack although TypeScript's declarations promise them. */
type Partially<T> = { [M in keyof T]?: T[M] };

/** Ends the call that waits in the autofill: a browser has one call at a time. */
let waiting: AbortController | undefined;

async function asked(
  text: string,
  mediation: 'conditional' | undefined,
  signal: AbortSignal | undefined,
  ask: (json: unknown, how: { signal: AbortSignal; mediation?: 'conditional' }) => Promise<Credential | null>,
): Promise<string> {
  if (signal?.aborted) throw cancelled(signal.reason);
  if (!globalThis.isSecureContext || globalThis.PublicKeyCredential === undefined) {
    throw new PoolpassError('platform', 'passkeys need a browser that has them, and a page that is served over HTTPS or on localhost');
  }
  waiting?.abort();
  const replaced = new AbortController();
  waiting = mediation && replaced;
  const stop = (): void => replaced.abort(signal?.reason);
  signal?.addEventListener('abort', stop);
  const begun = performance.now();
  let json: { timeout?: number } | undefined;
  try {
    json = JSON.parse(text) as { timeout?: number };
    const credential = await ask(json, { signal: replaced.signal, ...(mediation && { mediation }) });
    return credentialJson(credential as PublicKeyCredential);
  } catch (cause) {
    if (signal?.aborted) throw cancelled(signal.reason);
    throw failure(cause, performance.now() - begun >= (json?.timeout ?? Infinity));
  } finally {
    signal?.removeEventListener('abort', stop);
    if (waiting === replaced) waiting = undefined;
  }
}

/** The kind and the message for each name of an exception. */
const FAILURES: Readonly<Record<string, readonly [ErrorKind, string]>> = {
  AbortError: ['cancelled', 'another call has replaced this one'],
  NotAllowedError: ['cancelled', 'the person said no, or there is no passkey for this user here'],
  InvalidStateError: ['conflict', 'this authenticator already has a passkey of this person'],
  SecurityError: ['invalidConfig', "the user pool's RelyingPartyId has to be the page's domain or one above it"],
  NotSupportedError: ['platform', 'no authenticator here makes passkeys of a kind that the user pool takes'],
  ConstraintError: ['platform', 'no authenticator here can verify who the person is'],
  SyntaxError: ['invalidResponse', "the options are not WebAuthn's"],
  EncodingError: ['invalidResponse', "the options are not WebAuthn's"],
  InvalidCharacterError: ['invalidResponse', "the options are not WebAuthn's"],
  TypeError: ['invalidResponse', "the options are not WebAuthn's"],
};

function failure(cause: unknown, isLate: boolean): PoolpassError {
  const name = (cause as Partially<Error> | null)?.name ?? '';
  // Browsers do not tell a person who does nothing from one who says no.
  if (name === 'NotAllowedError' && isLate) return new PoolpassError('timeout', 'the person did not act in time', { cause });
  const [kind, message] = FAILURES[name] ?? ['platform', 'the authenticator failed'];
  return new PoolpassError(kind, message, { cause });
}

function creationOptions(json: CreationOptions): PublicKeyCredentialCreationOptions {
  const { parseCreationOptionsFromJSON: parse } = PublicKeyCredential as Partially<typeof PublicKeyCredential>;
  if (parse !== undefined) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return {
    ...json,
    challenge: bytesOf(json.challenge),
    user: { ...json.user, id: bytesOf(json.user.id) },
    excludeCredentials: json.excludeCredentials?.map(withBytes),
  } as PublicKeyCredentialCreationOptions;
}

function requestOptions(json: RequestOptions): PublicKeyCredentialRequestOptions {
  const { parseRequestOptionsFromJSON: parse } = PublicKeyCredential as Partially<typeof PublicKeyCredential>;
  if (parse !== undefined) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return {
    ...json,
    challenge: bytesOf(json.challenge),
    allowCredentials: json.allowCredentials?.map(withBytes),
  } as PublicKeyCredentialRequestOptions;
}

function withBytes<T extends { id: string }>(credential: T): Omit<T, 'id'> & { id: Uint8Array } {
  return { ...credential, id: bytesOf(credential.id) };
}

/** The credential as JSON. Older browsers have no `toJSON`, and that of some password managers throws. */
function credentialJson(credential: PublicKeyCredential | null): string {
  if (credential === null) throw new DOMException('no credential', 'NotAllowedError');
  try {
    return JSON.stringify(credential.toJSON());
  } catch {
    const { id, type, authenticatorAttachment, response } = credential;
    const { transports, ...rest } = membersOf(response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse);
    const members = Object.entries(rest).filter(([, bytes]) => bytes);
    return JSON.stringify({
      id,
      rawId: id,
      type,
      authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: { ...Object.fromEntries(members.map(([name, bytes]) => [name, textOf(bytes as ArrayBuffer)])), transports },
    });
  }
}

/** A member is absent in the answer of the other call. */
function membersOf(response: Partially<AuthenticatorAttestationResponse & AuthenticatorAssertionResponse>) {
  const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = response;
  return { clientDataJSON, attestationObject, authenticatorData, signature, userHandle, transports: response.getTransports?.() };
}

function bytesOf(base64url: string): Uint8Array {
  return Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
}

function textOf(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}
