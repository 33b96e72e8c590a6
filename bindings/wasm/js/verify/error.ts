/**
 * The check that a token did not pass.
 *
 * - `malformed`: The text is not a signed JSON Web Token, or a claim is missing or has the wrong type.
 * - `algorithm`: The token is signed with another algorithm than the issuer uses.
 * - `issuer`: Another issuer than the expected ones issued the token.
 * - `signer`: Another load balancer than the expected ones signed the header.
 * - `unknownKey`: The issuer has no key with the token's key id, or the verifier has looked for unknown keys too often in the last seconds.
 * - `signature`: The signature does not fit: the token was altered or forged.
 * - `tokenUse`: An ID token was given where an access token is expected, or the reverse.
 * - `clientId`: The token was issued to another app client than the expected ones.
 * - `expired`: The token has expired. The client has to refresh it.
 * - `notYetValid`: The token is not valid yet.
 * - `nonce`: The ID token belongs to another sign-in: it has another nonce, or none.
 * - `scope`: The access token lacks a scope.
 * - `group`: The user is in none of the groups.
 * - `insufficientUserAuthentication`: The sign-in is too weak or too long ago. The client has to step up.
 * - `keysUnavailable`: The public keys could not be fetched. The token may be valid; try again later.
 */
export type VerifyErrorKind =
  | 'malformed'
  | 'algorithm'
  | 'issuer'
  | 'signer'
  | 'unknownKey'
  | 'signature'
  | 'tokenUse'
  | 'clientId'
  | 'expired'
  | 'notYetValid'
  | 'nonce'
  | 'scope'
  | 'group'
  | 'insufficientUserAuthentication'
  | 'keysUnavailable';

/** The reason why a token was refused. The message is for logs and never contains a part of the token. */
export class VerifyError extends Error {
  /** The check that failed. */
  readonly kind: VerifyErrorKind;

  /** @internal */
  constructor(kind: VerifyErrorKind, message: string) {
    super(message);
    this.name = 'VerifyError';
    this.kind = kind;
  }
}

export function malformed(message: string): VerifyError {
  return new VerifyError('malformed', message);
}

export function malformedClaim(claim: string): VerifyError {
  return malformed(`the claim ${claim} is missing or has the wrong type`);
}

export function keysUnavailable(message: string): VerifyError {
  return new VerifyError('keysUnavailable', message);
}
