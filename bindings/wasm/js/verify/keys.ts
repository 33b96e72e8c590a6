import { bytesOf, decode } from './base64url.js';
import { keysUnavailable, VerifyError } from './error.js';
import type { Jws } from './jws.js';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Reads the keys of a JSON Web Key Set that sign with RS256; `undefined` if the document is not a key set. */
export async function readKeySet(document: string): Promise<Map<string, CryptoKey> | undefined> {
  let keys: unknown;
  try {
    keys = (JSON.parse(document) as { keys?: unknown } | null)?.keys;
  } catch {
    return undefined;
  }
  if (!Array.isArray(keys)) return undefined;
  const read = await Promise.all(keys.map(readKey));
  return new Map(read.filter((key) => key !== undefined));
}

/** The fewest bytes of a modulus: shorter keys are weak. */
const SHORTEST_MODULUS = 256;

async function readKey(jwk: unknown): Promise<[string, CryptoKey] | undefined> {
  const { kty, use = 'sig', alg = 'RS256', kid, n, e } = (jwk ?? {}) as Record<string, unknown>;
  if (kty !== 'RSA' || use !== 'sig' || alg !== 'RS256') return undefined;
  if (typeof kid !== 'string' || typeof n !== 'string' || typeof e !== 'string') return undefined;
  if ((decode(n, false)?.length ?? 0) < SHORTEST_MODULUS) return undefined;
  try {
    return [kid, await crypto.subtle.importKey('jwk', { kty, n, e }, RSA, false, ['verify'])];
  } catch {
    return undefined;
  }
}

/** Reads a load balancer's key in PEM. */
export async function readPem(pem: string): Promise<CryptoKey> {
  const [, base64] = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/.exec(pem) ?? [];
  try {
    if (base64 !== undefined) {
      return await crypto.subtle.importKey('spki', bytesOf(base64.replaceAll(/\s/g, '')), ECDSA, false, ['verify']);
    }
  } catch {
    // A key of another kind.
  }
  throw keysUnavailable("the load balancer's key is not one of the curve P-256");
}

/** Verifies the signature. WebCrypto takes an ECDSA signature of 64 bytes, R and S, and none in DER. */
export async function verifySignature(key: CryptoKey, { signature, signed }: Jws): Promise<void> {
  const algorithm = key.algorithm.name === RSA.name ? RSA : ECDSA;
  if (!(await crypto.subtle.verify(algorithm, key, signature, signed))) {
    throw new VerifyError('signature', "the token's signature does not fit: it was altered or forged");
  }
}
