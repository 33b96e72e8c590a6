import type { Challenge, MfaMethod, MfaSetupChallenge, SignInStep, SoftwareTokenSetup } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

import { AuthenticatorSecret } from '../account/authenticator-secret';
import { useApp } from '../context';
import { problem } from '../problem';
import { announce } from '../ui/announce';
import { CodeField, Field, PasswordField } from '../ui/form';
import { Notice } from '../ui/notice';
import { ChallengeForm, StartAgain } from './challenge-form';
import { AuthLayout, LocalMailHint } from './layout';
import { PasskeyPage } from './passkey-page';
import { ResendButton } from './resend-button';
import { WaysToSignIn } from './ways-to-sign-in';

/** The next thing that a sign-in asks for. A reload returns to this page. */
export function ChallengePage({ challenge }: { challenge: Challenge }) {
  const { client, visit } = useApp();
  const proceed = async (step: Promise<SignInStep>) => visit.proceed(await step);

  /** After the second factor. */
  async function proceedTrusting(isTrusted: boolean, answer: Promise<SignInStep>) {
    const step = await answer;
    // Should this fail, the person is signed in nevertheless, and can trust the device in their account.
    if (isTrusted && step.kind === 'done') await client.account.rememberDevice().catch((error) => announce(problem(error)));
    visit.proceed(step);
  }

  switch (challenge.kind) {
    case 'selectChallenge':
      return <WaysToSignIn challenge={challenge} proceed={proceed} />;
    case 'webAuthn':
      return <PasskeyPage challenge={challenge} proceed={proceed} />;
    case 'password':
      return (
        <AuthLayout title="Sign in">
          <ChallengeForm submit="Sign in" action={(value) => proceed(challenge.answer(value('password')))}>
            <PasswordField label="Password" name="password" focus />
          </ChallengeForm>
        </AuthLayout>
      );
    case 'emailOtp':
    case 'smsOtp':
      return (
        <AuthLayout title="Enter the code">
          <SentTo destination={challenge.destination} />
          <ChallengeForm
            submit="Sign in"
            action={(value) => proceed(challenge.answer(value('code')))}
            more={
              <ResendButton
                send={async () => {
                  await proceed(challenge.resend());
                  return challenge;
                }}
              />
            }
          >
            <CodeField />
          </ChallengeForm>
          <LocalMailHint username={challenge.username} />
        </AuthLayout>
      );
    case 'softwareTokenMfa':
      return (
        <AuthLayout title="Two-step sign-in">
          <p>Open your authenticator app, and enter the code that it shows for Field notes.</p>
          <ChallengeForm
            submit="Sign in"
            action={(value) => proceedTrusting(value('trust') === 'yes', challenge.answer(value('code')))}
          >
            <CodeField />
            <TrustThisDevice />
          </ChallengeForm>
        </AuthLayout>
      );
    case 'smsMfa':
    case 'emailMfa':
      return (
        <AuthLayout title="Two-step sign-in">
          <SentTo destination={challenge.destination} />
          <ChallengeForm
            submit="Sign in"
            action={(value) => proceedTrusting(value('trust') === 'yes', challenge.answer(value('code')))}
          >
            <CodeField />
            <TrustThisDevice />
          </ChallengeForm>
          <LocalMailHint username={challenge.username} />
        </AuthLayout>
      );
    case 'selectMfaType':
      return (
        <AuthLayout title="Two-step sign-in">
          <ChallengeForm submit="Go on" action={(value) => proceed(challenge.answer(value('method')))}>
            <fieldset class="choices">
              <legend>How do you want to confirm that it is you?</legend>
              {challenge.methods.map((method, index) => (
                <label key={method}>
                  <input type="radio" name="method" value={method} defaultChecked={index === 0} /> {nameOf(method)}
                </label>
              ))}
            </fieldset>
          </ChallengeForm>
        </AuthLayout>
      );
    case 'newPasswordRequired':
      return (
        <AuthLayout title="Choose a new password">
          <p>Your password was set by someone else. Choose one that only you know.</p>
          <ChallengeForm
            submit="Set password"
            action={(value) => {
              const attributes = Object.fromEntries(challenge.requiredAttributes.map((name) => [name, value(name)]));
              return proceed(challenge.answer(value('password'), { attributes }));
            }}
          >
            <PasswordField label="New password" name="password" isNew focus />
            {challenge.requiredAttributes.map((name) => (
              <Field key={name} label={name} name={name} autocomplete="on" value={challenge.attributes[name]} />
            ))}
          </ChallengeForm>
        </AuthLayout>
      );
    case 'mfaSetup':
      return <MfaSetup challenge={challenge} proceed={proceed} />;
    case 'customChallenge':
    case 'other':
      return (
        <AuthLayout title="Sign in">
          <Notice kind="problem">This app cannot answer {challenge.name}. Ask whoever runs it.</Notice>
          <StartAgain />
        </AuthLayout>
      );
  }
}

function TrustThisDevice() {
  return (
    <div class="choices">
      <label>
        <input type="checkbox" name="trust" value="yes" /> Trust this device: do not ask for a code here again
      </label>
    </div>
  );
}

function SentTo({ destination }: { destination: string | undefined }) {
  return (
    <p>
      A code was sent to <strong>{destination ?? 'you'}</strong>.
    </p>
  );
}

/** The user must set up a second factor before signing in. */
function MfaSetup({
  challenge,
  proceed,
}: {
  challenge: MfaSetupChallenge;
  proceed: (step: Promise<SignInStep>) => Promise<void>;
}) {
  const [setup, setSetup] = useState<SoftwareTokenSetup>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    challenge.associateSoftwareToken().then(setSetup, setFailure);
  }, [challenge]);

  return (
    <AuthLayout title="Set up two-step sign-in">
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      {setup !== undefined && (
        <>
          <AuthenticatorSecret setup={setup} username={challenge.username} />
          <ChallengeForm submit="Sign in" action={(value) => proceed(challenge.verifySoftwareToken(value('code')))}>
            <CodeField label="Code of the app" focus={false} />
          </ChallengeForm>
        </>
      )}
    </AuthLayout>
  );
}

function nameOf(method: MfaMethod): string {
  switch (method) {
    case 'smsMfa':
      return 'A text message';
    case 'emailMfa':
      return 'A mail';
    case 'softwareTokenMfa':
      return 'My authenticator app';
    default:
      return method;
  }
}
