import { useState } from 'preact/hooks';

import { useApp } from '../context';
import { problem } from '../problem';
import { announce } from '../ui/announce';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icon';
import { Notice } from '../ui/notice';
import type { Note } from './note';
import { deletePictures, type Picture, shareLink } from './pictures';
import { usePictureAddress } from './use-picture-address';

interface PictureDialogProps {
  readonly note: Note;
  readonly picture: Picture;
  readonly onChanged: (note: Note) => void;
  readonly onClose: () => void;
}

/** A picture in full, and what can be done with it. */
export function PictureDialog({ note, picture, onChanged, onClose }: PictureDialogProps) {
  const { client, notes } = useApp();
  const { address, attempt, onError, hasFailed } = usePictureAddress(client, picture);
  const [link, setLink] = useState<{ url: string; until: Date; isCopied: boolean }>();
  const [failure, setFailure] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const act = (action: () => Promise<void>) => async () => {
    setBusy(true);
    setFailure(undefined);
    await action().catch(setFailure);
    setBusy(false);
  };

  const share = act(async () => {
    const { url, expiresAt } = await shareLink(client, picture);
    // Some browsers ask first, and people may say no: then the link can still be copied by hand.
    const isCopied = await navigator.clipboard.writeText(url).then(
      () => true,
      () => false,
    );
    setLink({ url, until: expiresAt, isCopied });
  });

  const remove = act(async () => {
    // At the second try the note may be without it already, and only the bucket has it.
    if (note.pictures.some(({ key }) => key === picture.key)) onChanged(await notes.removePicture(note, picture));
    await deletePictures(client, [picture]);
    announce('The picture is deleted.');
    onClose();
  });

  return (
    <Dialog title={picture.name} onClose={onClose} class="picture">
      {hasFailed ? (
        <Notice kind="problem">The picture could not be loaded.</Notice>
      ) : (
        <img key={attempt} src={address} alt={picture.name} onError={onError} />
      )}
      {failure !== undefined && <Notice kind="problem">{problem(failure)}</Notice>}
      {link !== undefined && (
        <div class="field">
          <label for="link">Link to the picture</label>
          <input id="link" readOnly value={link.url} onFocus={({ currentTarget }) => currentTarget.select()} />
        </div>
      )}
      {/* Here and not in the corner of the page, which a modal dialog hides from screen readers. */}
      <p role="status" class="shared">
        {link !== undefined &&
          `${link.isCopied ? 'The link is copied.' : 'Copy the link.'} Whoever has it sees the picture until ${TIME.format(link.until)}.`}
      </p>
      <div class="buttons">
        <button class="primary" type="button" disabled={isBusy} onClick={share}>
          <Icon name="link" />
          Share by link
        </button>
        <button type="button" disabled={isBusy} onClick={remove}>
          <Icon name="delete" />
          Delete picture
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
