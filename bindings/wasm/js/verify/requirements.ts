import { VerifyError } from './error.js';
import type { Claims } from './jws.js';

/**
 * The kind of a token: its claim `token_use`. An ID token says who the person is; identity pools take it. An access token says what its
 * bearer may do; APIs take it.
 */
export type TokenUse = 'id' | 'access';

/** The requirements of a server besides a valid token. A token has to meet every requirement. */
export interface Requirements {
  /** Requires an ID token or an access token. */
  tokenUse: TokenUse;
  /** Requires all of these scopes. ID tokens have none. */
  scopes?: readonly string[] | undefined;
  /** Requires that the user is in at least one of these groups of the user pool. */
  anyGroup?: readonly string[] | undefined;
  /**
   * Requires this authentication level (`acr`), such as `urn:cognito:loa:2`. AWS's own levels are in order, so that a higher one is good
   * enough; of the levels that a user pool has named, only the same one is.
   */
  acr?: string | undefined;
  /** Requires that the person last authenticated at most so long ago (`auth_time`), in seconds. */
  maxAge?: number | undefined;
  /** Requires this `nonce`, which the server has sent with the sign-in. */
  nonce?: string | undefined;
}

export function checkTokenUse(claims: Claims, { tokenUse }: Requirements): void {
  if (claims['token_use'] === tokenUse && (tokenUse === 'id' || tokenUse === 'access')) return;
  throw new VerifyError('tokenUse', tokenUse === 'id' ? 'the token is not an ID token' : 'the token is not an access token');
}

/** `now` has the leeway taken off already. */
export function checkRequirements(
  { nonce, scopes = [], anyGroup = [], acr, maxAge }: Requirements,
  token: { claims: Claims; scopes: readonly string[]; groups: readonly string[]; authTime?: Date | undefined },
  now: number,
): void {
  if (nonce !== undefined && token.claims['nonce'] !== nonce) {
    throw new VerifyError('nonce', 'the token has another nonce than the sign-in');
  }
  if (!scopes.every((scope) => token.scopes.includes(scope))) throw new VerifyError('scope', 'the token lacks a required scope');
  if (anyGroup.length > 0 && !anyGroup.some((group) => token.groups.includes(group))) {
    throw new VerifyError('group', 'the user is in none of the required groups');
  }
  if (acr !== undefined && !meets(token.claims['acr'], acr)) {
    throw insufficient('the sign-in is weaker than required: the client has to step up');
  }
  if (maxAge !== undefined && !(token.authTime !== undefined && token.authTime.getTime() / 1_000 + maxAge >= now)) {
    throw insufficient('the sign-in is too long ago: the client has to step up');
  }
}

function insufficient(message: string): VerifyError {
  return new VerifyError('insufficientUserAuthentication', message);
}

function meets(acr: unknown, level: string): boolean {
  return acr === level || rank(acr) >= rank(level);
}

/** The place of one of AWS's own levels; `NaN`, which is in no order, for any other. */
function rank(level: unknown): number {
  return typeof level === 'string' ? Number(/^urn:cognito:loa:([1-4])$/.exec(level)?.[1]) : NaN;
}
