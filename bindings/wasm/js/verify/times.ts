import { malformedClaim, VerifyError } from './error.js';
import type { Claims } from './jws.js';

/** The end of the year 9999. */
const LATEST = 253_402_300_799;

/** A time in seconds since 1970, whole or not: RFC 7519 allows both. */
export function time(claims: Claims, name: string): number | undefined {
  const value = claims[name];
  return typeof value === 'number' && value >= 0 && value <= LATEST ? value : undefined;
}

export function date(seconds: number | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1_000);
}

/** Checks `exp`, which has to be there, and `nbf` if it is there. Returns the expiry. */
export function checkTimes(claims: Claims, now: number, leeway: number): Date {
  const expiresAt = time(claims, 'exp');
  if (expiresAt === undefined) throw malformedClaim('exp');
  const notBefore = time(claims, 'nbf');
  if (notBefore === undefined && 'nbf' in claims) throw malformedClaim('nbf');
  if (expiresAt + leeway <= now) throw new VerifyError('expired', 'the token has expired: the client has to refresh it');
  if (notBefore !== undefined && notBefore - leeway > now) throw new VerifyError('notYetValid', 'the token is not valid yet');
  return new Date(expiresAt * 1_000);
}
