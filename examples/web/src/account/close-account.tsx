import { useState } from 'preact/hooks';

import { useApp } from '../context';
import { deleteAllNotes } from '../notes/note-store';
import { problem } from '../problem';
import { goTo } from '../route';
import { announce } from '../ui/announce';
import { Confirm } from '../ui/dialog';
import { Notice } from '../ui/notice';

/** How long ago, in seconds, the person may have proved who they are. */
const FIVE_MINUTES = 300;

export function CloseAccount() {
  const { client, notes, visit } = useApp();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [isAsking, setAsking] = useState(false);

  async function hasJustSignedIn(): Promise<boolean> {
    const signedInAt = (await client.currentUser())?.authTime?.getTime() ?? 0;
    return Date.now() - signedInAt < FIVE_MINUTES * 1000;
  }

  /** Closing the account takes another proof of who the person is, since anybody may find the page open. */
  async function ask() {
    setBusy(true);
    setFailure(undefined);
    try {
      if (await hasJustSignedIn()) return setAsking(true);
      const step = await client.stepUp('urn:cognito:loa:1', { maxAge: FIVE_MINUTES });
      if (step.kind === 'done') setAsking(true);
      else visit.proceed(step);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  async function close() {
    await deleteAllNotes(notes);
    await client.account.deleteUser();
    goTo('');
    announce('Your account is closed.');
  }

  return (
    <>
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      <button class="danger" type="button" disabled={isBusy} onClick={ask}>
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
