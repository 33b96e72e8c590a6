import { useState } from 'preact/hooks';

import { useApp } from '../context';
import { burnNotebook } from '../notes/notebook';
import { goTo } from '../route';
import { announce } from '../ui/announce';
import { Confirm } from '../ui/dialog';

export function CloseAccount() {
  const { client } = useApp();
  const [isAsking, setAsking] = useState(false);

  async function close() {
    await burnNotebook(client);
    await client.account.deleteUser();
    goTo('');
    announce('Your account is closed.');
  }

  return (
    <>
      <button class="danger" type="button" onClick={() => setAsking(true)}>
        Close my account
      </button>
      {isAsking && (
        <Confirm
          title="Close your account?"
          confirm="Delete everything"
          action={close}
          onClose={() => setAsking(false)}
        >
          Your notes and pictures are deleted, and then your account. This cannot be undone.
        </Confirm>
      )}
    </>
  );
}
