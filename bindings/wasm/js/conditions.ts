import type { AttributeValue } from './dynamodb.js';

/** An attribute by its name, or a place inside an attribute: `['address', 'city']`, `['tags', 0]`. */
export type Path = string | readonly [string, ...(string | number)[]];

/**
 * The attribute of this name, or a place inside an attribute, to build a condition with. Dots and brackets in a name are part of it.
 *
 * ```ts
 * const mine = attribute('pk').eq(me).and(attribute('sk').beginsWith('note#'));
 * const nearby = attribute(['address', 'city']).isIn(['Cork', 'Kerry']);
 * ```
 */
export function attribute(path: Path): Attribute {
  const compare = (op: Operator, ...values: unknown[]) => new Condition({ op, path, values });
  return {
    eq: (value) => compare('eq', value),
    ne: (value) => compare('ne', value),
    lt: (value) => compare('lt', value),
    le: (value) => compare('le', value),
    gt: (value) => compare('gt', value),
    ge: (value) => compare('ge', value),
    between: (first, last) => compare('between', first, last),
    isIn: (values) => compare('isIn', ...values),
    exists: () => compare('exists'),
    notExists: () => compare('notExists'),
    beginsWith: (prefix) => compare('beginsWith', prefix),
    contains: (value) => compare('contains', value),
  };
}

/** The conditions on an attribute, made by `attribute`. */
export interface Attribute {
  /** Matches attributes equal to `value`. */
  eq(value: AttributeValue): Condition;
  /** Matches attributes that differ from `value` or do not exist. */
  ne(value: AttributeValue): Condition;
  /** Matches attributes less than `value`. */
  lt(value: AttributeValue): Condition;
  /** Matches attributes less than or equal to `value`. */
  le(value: AttributeValue): Condition;
  /** Matches attributes greater than `value`. */
  gt(value: AttributeValue): Condition;
  /** Matches attributes greater than or equal to `value`. */
  ge(value: AttributeValue): Condition;
  /** Matches attributes from `first` to `last`, both included. */
  between(first: AttributeValue, last: AttributeValue): Condition;
  /** Matches attributes equal to one of `values`, of which DynamoDB takes 1 to 100. */
  isIn(values: readonly AttributeValue[]): Condition;
  /** Matches items that have the attribute, even if it is null. */
  exists(): Condition;
  /** Matches items without the attribute. On an attribute of the key, it means that no item has this key. */
  notExists(): Condition;
  /** Matches strings that start with `prefix`. */
  beginsWith(prefix: string): Condition;
  /** Matches strings that contain the string `value`, and lists and sets that contain the element `value`. */
  contains(value: AttributeValue): Condition;
}

/** Requires that a condition does not hold. */
export function not(condition: AnyCondition): Condition {
  return new Condition({ op: 'not', conditions: [condition] });
}

/** A condition for a write, a query or a filter. */
export type AnyCondition = Condition | Expression;

/**
 * An expression in DynamoDB's own language, with its `#name` and `:value` placeholders. Never put an untrusted value into the text.
 */
export interface Expression {
  expression: string;
  names?: Record<string, string> | undefined;
  values?: Record<string, AttributeValue> | undefined;
}

/** A condition, made by `attribute`. */
export class Condition {
  /** @internal */
  readonly op: Operator;
  /** @internal */
  readonly path: Path | undefined;
  /** @internal */
  readonly values: readonly unknown[] | undefined;
  /** @internal */
  readonly conditions: readonly AnyCondition[] | undefined;

  /** @internal */
  constructor(node: { op: Operator; path?: Path; values?: readonly unknown[]; conditions?: readonly AnyCondition[] }) {
    this.op = node.op;
    this.path = node.path;
    this.values = node.values;
    this.conditions = node.conditions;
  }

  /** Requires both conditions. */
  and(other: AnyCondition): Condition {
    return new Condition({ op: 'and', conditions: [this, other] });
  }

  /** Requires at least one of the two conditions. */
  or(other: AnyCondition): Condition {
    return new Condition({ op: 'or', conditions: [this, other] });
  }
}

type Operator =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'between'
  | 'isIn'
  | 'exists'
  | 'notExists'
  | 'beginsWith'
  | 'contains'
  | 'and'
  | 'or'
  | 'not';
