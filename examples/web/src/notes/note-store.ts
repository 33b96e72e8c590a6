import type { Draft, Note } from './note';
import type { Picture } from './pictures';

/** Where a person's notes are kept. Each method can be called again when its answer was lost. */
export interface NoteStore {
  /** Whether people without an account have notes here. */
  readonly admitsGuests: boolean;
  /** Reads a page: the first, or the one that begins after the note with this id. */
  readPage(after?: string): Promise<NotePage>;
  /** Writes a note, or writes it again under the same id. */
  writeNote(id: string, draft: Draft): Promise<Note>;
  /** Replaces text and place, unless the note was deleted elsewhere: then it fails with `conditionFailed` or `notFound`. */
  reviseNote(note: Note, revised: Pick<Draft, 'text' | 'place'>): Promise<Note>;
  /**
   * Removes a picture from a note, unless its pictures were changed elsewhere: then it fails with `conditionFailed` or `notFound`. The
   * object in the bucket stays.
   */
  removePicture(note: Note, picture: Picture): Promise<Note>;
  /** Deletes a note with its pictures. */
  deleteNote(note: Note): Promise<void>;
}

/** Notes, newest first. */
export interface NotePage {
  readonly notes: readonly Note[];
  /** The id of the note after which older ones follow, if there are any. */
  readonly older: string | undefined;
}

/** Deletes every note and picture. */
export async function deleteAllNotes(store: NoteStore): Promise<void> {
  let page = await store.readPage();
  while (page.notes.length > 0) {
    for (const note of page.notes) await store.deleteNote(note);
    page = await store.readPage();
  }
}
