import { type Client, PoolpassError, type UploadProgress, type UploadState } from 'poolpass';
import { useEffect, useRef, useState } from 'preact/hooks';

import { problem } from '../problem';
import { deletePictures, type Picture, uploadPicture } from './pictures';

/** A picture that is being uploaded for a note. */
export interface Attachment {
  readonly id: string;
  readonly file: File;
  /** The file itself, as `<img src>` takes it. */
  readonly preview: string;
  readonly progress?: UploadProgress;
  /** Set after the upload. */
  readonly picture?: Picture;
  /** Why it could not be uploaded. */
  readonly problem?: string;
}

export interface Attachments {
  readonly all: readonly Attachment[];
  /** Starts to upload files at once, while the note is still being written. */
  add(files: Iterable<File>): void;
  /** Resumes a failed upload. */
  retry(attachment: Attachment): void;
  /** Stops the upload, or deletes what was uploaded. */
  remove(attachment: Attachment): void;
  /**
   * Hands the pictures to the note that `save` writes. When that fails they are here again, unless the page was left. Whoever leaves
   * it then deletes them only if the note is certainly not written.
   */
  handOver<T>(save: () => Promise<T>): Promise<T>;
}

export function useAttachments(client: Client): Attachments {
  const [all, setAll] = useState<readonly Attachment[]>([]);
  const uploads = useRef(new Map<string, Upload>());

  const change = (id: string, changes: Partial<Attachment>) =>
    setAll((present) => present.map((one) => (one.id === id ? { ...one, ...changes } : one)));

  async function start(id: string, file: File) {
    const upload: Upload = { abort: new AbortController(), state: uploads.current.get(id)?.state };
    uploads.current.set(id, upload);
    const { signal } = upload.abort;
    try {
      const picture = await uploadPicture(client, file, upload.state, {
        signal,
        onProgress: (progress) => change(id, { progress }),
        onResumable: (state) => {
          upload.state = state;
        },
      });
      if (signal.aborted) await deletePictures(client, [picture]);
      else change(id, { picture });
    } catch (error) {
      if (!signal.aborted) change(id, { problem: problem(error) });
    }
  }

  function stop({ id, preview, picture }: Attachment) {
    const upload = uploads.current.get(id);
    uploads.current.delete(id);
    URL.revokeObjectURL(preview);
    upload?.abort.abort();
    if (picture !== undefined) deletePictures(client, [picture]).catch(ignore);
    else if (upload?.state !== undefined) client.bucket().abortUpload(upload.state).catch(ignore);
  }

  // Deletes pictures that no note has when the person leaves the page.
  const latest = useRef(all);
  latest.current = all;
  const isHandedOver = useRef(false);
  const isLeft = useRef(false);
  // Those of a note that may be written, since its answer was lost: without them it would be a note with holes.
  const doubtful = useRef(new Set<string>());
  const leave = () => {
    isLeft.current = true;
    if (isHandedOver.current) return;
    latest.current.filter(({ id }) => !doubtful.current.has(id)).forEach(stop);
  };
  useEffect(() => leave, []);

  return {
    all,
    add(files) {
      for (const file of files) {
        const id = crypto.randomUUID();
        setAll((present) => [...present, { id, file, preview: URL.createObjectURL(file) }]);
        void start(id, file);
      }
    },
    retry({ id, file }) {
      change(id, { problem: undefined });
      void start(id, file);
    },
    remove(attachment) {
      stop(attachment);
      setAll((present) => present.filter(({ id }) => id !== attachment.id));
    },
    async handOver(save) {
      isHandedOver.current = true;
      const saved = await save().catch((error: unknown) => {
        isHandedOver.current = false;
        if (!isRefusal(error)) for (const { id } of all) doubtful.current.add(id);
        if (isLeft.current) leave();
        throw error;
      });
      isHandedOver.current = false;
      for (const { preview } of all) URL.revokeObjectURL(preview);
      uploads.current.clear();
      doubtful.current.clear();
      setAll([]);
      return saved;
    },
  };
}

/** Whether the note is certainly not written. After an internal error of the service, it may be. */
function isRefusal(error: unknown): boolean {
  const { httpStatus = 0 } = error instanceof PoolpassError ? error : {};
  return httpStatus >= 400 && httpStatus < 500;
}

/** Objects that could not be deleted stay in the bucket, where no note refers to them. */
function ignore(): void {}

interface Upload {
  readonly abort: AbortController;
  state: UploadState | undefined;
}
