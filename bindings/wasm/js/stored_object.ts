import { type OwnBytes, streamOf } from './body.js';
import type { DownloadOptions } from './object_options.js';
import type { Body } from './poolpass_wasm.js';

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
    signal: DownloadOptions['signal'],
    onProgress: DownloadOptions['onProgress'],
  ) {
    let received = 0;
    this.metadata = metadata;
    this.body = streamOf(body, signal, (piece) => {
      received += piece;
      // A browser that hides the encoding decompresses silently.
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

  /** Reads the whole content as UTF-8 text. Malformed bytes become replacement characters. */
  async text(): Promise<string> {
    // The Blob of jsdom has no method `text`.
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
  // A Response would turn every error into a TypeError.
  const reader = body.getReader();
  const pieces: OwnBytes[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return pieces;
    pieces.push(value);
  }
}
