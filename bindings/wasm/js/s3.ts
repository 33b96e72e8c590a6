import { type BytesLike, bytesOf, mediaTypeOf, type OwnBytes, reporting, streamOf, uploadSource } from './body.js';
import type { PoolpassError } from './errors.js';
import { type Handle, type Unproxied, unproxied } from './handle.js';
import { type CallOptions, given } from './options.js';
import type { Body, Bucket as Inner } from './poolpass_wasm.js';

export type { BytesLike } from './body.js';

/** Settings for writing an object. Default: none. */
export interface ObjectOptions {
  /** The media type. Default: that of the `Blob`, or else `binary/octet-stream`, set by S3. */
  contentType?: string | undefined;
  /** How long caches may keep the object, such as `max-age=3600`. */
  cacheControl?: string | undefined;
  /** Whether a browser shows or saves the object, and under which name, such as `attachment; filename="a.pdf"`. */
  contentDisposition?: string | undefined;
  /** The compression of the content, such as `gzip`. */
  contentEncoding?: string | undefined;
  /** The language of the content. */
  contentLanguage?: string | undefined;
  /**
   * The app's own metadata: at most 2 KB of ASCII in total. S3 keeps names in lower case. Empty names, names that differ only in
   * case, and values with blanks at their ends are refused.
   */
  metadata?: Record<string, string> | undefined;
  /** Writes only if no object has the key yet (`If-None-Match: *`). Otherwise the call fails with kind `conditionFailed`. */
  ifAbsent?: boolean | undefined;
  /**
   * Writes only if the present object has this ETag (`If-Match`). Otherwise the call fails with kind `conditionFailed`, or `notFound`
   * if there is no object.
   */
  ifMatch?: string | undefined;
  /** The storage class, such as `STANDARD_IA` or `GLACIER_IR`. Default: `STANDARD`. */
  storageClass?: string | undefined;
  /** The encryption at rest: `AES256` or `aws:kms`. Default: the bucket's. */
  serverSideEncryption?: string | undefined;
  /** The KMS key for `aws:kms`. Default: the account's own key for S3. */
  kmsKeyId?: string | undefined;
}

/** Settings for a copy. Default: the latest version, with all its settings. */
export interface CopyOptions extends CallOptions {
  /** The bucket to copy from. Default: this bucket. */
  fromBucket?: string | undefined;
  /** The version to copy. Default: the latest. */
  fromVersionId?: string | undefined;
  /** Copies only if the source has this ETag. Otherwise the call fails with kind `conditionFailed`. */
  ifSourceMatches?: string | undefined;
  /** The settings of the copy. Default: those of the source. */
  replace?: ObjectOptions | undefined;
}

export type PutOptions = ObjectOptions & CallOptions;

/** Settings for an upload. */
export interface UploadOptions extends ObjectOptions, CallOptions {
  /** The size of a part in bytes; smaller content is sent in one request. Default and minimum: 5 MiB. */
  partSize?: number | undefined;
  /** The number of parts sent at the same time. Default: 4. */
  concurrency?: number | undefined;
  /** Called whenever a part is done. A resumed upload counts the parts that S3 already has. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /**
   * Called once, when an upload in parts has begun, with the state for continuing it (`resume`) or aborting it (`abortUpload`), even
   * after a reload: it is plain JSON. With it, S3 keeps the parts of an upload that fails or is cancelled; without it, such an upload
   * is aborted.
   */
  onResumable?: ((state: UploadState) => void) | undefined;
  /** Continues an interrupted upload. The body must be the same content, from the beginning. */
  resume?: UploadState | undefined;
}

/** The progress of an upload. */
export interface UploadProgress {
  /** The bytes that S3 has, in complete parts. */
  readonly sent: number;
  /** The total number of bytes, if it is known. */
  readonly total?: number;
}

/** The state of an upload that has begun: enough to continue or to abort it. It is small, is plain JSON, and holds no secret. */
export interface UploadState {
  /** The version of the format. */
  readonly version: number;
  /** The bucket of the object. */
  readonly bucket: string;
  /** The key of the object. */
  readonly key: string;
  /** S3's id of the upload. */
  readonly uploadId: string;
  /** The size of a part in bytes. */
  readonly partSize: number;
  /** The number of bytes, unless they come from a stream. */
  readonly size: number | null;
  /** Whether S3 checks one checksum over the whole content at the end. */
  readonly wholeChecksum: boolean;
}

/** The result of writing an object. */
export interface PutResult {
  /** The ETag of the new content, in quotation marks. A browser sees it only if CORS exposes it. */
  readonly etag?: string;
  /** The new version, in a bucket with versioning. */
  readonly versionId?: string;
}

/** The range and the conditions of a read. Default: the whole object, without conditions. */
export interface GetOptions extends CallOptions {
  /** Reads only these bytes: from `start` up to `end`, which is not included, or the `last` bytes. */
  range?: { start?: number | undefined; end?: number | undefined } | { last: number } | undefined;
  /** Reads only if the object has this ETag. Otherwise the call fails with kind `conditionFailed`. */
  ifMatch?: string | undefined;
  /** Reads only if the object has another ETag, that is, has changed. Otherwise the call fails with kind `notModified`. */
  ifNoneMatch?: string | undefined;
  /** Reads only if the object has changed since this time. Otherwise the call fails with kind `notModified`. */
  ifModifiedSince?: Date | undefined;
  /** Reads only if the object has not changed since this time. Otherwise the call fails with kind `conditionFailed`. */
  ifUnmodifiedSince?: Date | undefined;
  /** Reads this version, in a bucket with versioning. Default: the latest. */
  versionId?: string | undefined;
  /** Called whenever a piece has arrived. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** The progress of a download. */
export interface DownloadProgress {
  /** The bytes that have arrived. */
  readonly received: number;
  /** The number of bytes in the content, or in the range that was asked for. Absent if the host decompresses the content. */
  readonly total?: number;
}

/**
 * The metadata of an object, from HeadObject or GetObject.
 *
 * In a browser, the bucket's CORS rules decide which headers are visible (`ExposeHeaders`). Members that they do not name are absent,
 * except for those that every page sees, such as the media type. S3 allows no wildcard there, so the app's own metadata must be named
 * one by one, as in `x-amz-meta-author`.
 */
export interface ObjectMetadata {
  /** The size of the whole object in bytes, even if only a range was read. Absent if the response does not tell. */
  readonly size?: number;
  /** The ETag, which changes whenever the content does. In quotation marks, as `ifMatch` takes it. */
  readonly etag?: string;
  /** The time of the last write, to the second. */
  readonly lastModified?: Date;
  /** The media type, such as `image/jpeg`. */
  readonly contentType?: string;
  /** How long caches may keep the object. */
  readonly cacheControl?: string;
  /** Whether a browser shows or saves the object, and under which name. */
  readonly contentDisposition?: string;
  /** The compression of the content, such as `gzip`. */
  readonly contentEncoding?: string;
  /** The language of the content. */
  readonly contentLanguage?: string;
  /** The app's own metadata. Names are in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The version, in a bucket with versioning. */
  readonly versionId?: string;
  /** The storage class, unless it is `STANDARD`. */
  readonly storageClass?: string;
  /** The encryption at rest, such as `AES256` or `aws:kms`. */
  readonly serverSideEncryption?: string;
}

/** Settings for a listing. Default: all keys with the prefix. */
export interface ListOptions extends CallOptions {
  /**
   * Groups keys: those that contain this text after the prefix are not listed, and their part up to it becomes one common prefix.
   * With `/`, a listing looks like a folder with its subfolders.
   */
  delimiter?: string | undefined;
  /** Lists only keys that sort after this one. */
  startAfter?: string | undefined;
  /** The maximum number of keys and common prefixes in a page. Default and limit: 1000. */
  pageSize?: number | undefined;
  /** Continues after an earlier page, with that page's `nextContinuationToken`. */
  continuationToken?: string | undefined;
}

/** A page of a listing, sorted by the UTF-8 bytes of the keys. */
export interface ListPage {
  /** The objects. */
  readonly objects: readonly ListedObject[];
  /** The common prefixes of the keys that contain the delimiter. */
  readonly commonPrefixes: readonly string[];
  /** The token for the next page, as `continuationToken`. Absent on the last page. */
  readonly nextContinuationToken?: string;
}

/** An object in a listing. */
export interface ListedObject {
  /** The whole key, including the prefix. */
  readonly key: string;
  /** The size in bytes. */
  readonly size: number;
  /** The ETag, in quotation marks, as `ifMatch` takes it. */
  readonly etag?: string;
  /** The time of the last write. */
  readonly lastModified?: Date;
  /** The storage class, such as `STANDARD`. */
  readonly storageClass?: string;
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
  readonly url: string;
  /** The headers that have to be sent along, exactly so. Empty for reading. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it stops working, on AWS's clock, from which the device's may differ. */
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
  private readonly inner: Unproxied<Handle<Inner>>;

  /** @internal */
  constructor(inner: Handle<Inner>) {
    this.name = inner.inner.name;
    this.inner = unproxied(inner);
  }

  /** A key under the user's own prefix: `private/{identity id}/{name}`. */
  privatePath(name: string, options: CallOptions = {}): Promise<string> {
    return this.inner().call('privatePath', { ...options, name });
  }

  /** Writes an object, replacing any object under the key (PutObject). Use `upload` for more than a few megabytes. */
  async put(key: string, body: BytesLike, options: PutOptions = {}): Promise<PutResult> {
    // Before the body is read: what is under way goes on when the client is closed.
    const { inner } = this.inner();
    return inner.call('put', { ...withType(body, options), key, body: await bytesOf(body) });
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
    const { onProgress, onResumable } = given(options);
    const listeners = {
      onProgress: onProgress == null ? undefined : reporting('onProgress', onProgress),
      onResumable: onResumable == null ? undefined : reporting('onResumable', onResumable),
    };
    return this.inner().call('upload', { ...withType(body, options), ...listeners, key, body: uploadSource(body) });
  }

  /** Aborts an upload in parts: S3 discards the parts it has (AbortMultipartUpload). */
  abortUpload(state: UploadState, options: CallOptions = {}): Promise<void> {
    return this.inner().call('abortUpload', { ...options, state });
  }

  /** Reads an object (GetObject). The content arrives while it is read. */
  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    const { onProgress, signal } = given(options);
    const progress = onProgress == null ? undefined : reporting('onProgress', onProgress);
    const { metadata, length, body } = (await this.inner().call('get', { ...options, key })) as {
      metadata: ObjectMetadata;
      length?: number | undefined;
      body: Body;
    };
    return new StoredObject(metadata, length, body, signal, progress);
  }

  /** Reads an object's metadata without its content (HeadObject). */
  head(key: string, options: Omit<GetOptions, 'range' | 'onProgress'> = {}): Promise<ObjectMetadata> {
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

/** A listing, made by `Bucket.list`. `for await` gives the objects of all pages, each page fetched when it is needed. */
export class ListObjects implements AsyncIterable<ListedObject> {
  private readonly bucket: Unproxied<Handle<Inner>>;
  private readonly options: ListOptions & { prefix: string };

  /** @internal */
  constructor(bucket: Handle<Inner>, prefix: string, options: ListOptions) {
    this.bucket = unproxied(bucket);
    this.options = { ...options, prefix };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ListedObject, void, undefined> {
    for await (const page of this.pages()) yield* page.objects;
  }

  /** All pages, each fetched when it is needed. */
  async *pages(): AsyncGenerator<ListPage, void, undefined> {
    let { continuationToken } = this.options;
    do {
      const page: ListPage = await this.read(continuationToken);
      yield page;
      continuationToken = page.nextContinuationToken;
    } while (continuationToken !== undefined);
  }

  /** Fetches one page. */
  page(): Promise<ListPage> {
    return this.read(this.options.continuationToken);
  }

  private read(continuationToken: string | undefined): Promise<ListPage> {
    return this.bucket().call('listPage', { ...this.options, continuationToken });
  }
}

/** An object: its metadata, and its content, which arrives while it is read and can be read once. */
export class StoredObject {
  /** The object's metadata. */
  readonly metadata: ObjectMetadata;
  /** The content as a stream of pieces. S3's checksum is verified at its end, and a broken connection is resumed. */
  readonly body: ReadableStream<OwnBytes>;

  /** @internal */
  constructor(
    metadata: ObjectMetadata,
    length: number | undefined,
    body: Body,
    signal: GetOptions['signal'],
    onProgress: GetOptions['onProgress'],
  ) {
    let received = 0;
    this.metadata = metadata;
    this.body = streamOf(body, signal, (piece) => {
      received += piece;
      // A browser that hides the encoding unpacks without a word.
      const total = length !== undefined && received <= length ? length : undefined;
      onProgress?.(total === undefined ? { received } : { received, total });
    });
  }

  /** Reads the whole content, or the whole range, into memory. */
  async bytes(): Promise<OwnBytes> {
    const pieces = await piecesOf(this.body);
    const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let length = 0;
    for (const piece of pieces) {
      all.set(piece, length);
      length += piece.length;
    }
    return all;
  }

  /** Reads the whole content as UTF-8 text. */
  async text(): Promise<string> {
    // The Blob of jsdom has no such method.
    return new TextDecoder().decode(await this.bytes());
  }

  /** Reads the whole content as JSON. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** Reads the whole content as a `Blob` with the object's media type. */
  async blob(): Promise<Blob> {
    return new Blob(await piecesOf(this.body), { type: this.metadata.contentType ?? '' });
  }
}

async function piecesOf(body: ReadableStream<OwnBytes>): Promise<OwnBytes[]> {
  // Not by a Response, whose methods make a TypeError of every error.
  const reader = body.getReader();
  const pieces: OwnBytes[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return pieces;
    pieces.push(value);
  }
}

function withType<T extends ObjectOptions>(body: unknown, options: T): T {
  return { ...options, contentType: given(options).contentType ?? mediaTypeOf(body) };
}
