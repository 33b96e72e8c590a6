import { useEffect, useRef, useState } from 'preact/hooks';

import { useApp } from '../context';
import { problem } from '../problem';
import { announce } from '../ui/announce';
import { Confirm } from '../ui/dialog';
import { Icon } from '../ui/icon';
import { Notice } from '../ui/notice';
import type { Note } from './note';
import { Thumbnails } from './thumbnails';

interface EntryProps {
  readonly note: Note;
  readonly onChanged: (note: Note) => void;
  readonly onRemoved: (note: Note) => void;
}

/** One note in the logbook. */
export function Entry({ note, onChanged, onRemoved }: EntryProps) {
  const { notes } = useApp();
  const [isEditing, setEditing] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  const name = `note of ${TIME.format(note.writtenAt)}`;

  function stopEditing() {
    setEditing(false);
    edit.current?.focus();
  }

  return (
    <li class="entry">
      <div class="entry-head">
        <time dateTime={note.writtenAt.toISOString()}>{TIME.format(note.writtenAt)}</time>
        {note.place !== '' && (
          <span class="place">
            <Icon name="place" />
            {note.place}
          </span>
        )}
        <span class="entry-actions">
          <button
            ref={edit}
            type="button"
            class="round"
            aria-label={`Edit the ${name}`}
            onClick={() => setEditing(!isEditing)}
          >
            <Icon name="edit" />
          </button>
          <button type="button" class="round" aria-label={`Delete the ${name}`} onClick={() => setDeleting(true)}>
            <Icon name="delete" />
          </button>
        </span>
      </div>
      {isEditing ? (
        <Editor
          note={note}
          onCancel={stopEditing}
          onRevised={(revised) => {
            onChanged(revised);
            stopEditing();
          }}
        />
      ) : (
        <p class="entry-text">{note.text}</p>
      )}
      <Thumbnails note={note} onChanged={onChanged} />
      {isDeleting && (
        <Confirm
          title="Delete this note?"
          confirm="Delete note"
          onClose={() => setDeleting(false)}
          action={async () => {
            await notes.deleteNote(note);
            announce('The note is deleted.');
            onRemoved(note);
          }}
        >
          It is deleted for good{note.pictures.length > 0 && ', with its pictures'}.
        </Confirm>
      )}
    </li>
  );
}

function Editor({ note, onRevised, onCancel }: { note: Note; onRevised: (note: Note) => void; onCancel: () => void }) {
  const { notes } = useApp();
  const [text, setText] = useState(note.text);
  const [place, setPlace] = useState(note.place);
  const [failure, setFailure] = useState<unknown>();
  const [isSaving, setSaving] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);

  async function save(event: SubmitEvent) {
    event.preventDefault();
    setSaving(true);
    setFailure(undefined);
    try {
      onRevised(await notes.reviseNote(note, { text: text.trim(), place: place.trim() }));
      announce('The note is saved.');
    } catch (error) {
      setFailure(error);
      setSaving(false);
    }
  }

  return (
    <form class="editor" onSubmit={save} aria-label="Edit note">
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      <textarea
        ref={area}
        aria-label="What did you see?"
        rows={4}
        required
        maxLength={10_000}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <input
        aria-label="Where (optional)"
        placeholder="Where?"
        value={place}
        maxLength={200}
        onInput={({ currentTarget }) => setPlace(currentTarget.value)}
      />
      <div class="buttons">
        <button class="primary" type="submit" disabled={isSaving}>
          {isSaving ? 'Saving…' : 'Save'}
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
