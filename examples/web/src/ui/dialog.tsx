import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { problem } from '../problem';
import { Notice } from './notice';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly class?: string;
}

/** A modal dialog as the browser has it: it keeps the focus inside, closes on Escape, and gives the focus back. */
export function Dialog({ title, onClose, children, class: name }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={name}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && currentTarget.close()}
    >
      <div class="dialog-content">
        <h2 id={heading}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps extends DialogProps {
  /** The label of the button, such as “Delete note”. */
  readonly confirm: string;
  readonly action: () => Promise<void>;
}

/** Asks before something that cannot be undone. */
export function Confirm({ confirm, action, onClose, children, title }: ConfirmProps) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  async function act() {
    setBusy(true);
    setFailure(undefined);
    try {
      await action();
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose} class="confirm">
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      <p>{children}</p>
      <div class="buttons">
        <button class="danger" type="button" disabled={isBusy} onClick={act}>
          {isBusy ? 'One moment…' : confirm}
        </button>
        <button type="button" disabled={isBusy} onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
