import { PoolpassError, type SessionEndReason } from 'poolpass';
import { useState } from 'preact/hooks';

import { useApp } from '../context';
import { whySessionEnded } from '../problem';
import { goTo, hrefTo } from '../route';
import { Field, Form, PasswordField } from '../ui/form';
import { Notice } from '../ui/notice';
import { ConfirmSignUp } from './confirm-sign-up';
import { AuthLayout } from './layout';

export function SignInPage({ endedBecause }: { endedBecause: SessionEndReason | undefined }) {
  const { client, visit, local } = useApp();
  const [unconfirmed, setUnconfirmed] = useState<{ username: string; password: string }>();

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
      <Form
        submit="Sign in"
        busy="Signing in…"
        action={(value) => signIn(value('username'), value('password'))}
        more={<a href={hrefTo('forgotten-password')}>Forgotten password?</a>}
      >
        <Field label="User name or email" name="username" autocomplete="username" />
        <PasswordField label="Password" name="password" />
      </Form>
      <div class="otherwise">
        <p>
          New here? <a href={hrefTo('sign-up')}>Create an account</a>
        </p>
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
