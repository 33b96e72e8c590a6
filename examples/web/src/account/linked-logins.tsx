import type { User } from 'poolpass';
import { useState } from 'preact/hooks';

import type { LocalDemo } from '../client';
import { useApp } from '../context';
import { problem } from '../problem';
import { announce } from '../ui/announce';
import { Notice } from '../ui/notice';
import { linkGoogle, unlinkGoogle } from './linked-login';
import { Rows } from './rows';

/** Links a Google account to the notebook, and unlinks it. */
export function LinkedLogins({ user, local }: { user: User; local: LocalDemo }) {
  const { client } = useApp();
  const [linked, setLinked] = useState(() => client.logins());
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  const change = (make: () => Promise<void>, told: string) => async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await make();
      announce(told);
    } catch (error) {
      setFailure(error);
    } finally {
      setLinked(client.logins());
      setBusy(false);
    }
  };

  return (
    <>
      <p>A Google account that you link leads to this notebook too.</p>
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      <Rows
        label="Linked accounts"
        items={linked}
        failure={undefined}
        onRetry={() => setLinked(client.logins())}
        row={() => ({
          key: 'google',
          title: 'Google',
          detail: 'Leads to this notebook',
          action: (
            <button
              type="button"
              disabled={isBusy}
              aria-label="Unlink Google"
              onClick={change(() => unlinkGoogle(client), 'Your Google account is unlinked.')}
            >
              Unlink
            </button>
          ),
        })}
      />
      {linked.length === 0 && (
        <button
          type="button"
          disabled={isBusy}
          onClick={change(() => linkGoogle(client, local, user.username), 'Your Google account is linked.')}
        >
          {isBusy ? 'Linking…' : 'Link Google'}
        </button>
      )}
    </>
  );
}
