import type { ComponentChildren } from 'preact';

import { useApp } from '../context';
import { Form } from '../ui/form';

interface ChallengeFormProps {
  readonly submit: string;
  readonly action: (value: (name: string) => string) => Promise<void>;
  readonly children: ComponentChildren;
  readonly more?: ComponentChildren;
}

/** The form of a challenge, which can be given up. */
export function ChallengeForm({ more, ...props }: ChallengeFormProps) {
  return (
    <Form
      {...props}
      busy="One moment…"
      more={
        <>
          {more}
          <StartAgain />
        </>
      }
    />
  );
}

/** Gives up the sign-in, or the proof of whoever is signed in already. */
export function StartAgain() {
  const { visit } = useApp();
  const isUser = visit.visitor.kind === 'challenged' && visit.visitor.user !== undefined;
  return (
    <button class="link" type="button" onClick={() => visit.leave()}>
      {isUser ? 'Cancel' : 'Start again'}
    </button>
  );
}
