import { type AnyCondition, attribute, type Client, type Item } from 'poolpass';

import { deletePictures, type Picture } from './pictures';

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

/** Notes, newest first, and where older ones begin. */
export interface Leaf {
  readonly notes: Note[];
  readonly older: Item | undefined;
}

const LEAF = 20;

/** Reads a page of the notebook: the first, or the one that starts at `from`. */
export async function readLeaf(client: Client, from?: Item): Promise<Leaf> {
  const mine = attribute('pk').eq(await client.identityId());
  const page = await client
    .table()
    .query<StoredNote>(mine.and(attribute('sk').beginsWith(PREFIX)), {
      descending: true,
      pageSize: LEAF,
      exclusiveStartKey: from,
    })
    .page();
  return { notes: page.items.map(noteOf), older: page.lastEvaluatedKey };
}

/** The id of a note that is written now. */
export function newNoteId(): string {
  return `${PREFIX}${new Date().toISOString()}#${crypto.randomUUID()}`;
}

/** Writes a note. When the answer was lost it can be done again with the same id, and the notebook still has one note. */
export async function writeNote(client: Client, id: string, draft: Draft): Promise<Note> {
  const item: StoredNote = { pk: await client.identityId(), sk: id, ...draft };
  await client.table().put(item);
  return noteOf(item);
}

/** Replaces what a note says, unless it has been deleted elsewhere: then it fails with `conditionFailed`. */
export function reviseNote(client: Client, note: Note, words: Pick<Draft, 'text' | 'place'>): Promise<Note> {
  return change(client, note, words, attribute('pk').exists());
}

/**
 * Takes a picture out of a note, unless its pictures were changed elsewhere: then it fails with `conditionFailed`. When the
 * answer was lost it can be done again.
 */
export function takeOut(client: Client, note: Note, picture: Picture): Promise<Note> {
  const pictures = note.pictures.filter(({ key }) => key !== picture.key);
  const stored = attribute('pictures');
  return change(client, note, { pictures }, stored.eq(note.pictures).or(stored.eq(pictures)));
}

/** Deletes a note with its pictures. The note goes last, so that what fails half-way can be done again. */
export async function deleteNote(client: Client, note: Note): Promise<void> {
  await deletePictures(client, note.pictures);
  await client.table().delete(await keyOf(client, note));
}

/** Deletes every note and picture. */
export async function burnNotebook(client: Client): Promise<void> {
  let leaf = await readLeaf(client);
  while (leaf.notes.length > 0) {
    for (const note of leaf.notes) await deleteNote(client, note);
    leaf = await readLeaf(client);
  }
}

/** A note as the table has it. The partition is the person's identity id, which the role's policy insists on. */
interface StoredNote extends Draft {
  readonly pk: string;
  readonly sk: string;
}

const PREFIX = 'note#';

/** Writes these attributes alone: the others may have been changed elsewhere since the note was read. */
async function change(
  client: Client,
  note: Note,
  attributes: Partial<Draft>,
  condition: AnyCondition,
): Promise<Note> {
  const key = await keyOf(client, note);
  const changed = await client
    .table()
    .update<StoredNote>(key, { set: attributes }, { condition, returnValues: 'allNew' });
  return changed === undefined ? { ...note, ...attributes } : noteOf(changed);
}

async function keyOf(client: Client, note: Note) {
  return { pk: await client.identityId(), sk: note.id };
}

function noteOf({ sk, text, place, pictures }: StoredNote): Note {
  const [, written = ''] = sk.split('#');
  return { id: sk, writtenAt: new Date(written), text, place, pictures };
}
