import { PoolpassError } from 'poolpass';
import { useState } from 'preact/hooks';

import { useApp } from '../context';
import { announce } from '../ui/announce';
import { Form, PasswordField } from '../ui/form';

export function Password() {
  const { client } = useApp();
  const [isChanging, setChanging] = useState(false);

  async function change(present: string, next: string) {
    try {
      await client.account.changePassword(present, next);
    } catch (error) {
      if (error instanceof PoolpassError && error.kind === 'notAuthorized')
        throw new Error('That is not your present password.');
      throw error;
    }
    setChanging(false);
    announce('Your password is changed.');
  }

  if (!isChanging) {
    return (
      <button type="button" onClick={() => setChanging(true)}>
        Change password
      </button>
    );
  }
  return (
    <Form
      submit="Change password"
      busy="Changing…"
      action={(value) => change(value('present'), value('next'))}
      more={
        <button type="button" onClick={() => setChanging(false)}>
          Cancel
        </button>
      }
    >
      <PasswordField label="Present password" name="present" focus />
      <PasswordField label="New password" name="next" isNew />
    </Form>
  );
}
