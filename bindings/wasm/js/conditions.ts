import type { AttributeValue } from './dynamodb.js';

/** An attribute by its name, or the place of something inside it: `['address', 'city']`, `['tags', 0]`. */
export type Path = string | readonly [string, ...(string | number)[]];

/**
 * The attribute called `name`, or the place inside it, to build a condition with. A dot in a name is part of the name.
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

/** What can be demanded of an attribute. */
export interface Attribute {
  eq(value: AttributeValue): Condition;
  /** It differs, or does not exist. */
  ne(value: AttributeValue): Condition;
  lt(value: AttributeValue): Condition;
  le(value: AttributeValue): Condition;
  gt(value: AttributeValue): Condition;
  ge(value: AttributeValue): Condition;
  /** Both ends are included. */
  between(first: AttributeValue, last: AttributeValue): Condition;
  isIn(values: readonly AttributeValue[]): Condition;
  /** It exists, even if it is null. */
  exists(): Condition;
  /** It does not exist. On an attribute of the key: there is no such item. */
  notExists(): Condition;
  beginsWith(prefix: string): Condition;
  /** This string contains a string, or this list or set an element. */
  contains(value: AttributeValue): Condition;
}

/** Not a condition of its own. */
export function not(condition: AnyCondition): Condition {
  return new Condition({ op: 'not', conditions: [condition] });
}

/** What has to hold: for a write to happen, for an item to be found, or for a found item to be given. */
export type AnyCondition = Condition | Expression;

/**
 * An expression in DynamoDB's own language, with its `#name` and `:value` placeholders. Never put a value that comes from
 * outside into the text.
 */
export interface Expression {
  expression: string;
  names?: Record<string, string> | undefined;
  values?: Record<string, AttributeValue> | undefined;
}

/** A condition that `attribute()` has begun. */
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

  /** Both hold. */
  and(other: AnyCondition): Condition {
    return new Condition({ op: 'and', conditions: [this, other] });
  }

  /** At least one of the two holds. */
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
