import type { DataClientHandle, TableHandle } from './calls.js';
import type { AnyCondition, Expression, Path } from './conditions.js';
import type { Decimal } from './decimal.js';
import { type Unproxied, unproxied } from './handle.js';
import type { CallOptions } from './options.js';
import { Query, type QueryOptions, Scan, type ScanOptions } from './queries.js';

/**
 * A value of an attribute.
 *
 * Numbers are read as numbers, and integers that are too large for an exact number as `bigint`. Other numbers lose the digits that a
 * JavaScript number cannot hold, unless `exactDecimals` asks for `Decimal`. A `Set` holds only strings, only numbers or only
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
 * `T`, if it can be stored as an item, which an interface without index signature can. A member that DynamoDB cannot store, such as a
 * `Date`, a `Map` or a function, does not compile.
 */
export type Storable<T> = T extends Scalar
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : { [K in keyof T]: Storable<T[K]> };

type Scalar = Exclude<AttributeValue, readonly unknown[] | { readonly [name: string]: unknown }> | undefined;

/** The options of a read. */
export interface ReadOptions extends CallOptions {
  /** Sees every write that succeeded before it, at twice the price. Default: writes of the last moments may be missing. */
  consistentRead?: boolean | undefined;
  /** Returns only these attributes. Default: all. */
  attributes?: readonly Path[] | undefined;
  /** Reads numbers that are not integers as `Decimal`, without losing a digit. Default: as numbers. */
  exactDecimals?: boolean | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Writes only if this condition holds for the stored item; otherwise the error's kind is `conditionFailed`. */
  condition?: AnyCondition | undefined;
  /** If the condition does not hold, the error carries the stored item (`item`). This costs no extra read. Default: it carries no item. */
  returnOldOnConditionCheckFailure?: boolean | undefined;
}

/** Changes of an item. All changes happen together, and see the item as it was before. */
export interface Changes {
  /** Sets attributes: an object by name, or pairs of a path and a value. */
  set?: Assignments | undefined;
  /** Sets attributes that do not exist yet. */
  setIfNotExists?: Assignments | undefined;
  /** Appends elements to lists, which must exist. */
  append?: Assignments | undefined;
  /** Adds numbers to numbers, or elements to sets. A missing attribute counts as 0 or as an empty set. */
  add?: Assignments | undefined;
  /** Removes elements from sets. */
  deleteFromSet?: Assignments | undefined;
  /** Removes attributes. */
  remove?: readonly Path[] | undefined;
  /** Uses an update expression in DynamoDB's own language instead of the other changes. */
  expression?: Expression | undefined;
}

export type Assignments = { readonly [name: string]: AttributeValue } | readonly (readonly [Path, AttributeValue])[];

/** The values that an update returns: the whole item or the changed attributes, from before or after. */
export type ReturnValues = 'allOld' | 'updatedOld' | 'allNew' | 'updatedNew';

/**
 * One write of a transaction. `table` defaults to the configuration's. If its condition does not hold, the transaction writes
 * nothing, and with `returnOldOnConditionCheckFailure` its reason in the error's `cancellationReasons` carries the stored item.
 */
export type TransactWrite = { table?: string | undefined; returnOldOnConditionCheckFailure?: boolean | undefined } & (
  | { put: Item; condition?: AnyCondition | undefined }
  | ({ update: Item; condition?: AnyCondition | undefined } & Changes)
  | { delete: Item; condition?: AnyCondition | undefined }
  | { conditionCheck: Item; condition: AnyCondition }
);

/** One read of a transaction. `table` defaults to the configuration's. */
export interface TransactGet {
  table?: string | undefined;
  key: Item;
  attributes?: readonly Path[] | undefined;
}

/**
 * A DynamoDB table, used with the signed-in person's permissions.
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
  private readonly inner: Unproxied<TableHandle>;

  /** @internal */
  constructor(inner: TableHandle) {
    this.name = inner.inner.name;
    this.inner = unproxied(inner);
  }

  /** Reads the item with this key (GetItem). */
  get<T = Item>(key: Item, options: ReadOptions = {}): Promise<T | undefined> {
    return this.inner().call('get', { ...options, key });
  }

  /** Stores an item, replacing any item with the same key (PutItem). With `returnOld`, returns the replaced item. */
  put<T extends object = Item>(
    item: T & Storable<T>,
    options: WriteOptions & { returnOld?: boolean | undefined } = {},
  ): Promise<T | undefined> {
    return this.inner().call('put', { ...options, item });
  }

  /** Changes attributes of the item with this key, or creates it (UpdateItem). */
  update<T = Item>(
    key: Item,
    changes: Changes,
    options: WriteOptions & { returnValues?: ReturnValues | undefined } = {},
  ): Promise<T | undefined> {
    return this.inner().call('update', { ...options, ...changes, key });
  }

  /** Deletes the item with this key (DeleteItem). Deleting a missing item succeeds. With `returnOld`, returns the deleted item. */
  delete<T = Item>(key: Item, options: WriteOptions & { returnOld?: boolean | undefined } = {}): Promise<T | undefined> {
    return this.inner().call('delete', { ...options, key });
  }

  /**
   * Finds the items of one partition (Query). `keyCondition` compares the partition key, and may limit the sort key with a comparison,
   * `between` or `beginsWith`.
   */
  query<T = Item>(keyCondition: AnyCondition, options: QueryOptions = {}): Query<T> {
    return new Query(this.inner(), keyCondition, options);
  }

  /** Reads every item of the table (Scan). This reads, and costs, the whole table. */
  scan<T = Item>(options: ScanOptions = {}): Scan<T> {
    return new Scan(this.inner(), options);
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

/** @internal */
export function transactGet<T>(
  client: DataClientHandle,
  gets: readonly TransactGet[],
  options: Pick<ReadOptions, 'exactDecimals' | 'signal'>,
): Promise<(T | undefined)[]> {
  return client.call('transact.get', { ...options, gets });
}

/** @internal */
export function transactWrite(
  client: DataClientHandle,
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
