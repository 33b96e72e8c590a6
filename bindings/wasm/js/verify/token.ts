import { malformedClaim } from './error.js';
import type { Claims } from './jws.js';
import type { TokenUse } from './requirements.js';
import { date, time } from './times.js';

/** An ID or access token of a user pool that has passed every check. */
export class VerifiedToken {
  /** The token as it was sent: a secret. Neither JSON nor the console shows it. */
  declare readonly jwt: string;
  /** Whether it is an ID token or an access token. */
  readonly tokenUse: TokenUse;
  /** The user pool that issued the token. */
  readonly userPoolId: string;
  /** The app client to which the token was issued (`client_id`, or `aud` of an ID token). */
  readonly clientId: string;
  /** The user's id (`sub`), which never changes. Of a token that an app client got for itself, the client's id. */
  readonly sub: string;
  /** When the token expires, by AWS's clock. */
  readonly expiresAt: Date;
  /** All claims. */
  readonly claims: Readonly<Record<string, unknown>>;

  /** @internal */
  constructor(jwt: string, userPoolId: string, tokenUse: TokenUse, clientId: string, expiresAt: Date, claims: Claims) {
    const sub = claims['sub'];
    if (typeof sub !== 'string') throw malformedClaim('sub');
    Object.defineProperty(this, 'jwt', { get: () => jwt });
    this.tokenUse = tokenUse;
    this.userPoolId = userPoolId;
    this.clientId = clientId;
    this.sub = sub;
    this.expiresAt = expiresAt;
    this.claims = claims;
  }

  /** The user name in the user pool. Tokens that an app client got for itself have none. */
  get username(): string | undefined {
    return text(this.claims, this.tokenUse === 'id' ? 'cognito:username' : 'username');
  }

  /** The user's groups in the user pool. */
  get groups(): readonly string[] {
    const groups = this.claims['cognito:groups'];
    return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
  }

  /** The OAuth scopes. ID tokens have none. */
  get scopes(): readonly string[] {
    return text(this.claims, 'scope')?.match(/\S+/g) ?? [];
  }

  /** The authentication level that the sign-in has reached, if the user pool says so. */
  get acr(): string | undefined {
    return text(this.claims, 'acr');
  }

  /** When the person last authenticated, by AWS's clock. */
  get authTime(): Date | undefined {
    return date(time(this.claims, 'auth_time'));
  }

  /** When the token was issued, by AWS's clock. */
  get issuedAt(): Date | undefined {
    return date(time(this.claims, 'iat'));
  }
}

function text(claims: Claims, name: string): string | undefined {
  const value = claims[name];
  return typeof value === 'string' ? value : undefined;
}
