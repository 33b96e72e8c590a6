import { useState } from 'preact/hooks';

import { useApp } from '../context';
import type { Note } from './note';
import { PictureDialog } from './picture-dialog';
import type { Picture } from './pictures';
import { usePictureAddress } from './use-picture-address';

/** The pictures of a note. Each opens in full. */
export function Thumbnails({ note, onChanged }: { note: Note; onChanged: (note: Note) => void }) {
  const [opened, setOpened] = useState<Picture>();
  return (
    <>
      {note.pictures.length > 0 && (
        <ul class={`thumbnails thumbnails-${Math.min(note.pictures.length, 3)}`} aria-label="Pictures">
          {note.pictures.map((picture) => (
            <li key={picture.key}>
              <Thumbnail picture={picture} onOpen={() => setOpened(picture)} />
            </li>
          ))}
        </ul>
      )}
      {/* Also without any picture left: the one that is open may be in the middle of being deleted. */}
      {opened !== undefined && (
        <PictureDialog note={note} picture={opened} onChanged={onChanged} onClose={() => setOpened(undefined)} />
      )}
    </>
  );
}

function Thumbnail({ picture, onOpen }: { picture: Picture; onOpen: () => void }) {
  const { client } = useApp();
  const { address, attempt, onError, hasFailed } = usePictureAddress(client, picture);
  return (
    <button type="button" class="thumbnail" aria-label={`Open ${picture.name}`} onClick={onOpen}>
      {hasFailed ? (
        <span class="missing">The picture could not be loaded</span>
      ) : (
        <img key={attempt} src={address} alt="" loading="lazy" onError={onError} />
      )}
    </button>
  );
}
