import { type Client, type ErrorKind, type IdentityProvider, PoolpassError, type User } from 'poolpass';

import { problem } from '../problem';

/** The page to which managed login sends the browser back, and after signing out: this app's only one. */
export const HOME = location.origin + location.pathname;

/** Goes to the provider, and comes back to the page that is shown now. */
export function continueWith(client: Client, provider: IdentityProvider): Promise<void> {
  return client.signInWithRedirect({ redirectUri: HOME, provider, customState: location.hash });
}

/** Finishes a sign-in that comes back with this page, and shows the page on which it began. `false` if none does. */
export async function comeBack(client: Client): Promise<boolean> {
  const result = await client.handleRedirect();
  const hash = result?.customState;
  // A person who has signed in has no use for the sign-in page.
  if (hash !== undefined && hash !== '#/sign-in' && hash !== '#/sign-up') location.hash = hash;
  return result !== undefined;
}

/** The provider with which the person has signed in, by its name in the user pool. `undefined` for a password or a passkey. */
export function providerOf({ claims }: User): string | undefined {
  const [identity] = (claims['identities'] ?? []) as { providerName?: string }[];
  return identity?.providerName;
}

/** How a person is called: a provider's user name is a number. */
export function nameOf(user: User): string {
  const { name, given_name: givenName } = user.claims;
  if (providerOf(user) === undefined) return user.username;
  return String(name ?? givenName ?? user.email ?? user.username);
}

/** A provider's name for people. */
export function labelOf(provider: IdentityProvider): string {
  return LABELS[provider] ?? provider;
}

const LABELS: Readonly<Record<string, string>> = { SignInWithApple: 'Apple', LoginWithAmazon: 'Amazon' };

/** The reason why a sign-in with a provider has failed, and what to do about it. */
export function problemOfComingBack(error: unknown): string {
  return (error instanceof PoolpassError && ADVICE[error.kind]) || problem(error);
}

const ADVICE: Partial<Record<ErrorKind, string>> = {
  cancelled: 'You came back without signing in. Try again, or sign in another way.',
  challengeExpired: 'That took too long, or was finished already. Start again.',
  invalidRedirect: 'That sign-in was not begun in this browser, so it was not finished. Start it here.',
};
