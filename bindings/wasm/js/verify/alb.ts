import { malformed, malformedClaim, VerifyError } from './error.js';
import { type Claims, expectAlgorithm, type Jws, keyId, parse } from './jws.js';
import { KeyCache } from './key_cache.js';
import { KeyServer, type VerifierOptions } from './key_server.js';
import { readPem, verifySignature } from './keys.js';
import { dnsSuffix, type ExpectedUserPool, invalid, pools, type UserPool } from './pools.js';
import { checkTimes } from './times.js';

/** Options of an `AlbVerifier`. */
export interface AlbVerifierOptions extends VerifierOptions {
  /** The ARNs of the load balancers that may sign the headers. */
  loadBalancers: readonly string[];
  /** The user pools of the action `authenticate-cognito`, with the load balancer's app clients. */
  userPools: readonly ExpectedUserPool[];
  /** The URL below which the keys are, by their ids, in place of AWS's own for the load balancer's region. */
  keysUrl?: string | undefined;
}

/** The user claims that a load balancer has signed: those of the user pool's `userInfo` endpoint. */
export interface AlbUserClaims {
  /** The user's id (`sub`), which never changes. */
  readonly sub: string;
  /** The user name in the user pool. */
  readonly username: string | undefined;
  /** The email address, where the load balancer's app client may read it. */
  readonly email: string | undefined;
  /** The load balancer's app client. */
  readonly clientId: string;
  /** The ARN of the load balancer. */
  readonly signer: string;
  /** When the header expires, by AWS's clock. The load balancer makes a new one for each request. */
  readonly expiresAt: Date;
  /** All claims of the payload. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Verifies the header `x-amzn-oidc-data`, which an Application Load Balancer adds to requests after its action
 * `authenticate-cognito`.
 *
 * Any load balancer of the region has a key at the same address, so a header passes only if its signer is one of the given ARNs. The
 * signer, the app client, the issuer and the expiry are read from the header of the token, where the load balancer writes them; the
 * same claims in the payload alone are worth nothing.
 *
 * ```ts
 * import { AlbVerifier } from 'poolpass/verify';
 *
 * const verifier = new AlbVerifier({
 *   loadBalancers: ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188'],
 *   userPools: [{ id: 'eu-west-1_AbCdEfGhI', clientIds: ['1example23456789'] }],
 * });
 * const user = await verifier.verify(request.headers.get('x-amzn-oidc-data'));
 * ```
 */
export class AlbVerifier {
  readonly #server: KeyServer;
  readonly #pools: readonly UserPool[];
  /** The address of the keys of each load balancer, by its ARN. */
  readonly #keysUrls: ReadonlyMap<string, string>;
  readonly #keys: KeyCache;

  /**
   * Throws a `PoolpassError` of the kind `invalidConfig` without load balancers, user pools or app clients, and for malformed ARNs and ids.
   * Sends nothing.
   */
  constructor({ loadBalancers, userPools, keysUrl, ...options }: AlbVerifierOptions) {
    if (!Array.isArray(loadBalancers) || loadBalancers.length === 0) throw invalid('the verifier has no load balancer');
    if (keysUrl !== undefined && !URL.canParse(keysUrl)) throw invalid('the URL of the keys is not a URL');
    this.#server = new KeyServer(options);
    this.#pools = pools(userPools);
    const ownUrl = keysUrl?.replace(/\/+$/, '');
    const ofAws = new Map(loadBalancers.map((arn: string) => [arn, awsKeysUrl(arn)]));
    this.#keysUrls = ownUrl === undefined ? ofAws : new Map([...ofAws.keys()].map((arn) => [arn, ownUrl]));
    this.#keys = new KeyCache('single', this.#server.deviceNow);
  }

  /**
   * Verifies the value of the header `x-amzn-oidc-data`. Rejects with a `VerifyError`, whose kind names the check that failed; a request
   * without the header, `null`, is malformed.
   */
  async verify(header: string | null | undefined): Promise<AlbUserClaims> {
    const jws = parse(header ?? '', true);
    expectAlgorithm(jws, 'ES256');
    const { signer } = jws.header;
    const keysUrl = typeof signer === 'string' ? this.#keysUrls.get(signer) : undefined;
    if (typeof signer !== 'string' || keysUrl === undefined) {
      throw new VerifyError('signer', 'none of the load balancers has signed the header');
    }
    const clientId = this.#clientOf(jws);
    await verifySignature(await this.#key(keysUrl, keyId(jws)), jws);

    const { leeway } = this.#server;
    const now = this.#server.now();
    const expiresAt = checkTimes(jws.header, now, leeway);
    const claims = jws.payload;
    // The payload may repeat the expiry.
    if ('exp' in claims) checkTimes(claims, now, leeway);
    const sub = text(claims, 'sub');
    if (sub === undefined) throw malformedClaim('sub');
    return { sub, username: text(claims, 'username'), email: text(claims, 'email'), clientId, signer, expiresAt, claims };
  }

  /** The app client that the header of the token names, of the user pool that it names. */
  #clientOf({ header, payload }: Jws): string {
    const { iss, client } = header;
    const pool = this.#pools.find(({ issuers }) => issuers.some((form) => form === iss));
    // The payload may repeat the issuer.
    if (pool === undefined || ('iss' in payload && payload['iss'] !== iss)) {
      throw new VerifyError('issuer', 'the load balancer uses another user pool');
    }
    const expected = pool.clientIds.find((id) => id === client);
    if (expected === undefined) throw new VerifyError('clientId', 'the load balancer uses another app client');
    return expected;
  }

  async #key(keysUrl: string, id: string): Promise<CryptoKey> {
    if (!/^[A-Za-z0-9-]{1,64}$/.test(id)) throw malformed("the id of the load balancer's key is malformed");
    const url = `${keysUrl}/${id}`;
    return this.#keys.get(url, async () => {
      const pem = await this.#server.get(url);
      return new Map(pem === undefined ? [] : [[url, await readPem(pem)]]);
    });
  }
}

function text(claims: Claims, name: string): string | undefined {
  const value = claims[name];
  return typeof value === 'string' ? value : undefined;
}

/** The address of the keys of a load balancer's region. */
function awsKeysUrl(arn: string): string {
  const [, region] = /^arn:[^:]+:elasticloadbalancing:([a-z0-9]+(?:-[a-z0-9]+)*):[^:]*:loadbalancer\/app\/./.exec(arn) ?? [];
  if (region === undefined) throw invalid(`"${arn}" is not the ARN of an Application Load Balancer`);
  const suffix = dnsSuffix(region);
  return region.startsWith('us-gov-')
    ? `https://s3-${region}.${suffix}/aws-elb-public-keys-prod-${region}`
    : `https://public-keys.auth.elb.${region}.${suffix}`;
}
