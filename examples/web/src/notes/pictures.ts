import type { Client, PresignedUrl, UploadOptions, UploadState } from 'poolpass';

/** A picture as a note refers to it. */
export type Picture = {
  /** Its key in the bucket, below the prefix that is the person's own. */
  readonly key: string;
  /** The name of the file that it came from. */
  readonly name: string;
};

/** The kinds of picture that every browser shows. */
export const PICTURE_TYPES = 'image/jpeg,image/png,image/webp,image/gif,image/avif';

/**
 * Uploads a picture, in parts if it is large, or continues an upload that was interrupted. A key is used once, so caches may keep the
 * picture for ever.
 */
export async function uploadPicture(
  client: Client,
  file: File,
  interrupted: UploadState | undefined,
  options: UploadOptions,
): Promise<Picture> {
  const bucket = client.bucket();
  if (interrupted !== undefined) {
    await bucket.resumeUpload(interrupted, file, options);
    return { key: interrupted.key, name: file.name };
  }
  const key = await bucket.privatePath(`pictures/${crypto.randomUUID()}`);
  await bucket.upload(key, file, { cacheControl: 'private, max-age=31536000, immutable', ...options });
  return { key, name: file.name };
}

/** An address for `<img src>`. Signing it sends nothing, so every page makes its own. */
export async function addressOf(client: Client, picture: Picture): Promise<string> {
  return (await client.bucket().presignGet(picture.key, 15 * 60)).url;
}

/** A link for anyone. It ends after a day at most, and with the credentials that sign it, which live for an hour. */
export function shareLink(client: Client, picture: Picture): Promise<PresignedUrl> {
  return client.bucket().presignGet(picture.key, 24 * 60 * 60);
}

export async function deletePictures(client: Client, pictures: readonly Picture[]): Promise<void> {
  if (pictures.length === 0) return;
  const { errors } = await client.bucket().deleteMany(pictures.map(({ key }) => key));
  if (errors[0] !== undefined) throw errors[0].error;
}
