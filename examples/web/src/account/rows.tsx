import type { ComponentChildren } from 'preact';

import { problem } from '../problem';
import { Notice } from '../ui/notice';

interface Row {
  readonly key: string;
  readonly title: string;
  readonly detail: string;
  /** A button. */
  readonly action?: ComponentChildren;
}

interface RowsProps<T> {
  readonly label: string;
  /** `undefined` until they are read. */
  readonly items: readonly T[] | undefined;
  readonly failure: unknown;
  readonly onRetry: () => void;
  readonly row: (item: T) => Row;
}

/** A list in the account, each row with what can be done to it. */
export function Rows<T>({ label, items, failure, onRetry, row }: RowsProps<T>) {
  if (failure !== undefined) {
    return (
      <Notice kind="problem">
        <p>This could not be read. {problem(failure)}</p>
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      </Notice>
    );
  }
  if (items === undefined) return <p class="waiting">Looking…</p>;
  if (items.length === 0) return null;
  return (
    <ul class="rows" aria-label={label}>
      {items.map(row).map(({ key, title, detail, action }) => (
        <li key={key}>
          <div>
            <strong>{title}</strong>
            <p class="hint">{detail}</p>
          </div>
          {action}
        </li>
      ))}
    </ul>
  );
}
