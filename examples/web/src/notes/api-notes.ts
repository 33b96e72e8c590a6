import type { Client } from 'poolpass';

import { type Draft, noteOf, picturesWithout } from './note';
import type { NoteStore } from './note-store';

/** Notes behind an API such as `examples/server`, which knows the person by the bearer token. */
export function apiNotes(client: Client): NoteStore {
  function send(method: string, path: string, body?: unknown): Promise<Response> {
    return client.api().request(path, {
      method,
      authorization: 'idToken',
      bearer: true,
      throwOnError: true,
      // Also the changes, since each says what it expects to find.
      safeToRepeat: true,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  }

  async function sendNote(method: string, id: string, body: unknown) {
    const answer = await send(method, pathOf(id), body);
    const note: NoteOfApi = await answer.json();
    return noteOf(note.id, note);
  }

  return {
    // Guests have no token.
    admitsGuests: false,

    async readPage(after) {
      const query = after === undefined ? '' : `?older=${encodeURIComponent(after)}`;
      const answer = await send('GET', `/notes${query}`);
      const page: { notes: NoteOfApi[]; older: string | null } = await answer.json();
      return { notes: page.notes.map((note) => noteOf(note.id, note)), older: page.older ?? undefined };
    },

    writeNote: (id, draft) => sendNote('PUT', id, draft),

    reviseNote: (note, revised) => sendNote('PATCH', note.id, revised),

    removePicture: (note, picture) =>
      sendNote('PATCH', note.id, { pictures: { from: note.pictures, to: picturesWithout(note, picture) } }),

    async deleteNote({ id }) {
      await send('DELETE', pathOf(id));
    },
  };
}

interface NoteOfApi extends Draft {
  readonly id: string;
}

function pathOf(id: string): string {
  return `/notes/${encodeURIComponent(id)}`;
}
