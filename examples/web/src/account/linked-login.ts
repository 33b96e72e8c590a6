import type { Client } from 'poolpass';

import type { LocalDemo } from '../client';

/** The Google account that leads to the same notebook, as this browser remembers it. */
const LINKED = 'field-notes.linked-google';

/** A function that gives a Google ID token of this account: local-aws's stand-in, in place of Google's own button. */
function tokensOf({ providersUrl, appId }: LocalDemo, account: string) {
  return async () => {
    const answer = await fetch(`${providersUrl}/google/token`, {
      method: 'POST',
      body: JSON.stringify({ sub: account, aud: appId }),
    });
    if (!answer.ok) throw new Error('Google gives no token just now. Try again in a moment.');
    return (await answer.json()).token as string;
  };
}

/** Links a Google account to the person's identity, whose notes it then leads to as well. */
export async function linkGoogle(client: Client, local: LocalDemo, account: string): Promise<void> {
  client.addLogin('google', tokensOf(local, account));
  try {
    // AWS links what it sees together.
    await client.credentials();
  } catch (error) {
    client.removeLogin('google');
    throw error;
  }
  localStorage.setItem(LINKED, account);
}

export async function unlinkGoogle(client: Client): Promise<void> {
  await client.unlinkLogin('google');
  localStorage.removeItem(LINKED);
}

/** Gives the client the login again, which it forgets when the page is left. */
export function restoreLogin(client: Client, local: LocalDemo | undefined): void {
  const account = localStorage.getItem(LINKED);
  if (account !== null && local !== undefined) client.addLogin('google', tokensOf(local, account));
}

/** The next person who signs in is somebody else. */
export function forgetLogin(client: Client): void {
  client.removeLogin('google');
  localStorage.removeItem(LINKED);
}
