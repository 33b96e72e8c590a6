import type { Picture } from './pictures';

/** A note. */
export interface Note {
  /** The sort key: notes sort by when they were written. */
  readonly id: string;
  readonly writtenAt: Date;
  readonly text: string;
  readonly place: string;
  readonly pictures: readonly Picture[];
}

export type Draft = Pick<Note, 'text' | 'place' | 'pictures'>;

/** The beginning of each note's id. */
export const PREFIX = 'note#';

/** The id of a note that is written now. */
export function newNoteId(): string {
  return `${PREFIX}${new Date().toISOString()}#${crypto.randomUUID()}`;
}

/** A note as it was stored, with the time that its id has. */
export function noteOf(id: string, { text, place, pictures }: Draft): Note {
  const [, written = ''] = id.split('#');
  return { id, writtenAt: new Date(written), text, place, pictures };
}

/** The pictures of a note without one of them. */
export function picturesWithout({ pictures }: Note, { key }: Picture): readonly Picture[] {
  return pictures.filter((picture) => picture.key !== key);
}
