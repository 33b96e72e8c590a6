import type { AuthFactor, SelectChallenge, SignInStep } from 'poolpass';
import { useState } from 'preact/hooks';

import { PasswordField } from '../ui/form';
import { ChallengeForm } from './challenge-form';
import { AuthLayout } from './layout';

/** Ways to sign in, the easiest first. Both kinds of password are one to a person. */
const WAYS: readonly { factor: AuthFactor; name: string }[] = [
  { factor: 'webAuthn', name: 'My passkey' },
  { factor: 'emailOtp', name: 'A code by mail' },
  { factor: 'smsOtp', name: 'A code by text message' },
  { factor: 'passwordSrp', name: 'My password' },
  { factor: 'password', name: 'My password' },
];

/** Lets the person choose how to sign in. */
export function WaysToSignIn({
  challenge,
  proceed,
}: {
  challenge: SelectChallenge;
  proceed: (step: Promise<SignInStep>) => Promise<void>;
}) {
  const ways = WAYS.filter(({ factor }) => challenge.available.includes(factor)).filter(
    ({ name }, index, all) => all.findIndex((other) => other.name === name) === index,
  );
  const [chosen, setChosen] = useState(ways[0]?.factor);
  const isPassword = chosen === 'passwordSrp' || chosen === 'password';

  return (
    <AuthLayout title="How do you want to sign in?">
      <p>
        You are signing in as <strong>{challenge.username}</strong>.
      </p>
      <ChallengeForm
        submit={isPassword ? 'Sign in' : 'Go on'}
        action={(value) =>
          proceed(
            isPassword ? challenge.answerWithPassword(value('password')) : challenge.answer(value('factor') as AuthFactor),
          )
        }
      >
        <fieldset class="choices">
          <legend>Ways to sign in</legend>
          {ways.map(({ factor, name }) => (
            <label key={factor}>
              <input
                type="radio"
                name="factor"
                value={factor}
                checked={factor === chosen}
                onChange={() => setChosen(factor)}
              />{' '}
              {name}
            </label>
          ))}
        </fieldset>
        {isPassword && <PasswordField label="Password" name="password" />}
      </ChallengeForm>
    </AuthLayout>
  );
}
