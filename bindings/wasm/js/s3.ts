import { type BytesLike, bytesOf, mediaTypeOf, reporting, uploadSource } from './body.js';
import type { BucketHandle } from './calls.js';
import type { PoolpassError } from './errors.js';
import { type Unproxied, unproxied } from './handle.js';
import { ListObjects, type ListOptions } from './list_objects.js';
import type { CopyOptions, DownloadOptions, GetOptions, PutOptions } from './object_options.js';
import { type CallOptions, given } from './options.js';
import { type ObjectMetadata, StoredObject } from './stored_object.js';
import type { UploadOptions, UploadState } from './uploads.js';

export type { BytesLike } from './body.js';
export * from './list_objects.js';
export * from './object_options.js';
export * from './stored_object.js';
export * from './uploads.js';

/** The result of writing an object. */
export interface PutResult {
  /** The ETag of the new content, in quotation marks. A browser sees it only if CORS exposes it. */
  readonly etag?: string;
  /** The new version, in a bucket with versioning. */
  readonly versionId?: string;
}

/** The result of deleting several objects. */
export interface DeletedObjects {
  /** The keys that no longer have an object, whether or not they had one before. */
  readonly deleted: readonly string[];
  /** The keys whose objects S3 refused to delete, each with its error. */
  readonly errors: readonly { readonly key: string; readonly error: PoolpassError }[];
}

/** A URL that carries its own signature: a secret until it expires. */
export interface PresignedUrl {
  /** The URL: a secret. */
  readonly url: string;
  /** The headers that must be sent with the request, unchanged. Empty for a URL that reads. */
  readonly headers: Readonly<Record<string, string>>;
  /** The time at which it stops working, on AWS's clock. */
  readonly expiresAt: Date;
}

/**
 * An S3 bucket, used with the permissions of the user or guest.
 *
 * ```ts
 * const bucket = client.bucket();
 * const key = await bucket.privatePath('cat.jpg');
 * await bucket.upload(key, file, { onProgress: ({ sent, total }) => show(sent / total!) });
 * image.src = URL.createObjectURL(await (await bucket.get(key)).blob());
 * ```
 */
export class Bucket {
  /** The name of the bucket. */
  readonly name: string;
  private readonly inner: Unproxied<BucketHandle>;

  /** @internal */
  constructor(inner: BucketHandle) {
    this.name = inner.inner.name;
    this.inner = unproxied(inner);
  }

  /** A key under the user's own prefix: `private/{identity id}/{name}`. */
  privatePath(name: string, options: CallOptions = {}): Promise<string> {
    return this.inner().call('privatePath', { ...options, name });
  }

  /** Writes an object, replacing any object under the key (PutObject). Use `upload` for more than a few megabytes. */
  async put(key: string, body: BytesLike, options: PutOptions = {}): Promise<PutResult> {
    // Taken before the body is read, so that a call that has begun continues when the client is closed.
    const call = this.inner().begun();
    return call('put', { ...withType(body, options), key, body: await bytesOf(body) });
  }

  /**
   * Uploads content of any size, in parallel parts if it is large (PutObject, or CreateMultipartUpload, UploadPart and
   * CompleteMultipartUpload). A `Blob` or `File` is read part by part, so that only the parts under way are in memory.
   */
  async upload(
    key: string,
    body: BytesLike | ReadableStream<Uint8Array>,
    options: UploadOptions = {},
  ): Promise<PutResult> {
    return this.inner().call('upload', { ...transfer(body, options), key });
  }

  /**
   * Continues an interrupted upload, even after a reload (ListParts, then as `upload`). The body must be the same content, from the
   * beginning. Parts that S3 has are not sent again.
   */
  async resumeUpload(
    state: UploadState,
    body: BytesLike | ReadableStream<Uint8Array>,
    options: UploadOptions = {},
  ): Promise<PutResult> {
    return this.inner().call('resumeUpload', { ...transfer(body, options), state });
  }

  /** Aborts an upload in parts: S3 discards the parts it has (AbortMultipartUpload). */
  abortUpload(state: UploadState, options: CallOptions = {}): Promise<void> {
    return this.inner().call('abortUpload', { ...options, state });
  }

  /** Reads an object (GetObject). The content arrives while it is read. */
  async get(key: string, options: DownloadOptions = {}): Promise<StoredObject> {
    const { onProgress, signal } = given(options);
    const progress = onProgress == null ? undefined : reporting('onProgress', onProgress);
    const { metadata, length, body } = await this.inner().call('get', { ...options, key });
    return new StoredObject(metadata, length, body, signal, progress);
  }

  /** Reads an object's metadata without its content (HeadObject). */
  head(key: string, options: Omit<GetOptions, 'range'> = {}): Promise<ObjectMetadata> {
    return this.inner().call('head', { ...options, key });
  }

  /** Deletes an object (DeleteObject). Deleting a missing object succeeds. With versioning, S3 keeps the old versions. */
  delete(key: string, options: CallOptions = {}): Promise<void> {
    return this.inner().call('delete', { ...options, key });
  }

  /** Deletes any number of objects, a thousand per request (DeleteObjects). The result has the errors of single keys. */
  deleteMany(keys: string[], options: CallOptions = {}): Promise<DeletedObjects> {
    return this.inner().call('deleteMany', { ...options, keys });
  }

  /** Copies an object inside S3, without transferring it to this device (CopyObject). At most 5 GB. */
  copy(from: string, to: string, options: CopyOptions = {}): Promise<PutResult> {
    return this.inner().call('copy', { ...options, from, to });
  }

  /** Lists the objects whose keys begin with `prefix` (ListObjectsV2). */
  list(prefix: string, options: ListOptions = {}): ListObjects {
    return new ListObjects(this.inner(), prefix, options);
  }

  /**
   * Creates a URL that reads the object until it expires (GetObject). At most seven days, in seconds. The URL also expires with the
   * credentials that sign it, which last about an hour.
   */
  presignGet(
    key: string,
    expiresIn: number,
    options: CallOptions & {
      /** Tells the browser to save the object under this name. */
      fileName?: string | undefined;
    } = {},
  ): Promise<PresignedUrl> {
    return this.inner().call('presignGet', { ...options, key, expiresIn });
  }

  /** Creates a URL that writes the object until it expires (PutObject), as often as it is used. At most seven days, in seconds. */
  presignPut(key: string, expiresIn: number, options: PutOptions = {}): Promise<PresignedUrl> {
    return this.inner().call('presignPut', { ...options, key, expiresIn });
  }
}

/** The members of `upload` and `resumeUpload`. */
function transfer(body: BytesLike | ReadableStream<Uint8Array>, options: UploadOptions) {
  const { onProgress, onResumable } = given(options);
  return {
    ...withType(body, options),
    onProgress: onProgress == null ? undefined : reporting('onProgress', onProgress),
    onResumable: onResumable == null ? undefined : reporting('onResumable', onResumable),
    body: uploadSource(body),
  };
}

function withType<T extends PutOptions>(body: unknown, options: T): T {
  return { ...options, contentType: given(options).contentType ?? mediaTypeOf(body) };
}
