const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * The bytes of a text in base64url. Tokens of user pools have no padding, those of load balancers have it, and it is a part of what is
 * signed. `undefined` for the other form, and for bits that no encoder writes.
 */
export function decode(text: string, isPadded: boolean): Uint8Array<ArrayBuffer> | undefined {
  const [, digits, padding] = /^([\w-]*)(=*)$/.exec(text) ?? [];
  if (digits === undefined || padding === undefined) return undefined;
  const rest = digits.length % 4;
  if (rest === 1 || padding.length !== (isPadded ? (4 - rest) % 4 : 0)) return undefined;
  const last = ALPHABET.indexOf(digits.slice(-1));
  if ((rest === 2 && (last & 15) !== 0) || (rest === 3 && (last & 3) !== 0)) return undefined;
  return bytesOf(digits.replaceAll('-', '+').replaceAll('_', '/'));
}

/** The bytes of a text in base64. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
