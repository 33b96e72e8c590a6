import type { SignInStep, WebAuthnChallenge } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

import { problem } from '../problem';
import { Notice } from '../ui/notice';
import { StartAgain } from './challenge-form';
import { AuthLayout } from './layout';
import { rememberPasskeyOf } from './remembered-passkey';

/** Asks the browser for the passkey at once, and again when the person wants. */
export function PasskeyPage({
  challenge,
  proceed,
}: {
  challenge: WebAuthnChallenge;
  proceed: (step: Promise<SignInStep>) => Promise<void>;
}) {
  const [failure, setFailure] = useState<unknown>();
  const [attempt, setAttempt] = useState(1);

  useEffect(() => {
    const stop = new AbortController();
    const answer = challenge.answerWith(undefined, { signal: stop.signal });
    proceed(answer).then(
      () => rememberPasskeyOf(challenge.username),
      (error) => !stop.signal.aborted && setFailure(error),
    );
    return () => stop.abort();
  }, [challenge, attempt]);

  function again() {
    setFailure(undefined);
    setAttempt(attempt + 1);
  }

  return (
    <AuthLayout title="Use your passkey">
      {failure === undefined ? (
        <p>Your browser asks for your fingerprint, your face, or the PIN of this device.</p>
      ) : (
        <Notice kind="problem">{problem(failure)}</Notice>
      )}
      <div class="buttons">
        <button class="primary" type="button" disabled={failure === undefined} onClick={again}>
          {failure === undefined ? 'Waiting for you…' : 'Try again'}
        </button>
        <StartAgain />
      </div>
    </AuthLayout>
  );
}
