import type { IdentityProvider } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

import { useApp } from '../context';
import { problem } from '../problem';
import { Icon } from '../ui/icon';
import { Notice } from '../ui/notice';
import { continueWith, labelOf } from './managed-login';

/** A button for each provider that the user pool trusts. */
export function ContinueWith() {
  const { client, providers } = useApp();
  const [leavingFor, setLeavingFor] = useState<IdentityProvider>();
  const [failure, setFailure] = useState<unknown>();

  useEffect(() => {
    // A person who goes back in the browser may find the page as it was left.
    const reset = () => setLeavingFor(undefined);
    addEventListener('pageshow', reset);
    return () => removeEventListener('pageshow', reset);
  }, []);

  async function go(provider: IdentityProvider) {
    setLeavingFor(provider);
    setFailure(undefined);
    try {
      await continueWith(client, provider);
    } catch (error) {
      setFailure(error);
      setLeavingFor(undefined);
    }
  }

  if (providers.length === 0) return null;
  return (
    <div class="providers" role="group" aria-label="Sign in with another account">
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      {providers.map((provider) => (
        <button key={provider} type="button" disabled={leavingFor !== undefined} onClick={() => go(provider)}>
          <Icon name={MARKS[provider] ?? 'organisation'} />
          {leavingFor === provider ? `Going to ${labelOf(provider)}…` : `Continue with ${labelOf(provider)}`}
        </button>
      ))}
      <p class="or" aria-hidden="true">
        or
      </p>
    </div>
  );
}

/** Drawings that belong to nobody: each company has rules of its own for its mark. */
const MARKS: Partial<Record<IdentityProvider, Parameters<typeof Icon>[0]['name']>> = {
  Google: 'person',
  Facebook: 'person',
  SignInWithApple: 'person',
  LoginWithAmazon: 'person',
};
