import { problem } from './problem';
import { Mark } from './ui/masthead';
import { Notice } from './ui/notice';

interface OpeningProps {
  /** Why it has not been found out. */
  readonly failure?: unknown;
  readonly onRetry?: () => void;
}

/** Shown while the app finds out who is signed in, usually for an instant. */
export function Opening({ failure, onRetry }: OpeningProps) {
  return (
    <main class="opening">
      <h1>
        <Mark />
        Field notes
      </h1>
      {failure === undefined ? (
        <p>Opening your notebook…</p>
      ) : (
        <Notice kind="problem">
          <p>Your notebook could not be opened. {problem(failure)}</p>
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        </Notice>
      )}
    </main>
  );
}
