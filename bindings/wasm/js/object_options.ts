import type { CallOptions } from './options.js';
import type { DownloadProgress } from './stored_object.js';

/** Settings for writing an object. Default: none. */
export interface PutOptions extends CallOptions {
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
  replace?: Omit<PutOptions, 'signal'> | undefined;
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
}

/** The range and the conditions of a read, and a listener for its progress. */
export interface DownloadOptions extends GetOptions {
  /** Called whenever a piece has arrived. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}
