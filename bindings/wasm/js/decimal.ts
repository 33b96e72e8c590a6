/**
 * A number of up to 38 significant digits, which a JavaScript number cannot hold exactly.
 *
 * ```ts
 * await table.put({ pk: 'a', price: new Decimal('12345678901234567890.123') });
 * const item = await table.get({ pk: 'a' }, { exactDecimals: true });
 * ```
 */
export class Decimal {
  /** The number as DynamoDB has it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The number as DynamoDB has it. */
  toString(): string {
    return this.text;
  }

  /** The nearest JavaScript number. */
  valueOf(): number {
    return Number(this.text);
  }

  toJSON(): string {
    return this.text;
  }
}
