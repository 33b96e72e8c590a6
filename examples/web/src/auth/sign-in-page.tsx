import { PoolpassError, type SessionEndReason } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

import { useApp } from '../context';
import { whySessionEnded } from '../problem';
import { goTo, hrefTo } from '../route';
import { Field, Form, PasswordField } from '../ui/form';
import { Notice } from '../ui/notice';
import { ConfirmSignUp } from './confirm-sign-up';
import { ContinueWith } from './continue-with';
import { AuthLayout } from './layout';
import { problemOfComingBack } from './managed-login';
import { rememberedUsername, signInFromSuggestions } from './remembered-passkey';

export function SignInPage({ endedBecause, failed }: { endedBecause?: SessionEndReason; failed?: unknown }) {
  const { client, notes, visit, local } = useApp();
  const [unconfirmed, setUnconfirmed] = useState<{ username: string; password: string }>();

  const remembered = rememberedUsername();

  useEffect(() => {
    if (remembered === undefined) return;
    const stop = new AbortController();
    signInFromSuggestions(client, remembered, stop.signal).then(
      (step) => step !== undefined && visit.proceed(step),
      // The form is still there, and tells what goes wrong.
      () => {},
    );
    return () => stop.abort();
  }, [client, remembered]);

  async function choose(username: string) {
    if (username === '') throw new Error('Enter your user name or email first.');
    visit.proceed(await client.signInWithoutPassword(username));
  }

  async function signIn(username: string, password: string) {
    try {
      visit.proceed(await client.signIn(username, password));
    } catch (error) {
      if (!(error instanceof PoolpassError)) throw error;
      switch (error.kind) {
        case 'notAuthorized':
        case 'userNotFound':
          throw new Error('That user name and password do not belong together. Check both and try again.');
        case 'userNotConfirmed':
          // The user signed up, but left before entering the code.
          await client.account.resendConfirmationCode(username);
          return setUnconfirmed({ username, password });
        default:
          throw error;
      }
    }
  }

  if (unconfirmed !== undefined) return <ConfirmSignUp {...unconfirmed} />;
  return (
    <AuthLayout title="Sign in">
      {endedBecause !== undefined && <Notice>{whySessionEnded(endedBecause)}</Notice>}
      {failed !== undefined && <Notice kind="problem">{problemOfComingBack(failed)}</Notice>}
      <ContinueWith />
      <Form
        submit="Sign in"
        busy="Signing in…"
        action={(value) =>
          value('how') === 'choose' ? choose(value('username')) : signIn(value('username'), value('password'))
        }
        more={
          <>
            <button type="submit" name="how" value="choose" formNoValidate>
              Other ways to sign in
            </button>
            <a href={hrefTo('forgotten-password')}>Forgotten password?</a>
          </>
        }
      >
        <Field label="User name or email" name="username" autocomplete="username webauthn" value={remembered} />
        <PasswordField label="Password" name="password" />
      </Form>
      <div class="otherwise">
        <p>
          New here? <a href={hrefTo('sign-up')}>Create an account</a>
        </p>
        {notes.admitsGuests && (
          <p>
            Just looking?{' '}
            <button
              class="link"
              type="button"
              onClick={() => {
                visit.enterAsGuest();
                goTo('');
              }}
            >
              Write as a guest
            </button>
          </p>
        )}
      </div>
      {local !== undefined && (
        <p class="local">
          This is local-aws. Its first person is <code>{local.username}</code> with the password{' '}
          <code>{local.password}</code>.
        </p>
      )}
    </AuthLayout>
  );
}
