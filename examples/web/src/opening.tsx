import { Mark } from './ui/masthead';

/** What is seen while the app finds out who is here: on most visits for less than the blink of an eye. */
export function Opening() {
  return (
    <main class="opening">
      <h1>
        <Mark />
        Field notes
      </h1>
      <p>Opening your notebook…</p>
    </main>
  );
}
