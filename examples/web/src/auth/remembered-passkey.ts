import { BrowserAuthenticator, type Client, type SignInStep } from 'poolpass';

/** The user name whose passkey this browser has, so that the sign-in page can offer it. A user name is no secret. */
const REMEMBERED = 'field-notes.passkey';

export function rememberedUsername(): string | undefined {
  return localStorage.getItem(REMEMBERED) ?? undefined;
}

export function rememberPasskeyOf(username: string): void {
  localStorage.setItem(REMEMBERED, username);
}

export function forgetPasskey(): void {
  localStorage.removeItem(REMEMBERED);
}

/**
 * Waits until the person picks the passkey from the suggestions of the user name's field. `undefined` where there are no such suggestions.
 */
export async function signInFromSuggestions(
  client: Client,
  username: string,
  signal: AbortSignal,
): Promise<SignInStep | undefined> {
  const offersPasskeys = await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.();
  if (offersPasskeys !== true) return undefined;
  // A challenge that was begun before a reload is good for several minutes.
  const pending = await client.pendingChallenge();
  const step =
    pending?.kind === 'webAuthn' && pending.username === username
      ? pending
      : await client.signInWithoutPassword(username, { preferred: 'webAuthn', signal });
  if (step.kind !== 'webAuthn') return undefined;
  return step.answerWith(new BrowserAuthenticator({ mediation: 'conditional' }), { signal });
}
