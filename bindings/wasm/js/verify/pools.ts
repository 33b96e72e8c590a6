import { PoolpassError } from '../errors.js';

/** A user pool and the app clients whose tokens are good. */
export interface ExpectedUserPool {
  /** The user pool's id, such as `eu-west-1_AbCdEfGhI`. */
  id: string;
  /** The app clients: at least one. */
  clientIds: readonly string[];
}

/** A checked user pool. */
export interface UserPool {
  readonly id: string;
  readonly clientIds: readonly string[];
  /** The two forms of the issuer. A pool's setting chooses one; the keys are the same. */
  readonly issuers: readonly [string, string];
}

export function pools(expected: readonly ExpectedUserPool[]): UserPool[] {
  if (!Array.isArray(expected) || expected.length === 0) throw invalid('the verifier has no user pool');
  if (new Set(expected.map(({ id }) => id)).size < expected.length) throw invalid('a user pool is given twice');
  return expected.map(({ id, clientIds }: ExpectedUserPool) => {
    const [, region] = /^([a-z0-9]+(?:-[a-z0-9]+)*)_[A-Za-z0-9]+$/.exec(id) ?? [];
    if (region === undefined || id.length > 55) throw invalid(`"${id}" is not a user pool id: expected the form "eu-west-1_AbCdEfGhI"`);
    if (!Array.isArray(clientIds) || clientIds.length === 0) throw invalid(`the verifier has no app client of the user pool ${id}`);
    const wrong = clientIds.find((clientId) => !/^[\w+]{1,128}$/.test(clientId));
    if (wrong !== undefined) throw invalid(`"${wrong}" is not the id of an app client`);
    const place = `${region}.${dnsSuffix(region)}/${id}`;
    return { id, clientIds, issuers: [`https://cognito-idp.${place}`, `https://issuer-cognito-idp.${place}`] };
  });
}

/** The domains of AWS's partitions by a part of their regions' names. */
const DNS_SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/-iso-/, 'c2s.ic.gov'],
  [/-isob-/, 'sc2s.sgov.gov'],
  [/-isoe-/, 'cloud.adc-e.uk'],
  [/-isof-/, 'csp.hci.ic.gov'],
];

/** The domain under which the region's services live. */
export function dnsSuffix(region: string): string {
  return DNS_SUFFIXES.find(([part]) => part.test(region))?.[1] ?? 'amazonaws.com';
}

export function invalid(message: string): PoolpassError {
  return new PoolpassError('invalidConfig', message);
}
