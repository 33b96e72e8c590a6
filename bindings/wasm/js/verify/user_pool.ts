import { PoolpassError } from '../errors.js';
import { keysUnavailable, VerifyError } from './error.js';
import { type Claims, expectAlgorithm, type Jws, keyId, parse } from './jws.js';
import { KeyCache } from './key_cache.js';
import { KeyServer, type VerifierOptions } from './key_server.js';
import { readKeySet, verifySignature } from './keys.js';
import { type ExpectedUserPool, pools, type UserPool } from './pools.js';
import { checkRequirements, checkTokenUse, type Requirements } from './requirements.js';
import { checkTimes } from './times.js';
import { VerifiedToken } from './token.js';

export type { ExpectedUserPool } from './pools.js';
export type { VerifierOptions } from './key_server.js';

/** Options of a `UserPoolVerifier`. */
export interface UserPoolVerifierOptions extends VerifierOptions {
  /** The user pools and their app clients whose tokens are good here. */
  userPools: readonly ExpectedUserPool[];
  /** The base URL of user pools, in place of AWS's own. The issuers of the tokens stay AWS's. */
  endpoint?: string | undefined;
}

/**
 * Verifies ID and access tokens of one or more user pools.
 *
 * A token passes if a key of its user pool has signed it with RS256, its issuer is one of the pools (in either of AWS's two forms,
 * `https://cognito-idp.…` and `https://issuer-cognito-idp.…`), it was issued to one of the app clients, it has not expired, and it meets
 * the `Requirements`.
 *
 * The keys of a pool are fetched when the first token needs them, once for all callers, and again after 24 hours or when a token names
 * an unknown key, but at most three times in ten seconds where that fails. A wrong clock of the server is corrected by the `Date`
 * headers that come with the keys.
 *
 * ```ts
 * import { UserPoolVerifier } from 'poolpass/verify';
 *
 * const verifier = new UserPoolVerifier({ userPools: [{ id: 'eu-west-1_AbCdEfGhI', clientIds: ['1example23456789'] }] });
 * const token = await verifier.verify(bearerToken, { tokenUse: 'access', scopes: ['notes/write'] });
 * console.log(token.sub, token.groups);
 * ```
 */
export class UserPoolVerifier {
  readonly #server: KeyServer;
  readonly #pools: readonly (UserPool & { keys: KeyCache })[];
  readonly #endpoint: string | undefined;

  /** Throws a `PoolpassError` of the kind `invalidConfig` without user pools or app clients, and for malformed ids. Sends nothing. */
  constructor({ userPools, endpoint, ...options }: UserPoolVerifierOptions) {
    this.#server = new KeyServer(options);
    this.#pools = pools(userPools).map((pool) => ({ ...pool, keys: new KeyCache('set', this.#server.deviceNow) }));
    if (endpoint !== undefined && !URL.canParse(endpoint)) {
      throw new PoolpassError('invalidConfig', 'the endpoint is not a URL');
    }
    this.#endpoint = endpoint?.replace(/\/+$/, '');
  }

  /** Verifies a token, given without `Bearer`. Rejects with a `VerifyError`, whose kind names the check that failed. */
  async verify(jwt: string, requirements: Requirements): Promise<VerifiedToken> {
    const jws = parse(jwt, false);
    expectAlgorithm(jws, 'RS256');
    const issuer = jws.payload['iss'];
    const pool = this.#pools.find(({ issuers }) => issuers.some((form) => form === issuer));
    if (pool === undefined) throw new VerifyError('issuer', 'none of the user pools has issued the token');
    const url = `${this.#endpoint === undefined ? issuer : `${this.#endpoint}/${pool.id}`}/.well-known/jwks.json`;
    const key = await pool.keys.get(keyId(jws), async () => {
      const document = await this.#server.get(url);
      const keys = document === undefined ? undefined : await readKeySet(document);
      if (keys === undefined) throw keysUnavailable(`the user pool ${pool.id} has no key set`);
      return keys;
    });
    await verifySignature(key, jws);
    return this.#token(jwt, jws, pool, requirements);
  }

  #token(jwt: string, { payload }: Jws, pool: UserPool, requirements: Requirements): VerifiedToken {
    checkTokenUse(payload, requirements);
    const { leeway } = this.#server;
    const clientId = expectedClient(pool, payload, requirements);
    const now = this.#server.now();
    const expiresAt = checkTimes(payload, now, leeway);
    const token = new VerifiedToken(jwt, pool.id, requirements.tokenUse, clientId, expiresAt, payload);
    checkRequirements(requirements, token, now - leeway);
    return token;
  }
}

/** The app client to which the token was issued. Access tokens name it in `client_id`, ID tokens in `aud`. */
function expectedClient(pool: UserPool, claims: Claims, { tokenUse }: Requirements): string {
  const client = claims[tokenUse === 'id' ? 'aud' : 'client_id'];
  const expected = pool.clientIds.find((id) => id === client);
  if (expected === undefined) throw new VerifyError('clientId', 'the token was issued to another app client');
  return expected;
}
