import { PoolpassError, type SignInStep } from 'poolpass';

import { useApp } from '../context';
import { goTo } from '../route';
import { announce } from '../ui/announce';
import { CodeField, Form } from '../ui/form';
import { AuthLayout, LocalMailHint } from './layout';
import { ResendButton } from './resend-button';

interface ConfirmSignUpProps {
  readonly username: string;
  /** The password of the previous form, for a sign-in when AWS does not sign in by the confirmation alone. */
  readonly password: string;
  /** The masked address. */
  readonly destination?: string;
}

export function ConfirmSignUp({ username, password, destination }: ConfirmSignUpProps) {
  const { client, visit } = useApp();

  async function confirm(code: string) {
    await client.account.confirmSignUp(username, code);
    announce('Welcome! Your account is ready.');
    visit.proceed(await signIn());
    goTo('');
  }

  /** Without another question, as long as AWS knows of the confirmation. */
  async function signIn(): Promise<SignInStep> {
    try {
      return await client.autoSignIn();
    } catch (error) {
      if (!(error instanceof PoolpassError) || error.kind !== 'challengeExpired') throw error;
      return password === '' ? client.signInWithoutPassword(username) : client.signIn(username, password);
    }
  }

  return (
    <AuthLayout title="Check your mail">
      <p>
        A code is on its way to {destination === undefined ? 'your email address' : <strong>{destination}</strong>}. Enter it to
        confirm that the address is yours.
      </p>
      <Form
        submit="Confirm"
        busy="Confirming…"
        action={(value) => confirm(value('code'))}
        more={<ResendButton send={() => client.account.resendConfirmationCode(username)} />}
      >
        <CodeField />
      </Form>
      <LocalMailHint username={username} />
    </AuthLayout>
  );
}
