import { useCallback, useEffect, useState } from 'preact/hooks';

import { problem } from '../problem';
import type { Note } from './note';
import type { NoteStore } from './note-store';

/** The notes as far as they have been read. */
export interface Notebook {
  readonly notes: readonly Note[];
  readonly state: 'reading' | 'read' | 'failed';
  /** Why reading has failed. */
  readonly problem?: string;
  readonly hasOlder: boolean;
  /** Reads on: older notes, or again what could not be read. */
  read(): void;
  added(note: Note): void;
  changed(note: Note): void;
  removed(note: Note): void;
}

export function useNotebook(store: NoteStore): Notebook {
  const [notes, setNotes] = useState<readonly Note[]>([]);
  const [older, setOlder] = useState<string>();
  const [progress, setProgress] = useState<Pick<Notebook, 'state' | 'problem'>>({ state: 'reading' });

  const read = useCallback(async () => {
    setProgress({ state: 'reading' });
    try {
      const page = await store.readPage(older);
      setNotes((present) => [...present, ...page.notes.filter((note) => !isAmong(present, note))]);
      setOlder(page.older);
      setProgress({ state: 'read' });
    } catch (error) {
      setProgress({ state: 'failed', problem: problem(error) });
    }
  }, [store, older]);

  useEffect(() => void read(), []);

  // A notebook that was opened without a network appears as soon as there is one.
  useEffect(() => {
    if (progress.state !== 'failed') return;
    addEventListener('online', read);
    return () => removeEventListener('online', read);
  }, [progress.state, read]);

  return {
    notes,
    ...progress,
    hasOlder: older !== undefined,
    read: () => void read(),
    // It may have been read already, if the answer to its first writing was lost.
    added: (note) => setNotes((present) => [note, ...present.filter(({ id }) => id !== note.id)]),
    changed: (note) => setNotes((present) => present.map((one) => (one.id === note.id ? note : one))),
    removed: (note) => setNotes((present) => present.filter(({ id }) => id !== note.id)),
  };
}

/** A note that was written while the page was on its way may be in it too. */
function isAmong(notes: readonly Note[], { id }: Note): boolean {
  return notes.some((note) => note.id === id);
}
