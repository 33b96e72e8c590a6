import type { AnyCondition, Expression, Path } from './conditions.js';
import type { Decimal } from './decimal.js';
import { type Handle, type Unproxied, unproxied } from './handle.js';
import { type CallOptions, given } from './options.js';
import type { Client, Table as Inner } from './poolpass_wasm.js';

/**
 * What an attribute can hold.
 *
 * Numbers are read as numbers, and as `bigint` where an integer is too large to be exact. Other numbers lose digits that a
 * JavaScript number does not have, unless `exactDecimals` asks for `Decimal`. A `Set` holds only strings, only numbers or only
 * `Uint8Array`s, and is not empty.
 */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Decimal
  | Uint8Array
  | Set<string>
  | Set<number | bigint | Decimal>
  | Set<Uint8Array>
  | readonly AttributeValue[]
  | { readonly [name: string]: AttributeValue | undefined };

/** An item, or an item's key. A member that is undefined is not stored. */
export type Item = { [name: string]: AttributeValue | undefined };

/**
 * `T`, if it can be stored as an item: an interface of the app's own may, although it has no index signature. What DynamoDB has
 * no value for, such as a `Date`, a `Map` or a function, does not compile.
 */
export type Storable<T> = T extends Scalar
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : { [K in keyof T]: Storable<T[K]> };

type Scalar = Exclude<AttributeValue, readonly unknown[] | { readonly [name: string]: unknown }> | undefined;

/** How items are read. */
export interface ReadOptions extends CallOptions {
  /** Sees every write that succeeded before. Default: what was written within the last moments may be missing. */
  consistentRead?: boolean | undefined;
  /** Gives only these attributes, as far as the item has them. */
  attributes?: readonly Path[] | undefined;
  /** Reads what is not an integer as `Decimal`, without losing a digit. Default: as a number. */
  exactDecimals?: boolean | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Writes only if this holds for the present item. Otherwise kind `conditionFailed`. */
  condition?: AnyCondition | undefined;
  /** When the condition does not hold, the error's `item` is the item as it is, if there is one. Costs no further read. Default: it is not. */
  returnOldOnConditionCheckFailure?: boolean | undefined;
}

/** Changes of an item, which happen together and see the item as it was before. */
export interface Changes {
  /** Gives attributes these values: an object by name, or pairs of a path and a value. */
  set?: Assignments | undefined;
  /** Gives attributes these values if they do not exist. */
  setIfNotExists?: Assignments | undefined;
  /** Appends elements to lists that exist. */
  append?: Assignments | undefined;
  /** Adds numbers to numbers, or elements to sets. What does not exist counts as 0 or as an empty set. */
  add?: Assignments | undefined;
  /** Takes elements out of sets. */
  deleteFromSet?: Assignments | undefined;
  /** Removes attributes. */
  remove?: readonly Path[] | undefined;
  /** An update expression in DynamoDB's own language, in place of all above. */
  expression?: Expression | undefined;
}

export type Assignments = { readonly [name: string]: AttributeValue } | readonly (readonly [Path, AttributeValue])[];

/** What an update gives back: the whole item or the changed attributes, from before or after. */
export type ReturnValues = 'allOld' | 'updatedOld' | 'allNew' | 'updatedNew';

export interface SearchOptions extends ReadOptions {
  /** Gives only items for which this holds. They are read, and paid for, all the same. */
  filter?: AnyCondition | undefined;
  /** Searches this secondary index. */
  indexName?: string | undefined;
  /** Reads at most so many items for a page, before the filter. Default: as many as fit into 1 MB. */
  pageSize?: number | undefined;
  /** Starts behind this key, which an earlier page named. */
  exclusiveStartKey?: Item | undefined;
}

export interface QueryOptions extends SearchOptions {
  /** Goes through the sort keys backwards. */
  descending?: boolean | undefined;
}

export interface ScanOptions extends SearchOptions {
  /** Goes through one of `totalSegments` parts of the table, counted from 0. */
  segment?: number | undefined;
  totalSegments?: number | undefined;
}

export interface ItemPage<T> {
  /** There may be none although more pages follow, since the filter is applied after reading. */
  readonly items: T[];
  /** Where the next page starts; absent after the last. Its fractions are `Decimal`s, since it has to be exact. */
  readonly lastEvaluatedKey?: Item;
  /** How many items were read, before the filter. */
  readonly scannedCount: number;
}

/**
 * A write of a transaction. `table` defaults to the configuration's. When its condition does not hold,
 * `returnOldOnConditionCheckFailure` has the item told by its reason, in the error's `cancellationReasons`.
 */
export type TransactWrite = { table?: string | undefined; returnOldOnConditionCheckFailure?: boolean | undefined } & (
  | { put: Item; condition?: AnyCondition | undefined }
  | ({ update: Item; condition?: AnyCondition | undefined } & Changes)
  | { delete: Item; condition?: AnyCondition | undefined }
  | { conditionCheck: Item; condition: AnyCondition }
);

/** A read of a transaction. */
export interface TransactGet {
  table?: string | undefined;
  key: Item;
  attributes?: readonly Path[] | undefined;
}

/**
 * A DynamoDB table, as far as the person's role allows.
 *
 * ```ts
 * const notes = client.table();
 * const pk = await client.identityId();
 * await notes.put({ pk, sk: '1', title: 'Milk' }, { condition: attribute('pk').notExists() });
 * await notes.update({ pk, sk: '1' }, { set: { title: 'Oat milk' }, add: { revision: 1 } });
 * for await (const note of notes.query<Note>(attribute('pk').eq(pk), { descending: true })) show(note);
 * ```
 */
export class Table {
  readonly name: string;
  private readonly inner: Unproxied<Handle<Inner>>;

  /** @internal */
  constructor(inner: Handle<Inner>) {
    this.name = inner.inner.name;
    this.inner = unproxied(inner);
  }

  /** Reads the item with this key (GetItem). */
  get<T = Item>(key: Item, options: ReadOptions = {}): Promise<T | undefined> {
    return this.inner().call('get', { ...options, key });
  }

  /** Stores an item in place of any other with the same key (PutItem), and with `returnOld` gives that one back. */
  put<T extends object = Item>(
    item: T & Storable<T>,
    options: WriteOptions & { returnOld?: boolean | undefined } = {},
  ): Promise<T | undefined> {
    return this.inner().call('put', { ...options, item });
  }

  /** Changes attributes of the item with this key, or makes it (UpdateItem). */
  update<T = Item>(
    key: Item,
    changes: Changes,
    options: WriteOptions & { returnValues?: ReturnValues | undefined } = {},
  ): Promise<T | undefined> {
    return this.inner().call('update', { ...options, ...changes, key });
  }

  /** Deletes the item with this key, if there is one (DeleteItem), and with `returnOld` gives it back. */
  delete<T = Item>(key: Item, options: WriteOptions & { returnOld?: boolean | undefined } = {}): Promise<T | undefined> {
    return this.inner().call('delete', { ...options, key });
  }

  /** Finds the items of one partition (Query): the condition names the partition key's value, and may limit the sort key. */
  query<T = Item>(keyCondition: AnyCondition, options: QueryOptions = {}): Search<T> {
    return new Search(this.inner(), keyCondition, options);
  }

  /** Goes through all items (Scan). It reads, and costs, the whole table. */
  scan<T = Item>(options: ScanOptions = {}): Search<T> {
    return new Search(this.inner(), undefined, options);
  }

  /** Reads the items with these keys, in no particular order (BatchGetItem). */
  batchGet<T = Item>(keys: readonly Item[], options: ReadOptions = {}): Promise<T[]> {
    return this.inner().call('batchGet', { ...options, keys });
  }

  /** Stores and deletes any number of items, each on its own (BatchWriteItem). */
  batchWrite<T extends object = Item>(
    writes: { put?: readonly (T & Storable<T>)[] | undefined; delete?: readonly Item[] | undefined },
    options: CallOptions = {},
  ): Promise<void> {
    return this.inner().call('batchWrite', { ...options, ...writes });
  }
}

/** Items, page by page, each page fetched when it is needed: `for await` goes through the items. */
export class Search<T> implements AsyncIterable<T> {
  private readonly table: Unproxied<Handle<Inner>>;
  private readonly condition: AnyCondition | undefined;
  private readonly options: SearchOptions;

  /** @internal */
  constructor(table: Handle<Inner>, condition: AnyCondition | undefined, options: SearchOptions) {
    this.table = unproxied(table);
    this.condition = condition;
    this.options = given(options);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  /** The pages to the end. */
  async *pages(): AsyncGenerator<ItemPage<T>, void, undefined> {
    let exclusiveStartKey = this.options.exclusiveStartKey;
    do {
      const page: ItemPage<T> = await this.read({ ...this.options, exclusiveStartKey });
      yield page;
      exclusiveStartKey = page.lastEvaluatedKey;
    } while (exclusiveStartKey !== undefined);
  }

  /** One page. */
  page(): Promise<ItemPage<T>> {
    return this.read(this.options);
  }

  /** The items of all pages in memory. */
  async all(): Promise<T[]> {
    const items: T[] = [];
    for await (const item of this) items.push(item);
    return items;
  }

  /** How many items there are, over all pages, without fetching them. Reading them costs the same. */
  count(): Promise<number> {
    return this.table().call('count', { ...this.options, keyCondition: this.condition });
  }

  private read(options: SearchOptions): Promise<ItemPage<T>> {
    return this.table().call('page', { ...options, keyCondition: this.condition });
  }
}

/** @internal */
export function transactGet<T>(
  client: Handle<Client>,
  gets: readonly TransactGet[],
  options: Pick<ReadOptions, 'exactDecimals' | 'signal'>,
): Promise<(T | undefined)[]> {
  return client.call('transact.get', { ...options, gets });
}

/** @internal */
export function transactWrite(
  client: Handle<Client>,
  writes: readonly TransactWrite[],
  options: CallOptions & { clientRequestToken?: string | undefined },
): Promise<void> {
  return client.call('transact.write', { ...options, writes: writes.map(described) });
}

/** A write with its `kind`, and its `key` or `item`. */
function described(write: TransactWrite): object {
  if ('put' in write) return { ...write, kind: 'put', item: write.put };
  if ('update' in write) return { ...write, kind: 'update', key: write.update };
  if ('delete' in write) return { ...write, kind: 'delete', key: write.delete };
  return { ...write, kind: 'conditionCheck', key: write.conditionCheck };
}
