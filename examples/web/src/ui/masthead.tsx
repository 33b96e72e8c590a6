import type { ComponentChildren } from 'preact';

import { hrefTo } from '../route';

/** The top of every page of the notebook. */
export function Masthead({ children }: { children?: ComponentChildren }) {
  return (
    <header class="masthead">
      <a class="wordmark" href={hrefTo('')}>
        <Mark />
        Field notes
      </a>
      <nav aria-label="Account">{children}</nav>
    </header>
  );
}

/** A summit on a map. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="far" d="M3 21C3 13 9 4 17 4s12 5 12 12-7 11-15 11S3 25 3 21z" />
      <path d="M9 20.500c0-5 4-10.500 8.500-10.500S24 13.500 24 16.500s-4 6.500-8 6.500-7-.5-7-2.500z" />
      <circle cx="17" cy="16.500" r="2.600" />
    </svg>
  );
}
