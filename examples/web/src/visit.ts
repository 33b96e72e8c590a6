import type { Challenge, Client, SessionEndReason, SignInStep, User } from 'poolpass';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';

import { forgetLogin } from './account/linked-login';
import { comeBack, problemOfComingBack } from './auth/managed-login';
import type { Parts } from './client';
import { announce } from './ui/announce';

/** Who is using the app. */
export type Visitor =
  | { readonly kind: 'unknown' }
  /** The browser does not tell, since the session cannot be read. */
  | { readonly kind: 'unreadable'; readonly error: unknown }
  /** Nobody is signed in, perhaps because a sign-in with a provider has `failed`. */
  | { readonly kind: 'nobody'; readonly endedBecause?: SessionEndReason; readonly failed?: unknown }
  | { readonly kind: 'guest' }
  /** Someone signs in; or the user, where there is one, proves again who they are. */
  | { readonly kind: 'challenged'; readonly challenge: Challenge; readonly user?: User }
  | { readonly kind: 'user'; readonly user: User };

/** The visitor, and how that changes. */
export interface Visit {
  readonly visitor: Visitor;
  /** Checks again who is signed in. */
  look(): void;
  /** After `signIn` or a challenge's `answer`: either someone is in, or there is one more thing to answer. */
  proceed(step: SignInStep): void;
  /** Uses the app without an account. */
  enterAsGuest(): void;
  /** Stops being a guest, or gives up the sign-in; a user stays. What a guest has written stays theirs. */
  leave(): Promise<void>;
}

/** Follows the session: also when it changes in another tab, or ends from afar. */
export function useVisit({ client, notes: { admitsGuests } }: Parts): Visit {
  const whoIsHere = useCallback(() => readVisitor(client, admitsGuests), [client, admitsGuests]);
  const [visitor, setVisitor] = useState<Visitor>({ kind: 'unknown' });

  const look = useCallback(() => {
    // The known visitor stays until the session says otherwise.
    const failed = (error: unknown) =>
      setVisitor((known) => (isKnown(known) ? known : { kind: 'unreadable', error }));
    whoIsHere().then(setVisitor, failed);
  }, [whoIsHere]);

  useEffect(() => {
    const arrived = (isBack: boolean) => {
      if (isBack) forgetGuest();
      look();
    };
    comeBack(client).then(arrived, async (failed: unknown) => {
      // A failed sign-in leaves whoever was signed in where they were.
      const visitor = await whoIsHere().catch((error: unknown): Visitor => ({ kind: 'unreadable', error }));
      setVisitor(visitor.kind === 'nobody' ? { ...visitor, failed } : visitor);
      if (visitor.kind === 'user' || visitor.kind === 'guest') announce(problemOfComingBack(failed));
    });
    return client.onSessionEvent((event) => {
      if (event.kind === 'signedOut' || event.kind === 'sessionEnded') forgetLogin(client);
      if (event.kind === 'sessionEnded') setVisitor({ kind: 'nobody', endedBecause: event.reason });
      else look();
    });
  }, [client, look, whoIsHere]);

  return useMemo(
    () => ({
      visitor,
      look() {
        setVisitor({ kind: 'unknown' });
        look();
      },
      proceed(step) {
        if (step.kind !== 'done') {
          const user = 'user' in visitor ? visitor.user : undefined;
          return setVisitor({ kind: 'challenged', challenge: step, user });
        }
        forgetGuest();
        setVisitor({ kind: 'user', user: step.user });
      },
      enterAsGuest() {
        localStorage.setItem(GUEST, 'yes');
        setVisitor({ kind: 'guest' });
      },
      async leave() {
        if (visitor.kind === 'challenged' && visitor.user !== undefined) {
          return setVisitor({ kind: 'user', user: visitor.user });
        }
        forgetGuest();
        await client.signOut();
        setVisitor({ kind: 'nobody' });
      },
    }),
    [client, visitor, look],
  );
}

async function readVisitor(client: Client, admitsGuests: boolean): Promise<Visitor> {
  // Reads the session store, so this needs no network.
  const user = await client.currentUser();
  if (user !== undefined) return { kind: 'user', user };
  // The page was reloaded in the middle of a sign-in. The sign-in page itself goes on with a passkey.
  const challenge = await client.pendingChallenge();
  if (challenge !== undefined && challenge.kind !== 'webAuthn') return { kind: 'challenged', challenge };
  return { kind: admitsGuests && localStorage.getItem(GUEST) !== null ? 'guest' : 'nobody' };
}

function isKnown({ kind }: Visitor): boolean {
  return kind !== 'unknown' && kind !== 'unreadable';
}

/** That this person chose to be a guest, so that a reload does not ask again. */
const GUEST = 'field-notes.guest';

function forgetGuest(): void {
  localStorage.removeItem(GUEST);
}
