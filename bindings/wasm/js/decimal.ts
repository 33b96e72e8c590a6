import { DECIMAL } from './realms.js';

/**
 * A number of up to 38 significant digits, which a JavaScript number cannot hold exactly.
 *
 * ```ts
 * await table.put({ pk: 'a', price: new Decimal('12345678901234567890.123') });
 * const item = await table.get({ pk: 'a' }, { exactDecimals: true });
 * ```
 *
 * A `Decimal` from a worker or from IndexedDB is a plain object with the same members, and is stored as the same number.
 */
export class Decimal {
  /** Marks a `Decimal` even after it was cloned: `structuredClone` and `postMessage` keep these two members and no methods. */
  readonly kind = DECIMAL;
  /** The number as text. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The number as text. */
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
