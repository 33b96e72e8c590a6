import type { UserSession } from 'poolpass';
import { useState } from 'preact/hooks';

import { useApp } from '../context';
import { announce } from '../ui/announce';
import { Confirm } from '../ui/dialog';
import { Rows } from './rows';
import { useAccountList } from './use-account-list';

/** Lists where the person is signed in, and ends what they do not know. */
export function Sessions() {
  const { client } = useApp();
  const { items, failure, look, without } = useAccountList(() => client.account.sessions());
  const [ending, setEnding] = useState<UserSession>();

  async function end(session: UserSession) {
    await client.account.revokeSession(session.id);
    // AWS's list takes a moment to notice.
    without(session);
    announce('That session is over.');
  }

  return (
    <>
      <p>End a session that you do not know, or that you have left open elsewhere.</p>
      <Rows
        label="Where you are signed in"
        items={items}
        failure={failure}
        onRetry={look}
        row={(session) => ({
          key: session.id,
          title: session.deviceType ?? 'An unknown device',
          detail: detailOf(session),
          action: session.isCurrent ? (
            <span class="badge">This one</span>
          ) : (
            <button type="button" aria-label={`End the session: ${detailOf(session)}`} onClick={() => setEnding(session)}>
              End
            </button>
          ),
        })}
      />
      {ending !== undefined && (
        <Confirm title="End this session?" confirm="End session" action={() => end(ending)} onClose={() => setEnding(undefined)}>
          {ending.deviceType ?? 'That device'} is signed out within the hour.
        </Confirm>
      )}
    </>
  );
}

function detailOf({ created, lastActive, city, country, lastIpAddress }: UserSession): string {
  const place = city ?? country ?? lastIpAddress;
  const active = (lastActive ?? created)?.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return [place, active && `last active on ${active}`].filter((part) => part !== undefined).join(', ');
}
