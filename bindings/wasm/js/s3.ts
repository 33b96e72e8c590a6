import { type BytesLike, bytesOf, mediaTypeOf, type OwnBytes, reporting, streamOf, uploadSource } from './body.js';
import type { PoolpassError } from './errors.js';
import { type Handle, type Unproxied, unproxied } from './handle.js';
import { type CallOptions, given } from './options.js';
import type { Body, Bucket as Inner } from './poolpass_wasm.js';

export type { BytesLike } from './body.js';

/** What is said about an object when it is written. */
export interface ObjectOptions {
  /** The media type. Default: that of the `Blob`, or else S3's `binary/octet-stream`. */
  contentType?: string | undefined;
  /** How long caches may keep it, such as `max-age=3600`. */
  cacheControl?: string | undefined;
  /** Whether a browser shows or saves it, such as `attachment; filename="a.pdf"`. */
  contentDisposition?: string | undefined;
  contentEncoding?: string | undefined;
  contentLanguage?: string | undefined;
  /** The app's own metadata: 2 KB of ASCII in all. */
  metadata?: Record<string, string> | undefined;
  /** Writes only if there is no object under the key yet. Otherwise kind `conditionFailed`. */
  ifAbsent?: boolean | undefined;
  /** Writes only if the present object has this ETag. Otherwise kind `conditionFailed`. */
  ifMatch?: string | undefined;
  storageClass?: string | undefined;
  /** `AES256` or `aws:kms`. Default: the bucket's. */
  serverSideEncryption?: string | undefined;
  kmsKeyId?: string | undefined;
}

export type PutOptions = ObjectOptions & CallOptions;

/** How an upload is carried out. */
export interface UploadOptions extends ObjectOptions, CallOptions {
  /** The size of a part in bytes, also up to which one request does it all. Default, and S3's least: 5 MiB. */
  partSize?: number | undefined;
  /** How many parts are under way at the same time. Default: 4. */
  concurrency?: number | undefined;
  /** Called whenever a part is done. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /**
   * Called once an upload in parts has begun, with what it takes to go on with it (`resume`) or to give it up
   * (`abortUpload`), also after a reload: it is plain JSON. Without it, an upload that fails or is aborted is given up.
   */
  onResumable?: ((state: UploadState) => void) | undefined;
  /** Goes on with an upload that was interrupted. The body has to be the same content, from the beginning. */
  resume?: UploadState | undefined;
}

/** How far an upload has come. */
export interface UploadProgress {
  /** The bytes that S3 has, in complete parts. */
  readonly sent: number;
  /** All bytes; absent for a stream. */
  readonly total?: number;
}

/** An upload that has begun. It holds no secret, and survives as JSON. */
export interface UploadState {
  readonly version: number;
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly partSize: number;
  readonly size: number | null;
  /** Whether S3 checks one checksum over the whole content at the end. */
  readonly wholeChecksum: boolean;
}

/** An object as it was written. */
export interface PutResult {
  /** The new content's ETag. In a browser only where the bucket's CORS rules expose it. */
  readonly etag?: string;
  readonly versionId?: string;
}

/** Which part of an object is read, and under which conditions. */
export interface GetOptions extends CallOptions {
  /** Only these bytes: `end` is not included, and `last` counts from the end. */
  range?: { start?: number | undefined; end?: number | undefined } | { last: number } | undefined;
  /** Only if the object has this ETag. Otherwise kind `conditionFailed`. */
  ifMatch?: string | undefined;
  /** Only if the object has another ETag. Otherwise kind `notModified`. */
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: Date | undefined;
  ifUnmodifiedSince?: Date | undefined;
  versionId?: string | undefined;
  /** Called whenever a piece has arrived. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** How far a download has come. */
export interface DownloadProgress {
  readonly received: number;
  /** All bytes that arrive, those of the range where one was asked for. Absent where the host unpacks the content (`content-encoding`). */
  readonly total?: number;
}

/** What S3 knows about an object. The bucket's CORS rules decide which of it a browser can see. */
export interface ObjectMetadata {
  readonly size?: number;
  readonly etag?: string;
  readonly lastModified?: Date;
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly versionId?: string;
  readonly storageClass?: string;
  readonly serverSideEncryption?: string;
}

/** Which keys are listed. */
export interface ListOptions extends CallOptions {
  /** Keys that have this text behind the prefix become one common prefix: with `/`, a folder with its subfolders. */
  delimiter?: string | undefined;
  /** Only keys that sort behind it. */
  startAfter?: string | undefined;
  /** At most so many keys and prefixes in a page. Default and limit: 1000. */
  pageSize?: number | undefined;
}

export interface ListPage {
  readonly objects: readonly ListedObject[];
  readonly commonPrefixes: readonly string[];
  /** What the next page is asked for with; absent on the last page. */
  readonly next?: string;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag?: string;
  readonly lastModified?: Date;
  readonly storageClass?: string;
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
 * An S3 bucket, as far as the person's role allows.
 *
 * ```ts
 * const bucket = client.bucket();
 * const key = await bucket.privatePath('cat.jpg');
 * await bucket.upload(key, file, { onProgress: ({ sent, total }) => show(sent / total!) });
 * image.src = URL.createObjectURL(await (await bucket.get(key)).blob());
 * ```
 */
export class Bucket {
  readonly name: string;
  private readonly inner: Unproxied<Handle<Inner>>;

  /** @internal */
  constructor(inner: Handle<Inner>) {
    this.name = inner.inner.name;
    this.inner = unproxied(inner);
  }

  /** `private/{identity id}/{name}`: a key under the prefix that is the person's own. */
  privatePath(name: string, options: CallOptions = {}): Promise<string> {
    return this.inner().call('privatePath', { ...options, name });
  }

  /** Writes an object in one request (PutObject). For more than a few megabytes see `upload`. */
  async put(key: string, body: BytesLike, options: PutOptions = {}): Promise<PutResult> {
    // Before the body is read: what is under way goes on when the client is closed.
    const { inner } = this.inner();
    return inner.call('put', { ...withType(body, options), key, body: await bytesOf(body) });
  }

  /**
   * Uploads what may be large, in parallel parts if it is. A `Blob` or `File` is read part by part, so that a part times the
   * parts under way is all that is in memory.
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

  /** Gives up an upload in parts: S3 forgets the parts that it has. */
  abortUpload(state: UploadState, options: CallOptions = {}): Promise<void> {
    return this.inner().call('abortUpload', { ...options, state });
  }

  /** Reads an object, or a part of it (GetObject). The content arrives while it is read. */
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

  /** What S3 knows about an object (HeadObject). */
  head(key: string, options: Omit<GetOptions, 'range' | 'onProgress'> = {}): Promise<ObjectMetadata> {
    return this.inner().call('head', { ...options, key });
  }

  /** Deletes an object (DeleteObject). That there is none is not an error. */
  delete(key: string, options: CallOptions = {}): Promise<void> {
    return this.inner().call('delete', { ...options, key });
  }

  /** Deletes any number of objects (DeleteObjects). That S3 refuses single keys is in the result. */
  deleteMany(
    keys: string[],
    options: CallOptions = {},
  ): Promise<{ deleted: string[]; errors: { key: string; error: PoolpassError }[] }> {
    return this.inner().call('deleteMany', { ...options, keys });
  }

  /** Copies an object without it passing through this device (CopyObject). At most 5 GB. */
  copy(
    from: string,
    to: string,
    options: CallOptions & {
      fromBucket?: string | undefined;
      fromVersionId?: string | undefined;
      /** Copies only if the source has this ETag. */
      ifSourceMatches?: string | undefined;
      /** What is said about the copy in place of what is said about the source. */
      replace?: ObjectOptions | undefined;
    } = {},
  ): Promise<PutResult> {
    return this.inner().call('copy', { ...options, from, to });
  }

  /** All objects whose keys begin with `prefix`, page after page as they are needed (ListObjectsV2). */
  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject, void, undefined> {
    for await (const page of this.listPages(prefix, options)) yield* page.objects;
  }

  /** Pages of a listing, each fetched when it is needed. */
  async *listPages(prefix: string, options: ListOptions = {}): AsyncGenerator<ListPage, void, undefined> {
    let continuation: string | undefined;
    do {
      const page = await this.listPage(prefix, { ...options, continuation });
      yield page;
      continuation = page.next;
    } while (continuation !== undefined);
  }

  /** One page of a listing. */
  listPage(prefix: string, options: ListOptions & { continuation?: string | undefined } = {}): Promise<ListPage> {
    return this.inner().call('listPage', { ...options, prefix });
  }

  /**
   * A URL that reads the object for so many seconds, at most seven days; it dies with the credentials that signed it, which
   * live for about an hour.
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

  /** A URL that writes the object for so many seconds, as often as it is used. */
  presignPut(key: string, expiresIn: number, options: PutOptions = {}): Promise<PresignedUrl> {
    return this.inner().call('presignPut', { ...options, key, expiresIn });
  }
}

/** An object: what S3 knows about it, and its content, which can be read once. */
export class StoredObject {
  /** What S3 knows about it. */
  readonly metadata: ObjectMetadata;
  /** The content, piece by piece. S3's checksum is verified at its end; a connection that breaks is resumed. */
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

  /** The whole content in memory. */
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

  /** The whole content as UTF-8. */
  async text(): Promise<string> {
    // The Blob of jsdom has no such method.
    return new TextDecoder().decode(await this.bytes());
  }

  /** The whole content, read as JSON. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** The whole content as a `Blob` of the object's media type. */
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
