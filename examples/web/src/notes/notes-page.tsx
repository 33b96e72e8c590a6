import { nameOf } from '../auth/managed-login';
import { useApp } from '../context';
import { hrefTo } from '../route';
import { announce } from '../ui/announce';
import { Masthead } from '../ui/masthead';
import { Notice } from '../ui/notice';
import { Title } from '../ui/title';
import type { Visitor } from '../visit';
import { Composer } from './composer';
import { Logbook } from './logbook';
import { useNotebook } from './use-notebook';

type Writer = Extract<Visitor, { kind: 'user' | 'guest' }>;

export function NotesPage({ visitor }: { visitor: Writer }) {
  const { notes } = useApp();
  const notebook = useNotebook(notes);
  const isGuest = visitor.kind === 'guest';
  return (
    <>
      <Masthead>
        {isGuest ? (
          <>
            <a href={hrefTo('sign-in')}>Sign in</a>
            <a href={hrefTo('sign-up')}>Create an account</a>
          </>
        ) : (
          <a href={hrefTo('account')} class="who">
            <span aria-hidden="true" class="initial">
              {nameOf(visitor.user).charAt(0)}
            </span>
            {nameOf(visitor.user)}
          </a>
        )}
      </Masthead>
      <main class="notebook">
        <Title name="Notebook">{isGuest ? 'A guest’s notebook' : `${nameOf(visitor.user)}’s notebook`}</Title>
        {isGuest && (
          <Notice>
            You write as a guest: your notes are kept for this browser.{' '}
            <a href={hrefTo('sign-up')}>Create an account</a> and they are yours everywhere, with pictures.
          </Notice>
        )}
        <Composer
          withPictures={!isGuest}
          onWritten={(note) => {
            notebook.added(note);
            announce('The note is in your notebook.');
          }}
        />
        <Logbook notebook={notebook} />
      </main>
    </>
  );
}
