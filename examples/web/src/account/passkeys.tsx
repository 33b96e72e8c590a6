import { type Passkey, PoolpassError, type User } from 'poolpass';
import { useState } from 'preact/hooks';

import { forgetPasskey, rememberPasskeyOf } from '../auth/remembered-passkey';
import { useApp } from '../context';
import { problem } from '../problem';
import { announce } from '../ui/announce';
import { Confirm } from '../ui/dialog';
import { Notice } from '../ui/notice';
import { Rows } from './rows';
import { useAccountList } from './use-account-list';

/** Lists the person's passkeys, adds one, and deletes them. */
export function Passkeys({ user }: { user: User }) {
  const { client } = useApp();
  const { items, failure, look } = useAccountList(() => client.account.passkeys());
  const [isBusy, setBusy] = useState(false);
  const [problemOfAdding, setProblem] = useState<unknown>();
  const [deleting, setDeleting] = useState<Passkey>();

  async function add() {
    setBusy(true);
    setProblem(undefined);
    try {
      await client.account.registerPasskey();
      rememberPasskeyOf(user.username);
      announce('Your passkey is ready.');
      look();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  async function remove({ credentialId }: Passkey) {
    await client.account.deletePasskey(credentialId);
    forgetPasskey();
    announce('The passkey is deleted.');
    look();
  }

  return (
    <>
      <p>Sign in with your fingerprint, your face, or the PIN of your device. There is nothing to remember, and nothing to steal.</p>
      {problemOfAdding !== undefined && <Notice kind="problem">{problemOf(problemOfAdding)}</Notice>}
      <Rows
        label="Your passkeys"
        items={items}
        failure={failure}
        onRetry={look}
        row={(passkey) => ({
          key: passkey.credentialId,
          title: passkey.friendlyName,
          detail: `Added on ${passkey.created.toLocaleDateString()}`,
          action: (
            <button type="button" aria-label={`Delete the passkey ${passkey.friendlyName}`} onClick={() => setDeleting(passkey)}>
              Delete
            </button>
          ),
        })}
      />
      <button type="button" disabled={isBusy} onClick={add}>
        {isBusy ? 'Waiting for you…' : 'Add a passkey'}
      </button>
      {deleting !== undefined && (
        <Confirm
          title="Delete this passkey?"
          confirm="Delete passkey"
          action={() => remove(deleting)}
          onClose={() => setDeleting(undefined)}
        >
          It no longer signs you in here. Delete it from your device or password manager too.
        </Confirm>
      )}
    </>
  );
}

function problemOf(error: unknown): string {
  if (!(error instanceof PoolpassError)) return problem(error);
  if (error.kind === 'conflict') return 'This device already has a passkey of yours.';
  if (error.kind === 'cancelled') return 'No passkey was added. Try again when you are ready.';
  return problem(error);
}
