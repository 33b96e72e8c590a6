import type { ComponentChildren } from 'preact';

import { useApp } from '../context';
import { hrefTo } from '../route';
import { Mark } from '../ui/masthead';
import { Title } from '../ui/title';

/** The layout of the pages before sign-in: a map on one side, a form on the other. */
export function AuthLayout({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="auth">
      <header class="cover">
        <a class="wordmark" href={hrefTo('')}>
          <Mark />
          Field notes
        </a>
        <p class="motto">What you saw, where, and when.</p>
      </header>
      <main>
        <Title name={title}>{title}</Title>
        {children}
      </main>
    </div>
  );
}

/** Where the code can be read on local-aws, which sends no mail. */
export function LocalMailHint({ username }: { username: string }) {
  const { local } = useApp();
  if (local === undefined) return null;
  return (
    <p class="local">
      This is local-aws, which mails nothing:{' '}
      <a href={`${local.messagesUrl}?username=${encodeURIComponent(username)}`} target="_blank" rel="noreferrer">
        read the code here
      </a>
      .
    </p>
  );
}
