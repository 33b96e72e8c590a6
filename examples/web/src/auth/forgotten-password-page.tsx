import type { CodeDeliveryDetails } from 'poolpass';
import { useState } from 'preact/hooks';

import { useApp } from '../context';
import { goTo, hrefTo } from '../route';
import { announce } from '../ui/announce';
import { CodeField, Field, Form, PasswordField } from '../ui/form';
import { AuthLayout, LocalMailHint } from './layout';
import { ResendButton } from './resend-button';

export function ForgottenPasswordPage() {
  const { client } = useApp();
  const [sent, setSent] = useState<{ username: string; delivery: CodeDeliveryDetails | undefined }>();

  async function send(username: string) {
    setSent({ username, delivery: await client.account.forgotPassword(username) });
  }

  if (sent !== undefined) return <NewPassword username={sent.username} destination={sent.delivery?.destination} />;
  return (
    <AuthLayout title="Forgotten password">
      <p>Tell who you are, and a code is mailed to you with which you choose a new password.</p>
      <Form submit="Mail the code" busy="Sending…" action={(value) => send(value('username'))} more={<BackToSignIn />}>
        <Field label="User name or email" name="username" autocomplete="username" />
      </Form>
    </AuthLayout>
  );
}

function NewPassword({ username, destination }: { username: string; destination: string | undefined }) {
  const { client, visit } = useApp();

  async function reset(code: string, password: string) {
    await client.account.confirmForgotPassword(username, code, password);
    announce('Your new password is set.');
    visit.proceed(await client.signIn(username, password));
    goTo('');
  }

  return (
    <AuthLayout title="Choose a new password">
      <p>
        If there is such an account, a code is on its way to{' '}
        {destination === undefined ? 'its email address' : <strong>{destination}</strong>}.
      </p>
      <Form
        submit="Set password"
        busy="Setting the password…"
        action={(value) => reset(value('code'), value('password'))}
        more={<ResendButton send={() => client.account.forgotPassword(username)} />}
      >
        <CodeField />
        <PasswordField label="New password" name="password" isNew />
      </Form>
      <LocalMailHint username={username} />
    </AuthLayout>
  );
}

function BackToSignIn() {
  return <a href={hrefTo('sign-in')}>Back to sign-in</a>;
}
