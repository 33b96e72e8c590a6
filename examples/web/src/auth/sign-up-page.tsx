import { useState } from 'preact/hooks';

import { useApp } from '../context';
import { goTo, hrefTo } from '../route';
import { Field, Form, PasswordField } from '../ui/form';
import { ConfirmSignUp } from './confirm-sign-up';
import { AuthLayout } from './layout';

export function SignUpPage() {
  const { client, visit } = useApp();
  const [unconfirmed, setUnconfirmed] = useState<{ username: string; password: string; destination?: string }>();

  async function signUp(username: string, email: string, password: string) {
    const attributes = { email };
    const { confirmed, codeDeliveryDetails } = await (password === ''
      ? client.account.signUpWithoutPassword(username, { attributes })
      : client.account.signUp(username, password, { attributes }));
    if (!confirmed) return setUnconfirmed({ username, password, destination: codeDeliveryDetails?.destination });
    visit.proceed(await (password === '' ? client.signInWithoutPassword(username) : client.signIn(username, password)));
    goTo('');
  }

  if (unconfirmed !== undefined) return <ConfirmSignUp {...unconfirmed} />;
  return (
    <AuthLayout title="Create an account">
      {visit.visitor.kind === 'guest' && <p>The notes that you wrote as a guest come along.</p>}
      <Form
        submit="Create account"
        busy="Creating the account…"
        action={(value) => signUp(value('username'), value('email'), value('password'))}
      >
        <Field label="User name" name="username" autocomplete="username" />
        <Field label="Email" name="email" type="email" autocomplete="email" hint="A code is mailed to it." />
        <PasswordField label="Password" name="password" isNew isOptional />
      </Form>
      <div class="otherwise">
        <p>
          Already have one? <a href={hrefTo('sign-in')}>Sign in</a>
        </p>
      </div>
    </AuthLayout>
  );
}
