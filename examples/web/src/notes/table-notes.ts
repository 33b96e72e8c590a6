import { type AnyCondition, attribute, type Client } from 'poolpass';

import { type Draft, type Note, noteOf, picturesWithout, PREFIX } from './note';
import type { NoteStore } from './note-store';
import { deletePictures } from './pictures';

const PAGE_SIZE = 20;

/** Notes as items of a DynamoDB table, which the browser reaches with the person's own AWS credentials. */
export function tableNotes(client: Client): NoteStore {
  /** Writes these attributes alone: the others may have been changed elsewhere since the note was read. */
  async function change(note: Note, attributes: Partial<Draft>, condition: AnyCondition): Promise<Note> {
    const changed = await client
      .table()
      .update<StoredNote>(await keyOf(note.id), { set: attributes }, { condition, returnValues: 'allNew' });
    return changed === undefined ? { ...note, ...attributes } : noteOf(changed.sk, changed);
  }

  async function keyOf(id: string) {
    return { pk: await client.identityId(), sk: id };
  }

  return {
    admitsGuests: true,

    async readPage(after) {
      const mine = attribute('pk').eq(await client.identityId());
      const { items, lastEvaluatedKey } = await client
        .table()
        .query<StoredNote>(mine.and(attribute('sk').beginsWith(PREFIX)), {
          descending: true,
          pageSize: PAGE_SIZE,
          exclusiveStartKey: after === undefined ? undefined : await keyOf(after),
        })
        .page();
      const notes = items.map((item) => noteOf(item.sk, item));
      return { notes, older: lastEvaluatedKey === undefined ? undefined : notes.at(-1)?.id };
    },

    async writeNote(id, draft) {
      const item: StoredNote = { ...(await keyOf(id)), ...draft };
      await client.table().put(item);
      return noteOf(id, draft);
    },

    reviseNote: (note, revised) => change(note, revised, attribute('pk').exists()),

    removePicture(note, picture) {
      const pictures = picturesWithout(note, picture);
      const stored = attribute('pictures');
      // They are without it already if the answer was lost.
      return change(note, { pictures }, stored.eq(note.pictures).or(stored.eq(pictures)));
    },

    // The note goes last, so that what fails half-way can be done again.
    async deleteNote(note) {
      await deletePictures(client, note.pictures);
      await client.table().delete(await keyOf(note.id));
    },
  };
}

/** A note as the table has it. The partition is the person's identity id, which the role's policy insists on. */
interface StoredNote extends Draft {
  readonly pk: string;
  readonly sk: string;
}
