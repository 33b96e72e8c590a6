import { Icon } from '../ui/icon';
import type { Attachment, Attachments } from './attachments';

/** The pictures that are being uploaded for a note, each with a preview and its progress. */
export function AttachmentStrip({ attachments }: { attachments: Attachments }) {
  if (attachments.all.length === 0) return null;
  return (
    <ul class="attachments" aria-label="Pictures of this note">
      {attachments.all.map((attachment) => (
        <li key={attachment.id}>
          <img src={attachment.preview} alt={attachment.file.name} />
          <Progress attachment={attachment} />
          <div class="actions">
            {attachment.problem !== undefined && (
              <button
                type="button"
                class="round"
                aria-label={`Try again to upload ${attachment.file.name}`}
                onClick={() => attachments.retry(attachment)}
              >
                <Icon name="retry" />
              </button>
            )}
            <button
              type="button"
              class="round"
              aria-label={`Remove ${attachment.file.name}`}
              onClick={() => attachments.remove(attachment)}
            >
              <Icon name="close" />
            </button>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Progress({ attachment: { file, progress, picture, problem } }: { attachment: Attachment }) {
  if (problem !== undefined) {
    return (
      <p class="failed" role="alert">
        {problem}
      </p>
    );
  }
  if (picture !== undefined) return <p class="done">Uploaded</p>;
  // Without a value it shows that something is going on: nothing is known until the first part has arrived.
  const value = progress === undefined ? {} : { value: progress.sent };
  return <progress aria-label={`Uploading ${file.name}`} max={file.size} {...value} />;
}
