import type { PutOptions } from './object_options.js';

/** Settings for an upload. */
export interface UploadOptions extends PutOptions {
  /** The size of a part in bytes; smaller content is sent in one request. Default and minimum: 5 MiB. */
  partSize?: number | undefined;
  /** The number of parts sent at the same time. Default: 4. */
  concurrency?: number | undefined;
  /** Called whenever a part is done. A resumed upload counts the parts that S3 already has. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /**
   * Called once, when an upload in parts has begun, with the state for continuing it (`resumeUpload`) or aborting it
   * (`abortUpload`), even after a reload: it is plain JSON. With this listener, S3 keeps the parts of an upload that fails or is
   * cancelled; without it, such an upload is aborted.
   */
  onResumable?: ((state: UploadState) => void) | undefined;
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
