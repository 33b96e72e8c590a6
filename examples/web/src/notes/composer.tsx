import { useRef, useState } from 'preact/hooks';

import { useApp } from '../context';
import { problem } from '../problem';
import { Icon } from '../ui/icon';
import { Notice } from '../ui/notice';
import { useReturningFocus } from '../ui/use-returning-focus';
import { AttachmentStrip } from './attachment-strip';
import { useAttachments } from './attachments';
import { newNoteId, type Note } from './note';
import { PICTURE_TYPES } from './pictures';

/** A blank note. Its pictures are uploaded while it is still being written. */
export function Composer({ withPictures, onWritten }: { withPictures: boolean; onWritten: (note: Note) => void }) {
  const { client, notes } = useApp();
  const attachments = useAttachments(client);
  const [isSaving, setSaving] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const form = useRef<HTMLFormElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  // Until the note is written, so that a second try does not write a second note.
  const id = useRef<string | undefined>(undefined);
  const focus = useReturningFocus(form, isSaving);
  const isUploading = attachments.all.some(({ picture, problem }) => picture === undefined && problem === undefined);

  async function save(event: SubmitEvent) {
    event.preventDefault();
    if (form.current === null || isSaving || isUploading) return;
    const data = new FormData(form.current);
    focus.current = document.activeElement;
    setSaving(true);
    setFailure(undefined);
    try {
      const pictures = attachments.all.map(({ picture, file }) => {
        if (picture === undefined) throw new Error(`Try again to upload ${file.name}, or remove it.`);
        return picture;
      });
      const draft = { text: String(data.get('text')).trim(), place: String(data.get('place')).trim(), pictures };
      const noteId = (id.current ??= newNoteId());
      const note = await attachments.handOver(() => notes.writeNote(noteId, draft));
      id.current = undefined;
      // Not there any more if the page was left meanwhile.
      form.current?.reset();
      focus.current = text.current;
      onWritten(note);
    } catch (error) {
      setFailure(error);
    } finally {
      setSaving(false);
    }
  }

  return (
    <form ref={form} class="composer" onSubmit={save} aria-label="New note" aria-busy={isSaving}>
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      <fieldset disabled={isSaving}>
        <label for="text">What did you see?</label>
        <textarea ref={text} id="text" name="text" rows={3} required maxLength={10_000} />
        <AttachmentStrip attachments={attachments} />
        <div class="tools">
          <div class="place-field">
            <Icon name="place" />
            <input name="place" aria-label="Where (optional)" placeholder="Where?" autocomplete="off" maxLength={200} />
          </div>
          {withPictures && (
            <label class="button add-pictures">
              <input
                type="file"
                accept={PICTURE_TYPES}
                multiple
                onChange={({ currentTarget }) => {
                  attachments.add(currentTarget.files ?? []);
                  currentTarget.value = '';
                }}
              />
              <Icon name="picture" />
              Add pictures
            </label>
          )}
          <button class="primary" type="submit" disabled={isUploading}>
            {isUploading ? 'Uploading…' : isSaving ? 'Saving…' : 'Save note'}
          </button>
        </div>
      </fieldset>
    </form>
  );
}
