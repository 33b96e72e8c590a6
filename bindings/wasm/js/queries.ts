import type { TableHandle } from './calls.js';
import type { AnyCondition } from './conditions.js';
import type { Item, ReadOptions } from './dynamodb.js';
import { type Unproxied, unproxied } from './handle.js';
import { given } from './options.js';

/** The options that a query and a scan share. */
export interface PagedReadOptions extends ReadOptions {
  /** Returns only items for which this condition holds. DynamoDB reads, and charges for, the others too. */
  filter?: AnyCondition | undefined;
  /** Searches this secondary index. Default: the table itself. */
  indexName?: string | undefined;
  /** Reads at most this many items per page, before the filter. Default: as many as fit into 1 MB. */
  pageSize?: number | undefined;
  /** Starts after this key: the `lastEvaluatedKey` of an earlier page. */
  exclusiveStartKey?: Item | undefined;
}

export interface QueryOptions extends PagedReadOptions {
  /** Returns the items in descending order of the sort key. Default: ascending. */
  descending?: boolean | undefined;
}

export interface ScanOptions extends PagedReadOptions {
  /** Scans one of `totalSegments` segments of the table, counted from 0, so that several workers can share the scan. */
  segment?: number | undefined;
  totalSegments?: number | undefined;
}

/** One page of items. */
export interface ItemPage<T> {
  /** The items. A page may be empty although more pages follow, because the filter is applied after reading. */
  readonly items: T[];
  /** The key after which the next page starts; absent after the last page. Its fractions are `Decimal`s, because it has to be exact. */
  readonly lastEvaluatedKey?: Item;
  /** The number of items that were read, before the filter. */
  readonly scannedCount: number;
}

/** The base of queries and scans. */
abstract class PagedItems<T> implements AsyncIterable<T> {
  private readonly table: Unproxied<TableHandle>;
  private readonly options: PagedReadOptions & { keyCondition?: AnyCondition };

  /** @internal */
  constructor(table: TableHandle, options: PagedReadOptions & { keyCondition?: AnyCondition }) {
    this.table = unproxied(table);
    this.options = options;
  }

  /** Returns the items of all pages, and fetches each page when it is needed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  /** Fetches all pages, each when it is needed. */
  async *pages(): AsyncGenerator<ItemPage<T>, void, undefined> {
    let { exclusiveStartKey } = this.options;
    do {
      const page: ItemPage<T> = await this.table().call('page', { ...this.options, exclusiveStartKey });
      yield page;
      exclusiveStartKey = page.lastEvaluatedKey;
    } while (exclusiveStartKey !== undefined);
  }

  /** Fetches one page. */
  page(): Promise<ItemPage<T>> {
    return this.table().call('page', this.options);
  }

  /** Returns the items of all pages in one list. */
  async all(): Promise<T[]> {
    const items: T[] = [];
    for await (const item of this) items.push(item);
    return items;
  }

  /** Counts the items of all pages without transferring them. This costs as much as reading them. */
  count(): Promise<number> {
    return this.table().call('count', this.options);
  }
}

/** A query, made by `Table.query`. `for await` gives the items of all pages, each page fetched when it is needed. */
export class Query<T> extends PagedItems<T> {
  /** @internal */
  constructor(table: TableHandle, keyCondition: AnyCondition, options: QueryOptions) {
    super(table, { ...given(options), keyCondition });
  }
}

/** A scan, made by `Table.scan`. `for await` gives the items of all pages, each page fetched when it is needed. */
export class Scan<T> extends PagedItems<T> {
  /** @internal */
  constructor(table: TableHandle, options: ScanOptions) {
    super(table, given(options));
  }
}
