import { useApp } from '../context';
import { goTo } from '../route';
import { announce } from '../ui/announce';
import { CodeField, Form } from '../ui/form';
import { AuthLayout, LocalMailHint } from './layout';
import { ResendButton } from './resend-button';

interface ConfirmSignUpProps {
  readonly username: string;
  /** The password of the previous form, so that confirming also signs in. */
  readonly password: string;
  /** The masked address. */
  readonly destination?: string;
}

export function ConfirmSignUp({ username, password, destination }: ConfirmSignUpProps) {
  const { client, visit } = useApp();

  async function confirm(code: string) {
    await client.account.confirmSignUp(username, code);
    announce('Welcome! Your account is ready.');
    visit.proceed(await client.signIn(username, password));
    goTo('');
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
