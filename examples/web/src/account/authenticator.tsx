import type { SoftwareTokenSetup, User } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

import { useApp } from '../context';
import { problem } from '../problem';
import { announce } from '../ui/announce';
import { Confirm } from '../ui/dialog';
import { CodeField, Form } from '../ui/form';
import { Notice } from '../ui/notice';
import { AuthenticatorSecret } from './authenticator-secret';

/** Turns two-step sign-in with an authenticator app on and off. */
export function Authenticator({ user }: { user: User }) {
  const { client } = useApp();
  const [isOn, setOn] = useState<boolean>();
  const [setup, setSetup] = useState<SoftwareTokenSetup>();
  const [isTurningOff, setTurningOff] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  function look() {
    setFailure(undefined);
    client.account.mfaPreference().then(({ enabled }) => setOn(enabled.includes('softwareTokenMfa')), setFailure);
  }
  useEffect(look, [client]);

  function start() {
    setFailure(undefined);
    client.account.associateSoftwareToken().then(setSetup, setFailure);
  }

  async function finish(code: string) {
    await client.account.verifySoftwareToken(code, { deviceName: 'authenticator app' });
    await client.account.setMfaPreference({ softwareToken: 'preferred' });
    setSetup(undefined);
    setOn(true);
    announce('Two-step sign-in is on.');
  }

  async function turnOff() {
    await client.account.setMfaPreference({ softwareToken: 'off' });
    setOn(false);
    announce('Two-step sign-in is off.');
  }

  if (isOn === undefined && failure !== undefined) {
    return (
      <Notice kind="problem">
        <p>Whether it is on could not be read. {problem(failure)}</p>
        <button type="button" onClick={look}>
          Try again
        </button>
      </Notice>
    );
  }
  if (isOn === undefined) return <p class="waiting">Looking…</p>;
  if (setup !== undefined) {
    return (
      <>
        <AuthenticatorSecret setup={setup} username={user.username} />
        <Form
          submit="Turn on"
          busy="Turning on…"
          action={(value) => finish(value('code'))}
          more={
            <button type="button" onClick={() => setSetup(undefined)}>
              Cancel
            </button>
          }
        >
          <CodeField label="Code of the app" />
        </Form>
      </>
    );
  }
  return (
    <>
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      <p>
        {isOn
          ? 'It is on: whoever signs in as you also needs your authenticator app.'
          : 'Have an app on your phone show a code that is asked for at sign-in, so that your password alone opens nothing.'}
      </p>
      {isOn ? (
        <button type="button" onClick={() => setTurningOff(true)}>
          Turn off
        </button>
      ) : (
        <button type="button" onClick={start}>
          Set up an authenticator app
        </button>
      )}
      {isTurningOff && (
        <Confirm
          title="Turn off two-step sign-in?"
          confirm="Turn off"
          action={turnOff}
          onClose={() => setTurningOff(false)}
        >
          From then on your password alone is enough to sign in.
        </Confirm>
      )}
    </>
  );
}
