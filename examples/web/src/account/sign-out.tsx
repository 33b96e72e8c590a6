import type { IdentityProvider } from 'poolpass';
import { useState } from 'preact/hooks';

import { HOME } from '../auth/managed-login';
import { useApp } from '../context';
import { problem } from '../problem';
import { goTo } from '../route';
import { announce } from '../ui/announce';
import { Notice } from '../ui/notice';

export function SignOut({ provider }: { provider: IdentityProvider | undefined }) {
  const { client } = useApp();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  const sign = (out: () => Promise<unknown>, told: string) => async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await out();
      goTo('');
      announce(told);
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };

  // Otherwise the next “Continue with …” would sign the same person in without asking.
  const leave = () => (provider === undefined ? client.signOut() : client.logout({ logoutUri: HOME }));

  return (
    <>
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      <p>
        Have you lost a device, or used one that is not yours? Sign out everywhere ends the session on each of them.
      </p>
      <div class="buttons">
        <button type="button" disabled={isBusy} onClick={sign(leave, 'You are signed out.')}>
          Sign out
        </button>
        <button
          type="button"
          disabled={isBusy}
          onClick={sign(() => client.signOutEverywhere(), 'You are signed out on all devices.')}
        >
          Sign out everywhere
        </button>
      </div>
    </>
  );
}
