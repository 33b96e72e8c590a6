import type { BucketHandle } from './calls.js';
import { type Unproxied, unproxied } from './handle.js';
import type { CallOptions } from './options.js';

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

/** A listing, made by `Bucket.list`. `for await` gives the objects of all pages, each page fetched when it is needed. */
export class ListObjects implements AsyncIterable<ListedObject> {
  private readonly bucket: Unproxied<BucketHandle>;
  private readonly options: ListOptions & { prefix: string };

  /** @internal */
  constructor(bucket: BucketHandle, prefix: string, options: ListOptions) {
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
