import { decode } from './base64url.js';
import { malformed, VerifyError } from './error.js';

/** The members of a token's header or payload. */
export type Claims = Readonly<Record<string, unknown>>;

/** A token whose signature is not verified yet. */
export interface Jws {
  readonly header: Claims;
  readonly payload: Claims;
  /** The bytes that are signed: the first two parts as they were sent. */
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** The longest token that is read. Load balancers and servers refuse longer headers anyway. */
const LIMIT = 64 * 1024;

/** Takes a token apart, in base64url with or without padding. */
export function parse(text: string, isPadded: boolean): Jws {
  if (typeof text !== 'string') throw malformed('the token is not a string');
  if (text.length > LIMIT) throw malformed('the token is longer than 64 KB');
  const parts = text.split('.');
  const [header, payload, signature] = parts.map((part) => decode(part, isPadded));
  if (parts.length !== 3 || header === undefined || payload === undefined || !signature?.length) {
    throw malformed('the text is not a signed JSON Web Token of three parts in base64url');
  }
  const jws = {
    header: object(header),
    payload: object(payload),
    signed: new TextEncoder().encode(text.slice(0, text.lastIndexOf('.'))),
    signature,
  };
  // RFC 7515, section 4.1.11: extensions that must be understood.
  if ('crit' in jws.header) throw malformed("the token's header has critical extensions");
  return jws;
}

/** Refuses every algorithm but one: a token must not choose how it is verified. */
export function expectAlgorithm({ header }: Jws, algorithm: string): void {
  if (header['alg'] !== algorithm) throw new VerifyError('algorithm', `the token is not signed with ${algorithm}`);
}

export function keyId({ header }: Jws): string {
  const id = header['kid'];
  if (typeof id !== 'string') throw malformed("the token's header names no key");
  return id;
}

function object(bytes: Uint8Array): Claims {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Claims;
  } catch {
    // Neither UTF-8 nor JSON.
  }
  throw malformed("the token's header and payload are not two JSON objects");
}
