// Tokens and what becomes of them in wrong hands, the same ones in each run but for keys and times.

import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

export const USER_POOL = 'eu-west-1_AbCdEfGhI';
export const CLIENT = '1example23456789';
export const ISSUER = `https://cognito-idp.eu-west-1.amazonaws.com/${USER_POOL}`;
export const LOAD_BALANCER =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188';
export const RSA_KEY = 'the-key-of-the-pool';
export const EC_KEY = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

// Both halves of a key pair, the public one first.
const pair = (kind, options) => {
  const [publicKey, secret] = Object.values(generateKeyPairSync(kind, options));
  return { publicKey, secret };
};
const [rsa, otherRsa] = [1, 2].map(() => pair('rsa', { modulusLength: 2048 }));
const [ec, otherEc] = [1, 2].map(() => pair('ec', { namedCurve: 'P-256' }));

const publicJwk = (key, members) => ({ ...key.export({ format: 'jwk' }), ...members });
export const PEM = ec.publicKey.export({ type: 'spki', format: 'pem' });
export const JWKS = JSON.stringify({ keys: [publicJwk(rsa.publicKey, { kid: RSA_KEY, use: 'sig', alg: 'RS256' })] });

const now = Math.floor(Date.now() / 1_000);
const HOUR = 3_600;

const ACCESS = {
  sub: '8f0e7a52', username: 'ada', token_use: 'access', client_id: CLIENT, iss: ISSUER, iat: now - 60, auth_time: now - 60,
  exp: now + HOUR, scope: 'openid notes/read', 'cognito:groups': ['editors'], jti: 'a', version: 2,
};
const ID = {
  sub: '8f0e7a52', 'cognito:username': 'ada', token_use: 'id', aud: CLIENT, iss: ISSUER, iat: now - 60, auth_time: now - 60,
  exp: now + HOUR, 'cognito:groups': ['editors'], email: 'ada@example.com', email_verified: true,
};
const RSA_HEADER = { kid: RSA_KEY, alg: 'RS256' };
const ALB_HEADER = { typ: 'JWT', kid: EC_KEY, alg: 'ES256', iss: ISSUER, client: CLIENT, signer: LOAD_BALANCER, exp: now + 120 };
const ALB_PAYLOAD = { sub: '8f0e7a52', email: 'ada@example.com', username: 'ada', exp: now + 120, iss: ISSUER };

const unpadded = (bytes) => Buffer.from(bytes).toString('base64url');
const padded = (bytes) => Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
const rs256 = (header, payload, key = rsa.secret) => {
  const signed = `${unpadded(JSON.stringify(header))}.${unpadded(JSON.stringify(payload))}`;
  return `${signed}.${unpadded(sign('sha256', Buffer.from(signed), key))}`;
};
const es256 = (header, payload, { key = ec.secret, dsaEncoding = 'ieee-p1363', encode = padded } = {}) => {
  const signed = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(payload))}`;
  return `${signed}.${encode(sign('sha256', Buffer.from(signed), { key, dsaEncoding }))}`;
};

const ofUserPool = (tokenUse, more = {}) => (token, mutation) => ({ from: 'userPool', tokenUse, ...more, token, mutation });
const access = ofUserPool('access');
const id = ofUserPool('id');
const alb = (token, mutation) => ({ from: 'loadBalancer', token, mutation });

const good = {
  access: rs256(RSA_HEADER, ACCESS),
  id: rs256(RSA_HEADER, ID),
  alb: es256(ALB_HEADER, ALB_PAYLOAD),
};

// Unaltered.
export const GOOD = [access(good.access, 'good'), id(good.id, 'good'), alb(good.alb, 'good')];

// Everything else.
export const mutations = () => [
  ...signedAnew(access, (claims) => rs256(RSA_HEADER, claims), ACCESS, CLAIMS, 'payload'),
  ...signedAnew(id, (claims) => rs256(RSA_HEADER, claims), ID, CLAIMS, 'payload'),
  ...signedAnew(access, (header) => rs256(header, ACCESS), RSA_HEADER, HEADERS, 'header'),
  ...signedAnew(alb, (header) => es256(header, ALB_PAYLOAD), ALB_HEADER, { ...HEADERS, ...ALB_METADATA }, 'header'),
  ...signedAnew(alb, (payload) => es256(ALB_HEADER, payload), ALB_PAYLOAD, { ...CLAIMS, ...ALB_METADATA }, 'payload'),
  ...metadataInThePayloadOnly(),
  ...otherSignatures(),
  ...otherRequirements(),
  ...[access, id, alb].flatMap((of, index) => altered(of, Object.values(good)[index])),
];

const WRONG = [undefined, null, 0, 1, true, '', 'other', [], {}];
const TIMES = [now - HOUR, now - 30, now + 30, now + HOUR, now + 0.5 + HOUR, String(now + HOUR), -1, 1e300, 253_402_300_799, 253_402_300_800];
const CLAIMS = {
  sub: WRONG,
  iss: [...WRONG, `${ISSUER}/`, ISSUER.toUpperCase(), ISSUER.replace('https', 'http'), ISSUER.replace('GhI', 'GhJ'), `${ISSUER}\0`,
    ISSUER.replace('cognito-idp', 'issuer-cognito-idp'), ISSUER.replace('eu-west-1.', 'us-east-1.'), [ISSUER], `https://evil.example/${USER_POOL}`],
  aud: [...WRONG, CLIENT, [CLIENT], ['other', CLIENT], `${CLIENT} `, CLIENT.toUpperCase()],
  client_id: [...WRONG, CLIENT, [CLIENT], ` ${CLIENT}`, CLIENT.slice(1)],
  token_use: [...WRONG, 'id', 'access', 'ID', ['access'], 'refresh'],
  exp: [...WRONG, ...TIMES],
  nbf: [...WRONG, ...TIMES],
  iat: [...WRONG, now + HOUR],
  'cognito:groups': ['editors', 'admins', null, ['admins']],
  scope: ['', 'notes/write', null, ['openid']],
};
const HEADERS = {
  alg: [...WRONG, 'none', 'RS256', 'RS384', 'RS512', 'PS256', 'HS256', 'ES256', 'ES384', 'EdDSA', 'rs256', ['RS256']],
  kid: [...WRONG, 'the-key', `${RSA_KEY} `, '../keys', 'ffffffff-4b5a-6978-8796-a5b4c3d2e1f0', [RSA_KEY]],
  typ: [undefined, 'JWT', 'at+jwt', 1],
  crit: [['exp'], []],
  jwk: [publicJwk(otherRsa.publicKey, {})],
  jku: ['https://evil.example/jwks.json'],
};
const ALB_METADATA = {
  signer: [...WRONG, LOAD_BALANCER.replace('notes', 'evil'), LOAD_BALANCER.replace('123456789012', '999999999999'), [LOAD_BALANCER], `${LOAD_BALANCER} `],
  client: [...WRONG, 'another', [CLIENT], `${CLIENT} `],
  iss: [...WRONG, ISSUER.replace('GhI', 'GhJ'), [ISSUER], 'https://evil.example'],
  exp: [...WRONG, ...TIMES],
};

// Signed by the right key, with one member changed or absent.
const signedAnew = (of, token, members, changes, part) =>
  Object.entries(changes).flatMap(([name, values]) =>
    values.map((value) => of(token({ ...members, [name]: value }), `${part} ${name} ${JSON.stringify(value)}`)),
  );

const metadataInThePayloadOnly = () =>
  ['signer', 'client', 'iss', 'exp'].map((name) =>
    alb(es256({ ...ALB_HEADER, [name]: undefined }, { ...ALB_HEADER, ...ALB_PAYLOAD }), `metadata ${name} in the payload only`),
  );

const otherSignatures = () => {
  const signed = good.access.slice(0, good.access.lastIndexOf('.'));
  const hmac = { ...RSA_HEADER, alg: 'HS256' };
  const confused = `${unpadded(JSON.stringify(hmac))}.${unpadded(JSON.stringify(ACCESS))}`;
  const key = rsa.publicKey.export({ type: 'spki', format: 'pem' });
  const signedByAlb = good.alb.slice(0, good.alb.lastIndexOf('.'));
  return [
    access(rs256(RSA_HEADER, ACCESS, otherRsa.secret), 'signature of another key'),
    access(`${confused}.${unpadded(createHmac('sha256', key).update(confused).digest())}`, 'signature with the public key as a secret'),
    access(`${signed}.${unpadded(sign('sha512', Buffer.from(signed), rsa.secret))}`, 'signature RS512'),
    access(`${signed}.${unpadded(Buffer.alloc(256))}`, 'signature zeros'),
    access(`${signed}.${unpadded(Buffer.alloc(256, 255))}`, 'signature ones'),
    access(`${signed}.`, 'signature none'),
    access(good.alb, 'signature of a load balancer'),
    alb(good.access, 'signature of a user pool'),
    alb(es256(ALB_HEADER, ALB_PAYLOAD, { key: otherEc.secret }), 'signature of another key'),
    alb(es256(ALB_HEADER, ALB_PAYLOAD, { dsaEncoding: 'der' }), 'signature in DER'),
    alb(es256(ALB_HEADER, ALB_PAYLOAD, { encode: unpadded }), 'padding absent when it was signed'),
    alb(good.alb.replaceAll('=', ''), 'padding stripped'),
    alb(good.alb.replace(/=+$/, ''), 'padding stripped from the signature'),
    alb(`${signedByAlb}.${padded(Buffer.alloc(64))}`, 'signature zeros'),
    alb(`${signedByAlb}.${padded(Buffer.alloc(64, 255))}`, 'signature ones'),
  ];
};

const otherRequirements = () => {
  const requirements = [
    { scopes: ['openid'] }, { scopes: ['notes/read'] }, { scopes: ['notes'] }, { scopes: ['openid notes/read'] }, { scopes: ['OPENID'] },
    { anyGroup: ['editors'] }, { anyGroup: ['admins', 'editors'] }, { anyGroup: ['admins'] }, { anyGroup: ['Editors'] },
  ];
  return requirements.flatMap((more) => [
    ofUserPool('access', more)(good.access, `requirement ${JSON.stringify(more)}`),
    ofUserPool('id', more)(good.id, `requirement ${JSON.stringify(more)}`),
  ]);
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

// Altered without a key: characters changed, removed, added and moved at places that a seed chooses.
const altered = (of, token) => {
  const random = generator(token.split('.').length + of('', '').from.length);
  const below = (limit) => Math.floor(random() * limit);
  const changed = Array.from({ length: 40 }, () => {
    const [place, other] = [below(token.length), ALPHABET[below(64)]];
    return [`character ${place} becomes ${other}`, token.slice(0, place) + other + token.slice(place + 1)];
  });
  const removed = Array.from({ length: 15 }, () => {
    const place = below(token.length);
    return [`character ${place} is gone`, token.slice(0, place) + token.slice(place + 1)];
  });
  const added = Array.from({ length: 15 }, () => {
    const [place, more] = [below(token.length), '= .\n+/%Aé\0'[below(10)]];
    return [`${JSON.stringify(more)} at ${place}`, token.slice(0, place) + more + token.slice(place)];
  });
  const [header, payload, signature] = token.split('.');
  const last = signature.replace(/=+$/, '').at(-1);
  const next = ALPHABET[(ALPHABET.indexOf(last) + 1) % 64];
  const dangling = signature.replace(new RegExp(`${last}(=*)$`), `${next}$1`);
  const whole = [
    ['empty', ''], ['twice', token + token], ['in two lines', `${token}\n`], ['in spaces', ` ${token} `], ['with Bearer', `Bearer ${token}`],
    ['two parts', `${header}.${payload}`], ['four parts', `${token}.${signature}`], ['five parts', `${token}..`],
    ['parts in another order', `${payload}.${header}.${signature}`], ['an empty payload', `${header}..${signature}`],
    ['in upper case', token.toUpperCase()], ['padding on the signature', `${token}=`], ['padding twice on the signature', `${token}==`],
    ['in base64', token.replaceAll('-', '+').replaceAll('_', '/')], ['dangling bits in the signature', `${header}.${payload}.${dangling}`],
    ['in percent encoding', encodeURIComponent(token).replaceAll('.', '%2E')],
  ];
  return [...changed, ...removed, ...added, ...whole]
    // A character may become itself.
    .filter(([, text]) => text !== token)
    .map(([mutation, text]) => of(text, `text: ${mutation}`));
};

// Mulberry32: numbers between 0 and 1, the same ones for the same seed.
const generator = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
};
