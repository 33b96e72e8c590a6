import type { Challenge, MfaMethod, MfaSetupChallenge, SignInStep, SoftwareTokenSetup } from 'poolpass';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { AuthenticatorSecret } from '../account/authenticator-secret';
import { useApp } from '../context';
import { problem } from '../problem';
import { CodeField, Field, Form, PasswordField } from '../ui/form';
import { Notice } from '../ui/notice';
import { AuthLayout, LocalMailHint } from './layout';

/** The challenge after the password. A reload returns to this page. */
export function ChallengePage({ challenge }: { challenge: Challenge }) {
  const { visit } = useApp();
  const proceed = async (step: Promise<SignInStep>) => visit.proceed(await step);

  switch (challenge.kind) {
    case 'softwareTokenMfa':
      return (
        <AuthLayout title="Two-step sign-in">
          <p>Open your authenticator app, and enter the code that it shows for Field notes.</p>
          <ChallengeForm submit="Sign in" action={(value) => proceed(challenge.answer(value('code')))}>
            <CodeField />
          </ChallengeForm>
        </AuthLayout>
      );
    case 'smsMfa':
    case 'emailMfa':
      return (
        <AuthLayout title="Two-step sign-in">
          <p>
            A code was sent to <strong>{challenge.destination ?? 'you'}</strong>.
          </p>
          <ChallengeForm submit="Sign in" action={(value) => proceed(challenge.answer(value('code')))}>
            <CodeField />
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
    case 'emailOtp':
    case 'smsOtp':
    case 'selectChallenge':
    case 'password':
    case 'webAuthn':
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

function ChallengeForm(props: {
  submit: string;
  action: (value: (name: string) => string) => Promise<void>;
  children: ComponentChildren;
}) {
  return <Form {...props} busy="One moment…" more={<StartAgain />} />;
}

function StartAgain() {
  const { visit } = useApp();
  return (
    <button class="link" type="button" onClick={() => visit.leave()}>
      Start again
    </button>
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
