import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { problem } from '../problem';
import { Notice } from './notice';

interface FormProps {
  /** Runs when the form is sent. `value` reads a field by its name, or the button that sent the form. */
  readonly action: (value: (name: string) => string) => Promise<void>;
  /** The label of the button. */
  readonly submit: string;
  /** The label while the form is sent. */
  readonly busy: string;
  readonly children: ComponentChildren;
  /** Further buttons beside the first. */
  readonly more?: ComponentChildren;
}

/** A form that does one thing at a time, and tells what went wrong where it happened. */
export function Form({ action, submit, busy, children, more }: FormProps) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const form = useRef<HTMLFormElement>(null);

  async function send(event: SubmitEvent) {
    event.preventDefault();
    if (isBusy || form.current === null) return;
    const data = new FormData(form.current, event.submitter);
    setBusy(true);
    setFailure(undefined);
    try {
      await action((name) => String(data.get(name) ?? '').trim());
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form ref={form} onSubmit={send} aria-busy={isBusy}>
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      {children}
      <div class="buttons">
        <button class="primary" type="submit" disabled={isBusy}>
          {isBusy ? busy : submit}
        </button>
        {more}
      </div>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'email';
  readonly autocomplete: string;
  readonly hint?: ComponentChildren;
  readonly value?: string;
  readonly isOptional?: boolean;
  readonly focus?: boolean;
}

/** One line of text, with its label. */
export function Field({
  label,
  name,
  type = 'text',
  autocomplete,
  hint,
  value,
  isOptional = false,
  focus,
}: FieldProps) {
  const input = useFocus(focus);
  return (
    <div class="field">
      <label for={name}>
        {label}
        {isOptional && <span class="optional"> (optional)</span>}
      </label>
      <input
        ref={input}
        id={name}
        name={name}
        {...(type === 'email' ? { type } : { type })}
        defaultValue={value}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        required={!isOptional}
        aria-describedby={hint === undefined ? undefined : `${name}-hint`}
      />
      {hint !== undefined && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** A password, which can be looked at while it is typed. */
export function PasswordField({ label, name, isNew = false, isOptional = false, focus }: PasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  const input = useFocus(focus);
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <div class="with-button">
        <input
          ref={input}
          id={name}
          name={name}
          {...(isShown ? { type: 'text' } : { type: 'password' })}
          autocomplete={isNew ? 'new-password' : 'current-password'}
          autocapitalize="none"
          spellcheck={false}
          required={!isOptional}
          aria-describedby={isNew ? `${name}-hint` : undefined}
        />
        <button
          class="quiet"
          type="button"
          aria-pressed={isShown}
          aria-label={`Show ${label.toLowerCase()}`}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? 'Hide' : 'Show'}
        </button>
      </div>
      {isNew && (
        <p class="hint" id={`${name}-hint`}>
          At least 8 characters: small and capital letters, a digit and a symbol.
          {isOptional && ' Leave it empty to sign in with codes by mail or a passkey.'}
        </p>
      )}
    </div>
  );
}

interface PasswordFieldProps {
  readonly label: string;
  readonly name: string;
  /** It is being chosen now. */
  readonly isNew?: boolean;
  readonly focus?: boolean;
  /** Whether the person may do without. */
  readonly isOptional?: boolean;
}

/** Six digits from a mail, a message or an authenticator app. */
export function CodeField({
  label = 'Code',
  hint,
  focus = true,
}: {
  label?: string;
  hint?: ComponentChildren;
  focus?: boolean;
}) {
  const input = useFocus(focus);
  return (
    <div class="field">
      <label for="code">{label}</label>
      <input
        ref={input}
        id="code"
        name="code"
        class="code"
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        pattern="\s*[0-9]{6,8}\s*"
        title="six digits"
        required
        aria-describedby={hint === undefined ? undefined : 'code-hint'}
      />
      {hint !== undefined && (
        <p class="hint" id="code-hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Puts the cursor into a field when it appears. */
function useFocus(wanted: boolean | undefined) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (wanted === true) input.current?.focus();
  }, []);
  return input;
}
