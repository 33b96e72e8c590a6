// The entry with which servers verify tokens. tests/interop compares it with other verifiers.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { inside, load, locate } from './player/package.mjs';

const { AlbVerifier, expiredAlbCookies, UserPoolVerifier, VerifiedToken, VerifyError } = await load('poolpass/verify');

const POOL = 'eu-west-1_AbCdEfGhI';
const CLIENT = '1example23456789';
const ISSUER = `https://cognito-idp.eu-west-1.amazonaws.com/${POOL}`;
const KEY_SET = `${ISSUER}/.well-known/jwks.json`;
const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188';
const KEY_ID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const NOW = 1_800_000_000;
const USER_POOLS = [{ id: POOL, clientIds: [CLIENT] }];

/** Both halves of a key pair, the public one first. */
function pair(kind, options) {
  const [publicKey, secret] = Object.values(generateKeyPairSync(kind, options));
  return { publicKey, secret };
}

const rsa = [1, 2].map(() => pair('rsa', { modulusLength: 2048 }));
const ec = pair('ec', { namedCurve: 'P-256' });
const keySet = (...kids) =>
  JSON.stringify({ keys: kids.map((kid, index) => ({ ...rsa[index].publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' })) });
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const padded = (bytes) => Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

const CLAIMS = {
  sub: '8f0e', username: 'ada', token_use: 'access', client_id: CLIENT, iss: ISSUER, iat: NOW - 60, auth_time: NOW - 60, exp: NOW + 3540,
  scope: 'openid notes/read', 'cognito:groups': ['editors'], acr: 'urn:cognito:loa:2',
};

function token(claims = {}, kid = 'one', key = rsa[0]) {
  const signed = `${encode({ alg: 'RS256', kid })}.${encode({ ...CLAIMS, ...claims })}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key.secret).toString('base64url')}`;
}

/** A server with documents by their URLs. */
function serverOf(documents, headers = {}) {
  const requests = [];
  const server = { documents, headers, requests, clock: NOW * 1_000, isDown: false };
  server.fetch = async (url, init) => {
    requests.push(url);
    assert.equal(init.redirect, 'manual');
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (server.isDown) throw new TypeError('fetch failed');
    return new Response(documents[url] ?? '', { status: url in documents ? 200 : 404, headers: server.headers });
  };
  server.verifier = (options = {}) =>
    new UserPoolVerifier({ userPools: USER_POOLS, fetch: server.fetch, now: () => server.clock, ...options });
  return server;
}

const kindOf = (promise) => promise.then(() => 'ok', (error) => (assert.ok(error instanceof VerifyError), error.kind));
const ACCESS = { tokenUse: 'access' };

test('a valid token says who may do what, and is not printed', async () => {
  const verifier = serverOf({ [KEY_SET]: keySet('one') }).verifier();
  const jwt = token();
  const verified = await verifier.verify(jwt, ACCESS);
  assert.ok(verified instanceof VerifiedToken);
  const { sub, username, clientId, userPoolId, tokenUse, groups, scopes, acr, expiresAt, authTime, issuedAt } = verified;
  assert.deepEqual([sub, username, clientId, userPoolId, tokenUse, acr], ['8f0e', 'ada', CLIENT, POOL, 'access', 'urn:cognito:loa:2']);
  assert.deepEqual([groups, scopes], [['editors'], ['openid', 'notes/read']]);
  assert.deepEqual([expiresAt, authTime, issuedAt].map(Number), [NOW + 3540, NOW - 60, NOW - 60].map((time) => time * 1_000));
  assert.deepEqual([verified.jwt, new Proxy(verified, {}).jwt, new Proxy(verified, {}).username], [jwt, jwt, 'ada']);
  for (const shown of [inspect(verified, { showHidden: true, depth: 9 }), JSON.stringify(verified)]) assert.ok(!shown.includes(jwt), shown);
});

test('keys behind a redirect are not taken', async () => {
  const requests = [];
  const server = createServer(({ url }, answer) => {
    requests.push(url);
    if (url.startsWith('/elsewhere')) answer.end(keySet('one'));
    else answer.writeHead(302, { location: '/elsewhere' }).end(keySet('one'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  try {
    const now = () => NOW * 1_000;
    const verifier = (endpoint) => new UserPoolVerifier({ userPools: USER_POOLS, endpoint, now });
    assert.equal(await kindOf(verifier(endpoint).verify(token(), ACCESS)), 'keysUnavailable');
    assert.deepEqual(new Set(requests), new Set([`/${POOL}/.well-known/jwks.json`]));
    assert.notEqual(await kindOf(verifier(`${endpoint}/elsewhere`).verify(token(), ACCESS)), 'keysUnavailable');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('every requirement is checked', async () => {
  const verifier = serverOf({ [KEY_SET]: keySet('one') }).verifier();
  for (const [requirements, expected] of [
    [{ scopes: ['openid', 'notes/read'] }, 'ok'],
    [{ scopes: ['openid', 'notes/write'] }, 'scope'],
    [{ anyGroup: ['admins', 'editors'] }, 'ok'],
    [{ anyGroup: ['admins'] }, 'group'],
    [{ acr: 'urn:cognito:loa:1' }, 'ok'],
    [{ acr: 'urn:cognito:loa:3' }, 'insufficientUserAuthentication'],
    [{ acr: 'gold' }, 'insufficientUserAuthentication'],
    [{ maxAge: 60 }, 'ok'],
    [{ maxAge: 59 }, 'insufficientUserAuthentication'],
    [{ nonce: 'n' }, 'nonce'],
    [{ tokenUse: 'id' }, 'tokenUse'],
    [{ tokenUse: undefined }, 'tokenUse'],
  ]) {
    assert.equal(await kindOf(verifier.verify(token(), { ...ACCESS, ...requirements })), expected, JSON.stringify(requirements));
  }
  assert.equal(await kindOf(verifier.verify(token({ auth_time: undefined }), { ...ACCESS, maxAge: 60 })), 'insufficientUserAuthentication');
  assert.equal(await kindOf(verifier.verify(token({ nonce: 'n' }), { ...ACCESS, nonce: 'n' })), 'ok');
});

test('an error says which check failed, and nothing of the token', async () => {
  const verifier = serverOf({ [KEY_SET]: keySet('one') }).verifier();
  for (const [jwt, kind] of [
    [token({ exp: NOW }), 'expired'],
    [token({ nbf: NOW + 1 }), 'notYetValid'],
    [token({ client_id: 'another' }), 'clientId'],
    [token({}, 'one', rsa[1]), 'signature'],
    ['nonsense', 'malformed'],
    [undefined, 'malformed'],
  ]) {
    const error = await verifier.verify(jwt, ACCESS).catch((thrown) => thrown);
    assert.deepEqual([error.name, error.kind], ['VerifyError', kind]);
    for (const part of jwt?.split('.') ?? []) assert.ok(!`${error.message} ${error.stack}`.includes(part));
  }
  const tolerant = serverOf({ [KEY_SET]: keySet('one') }).verifier({ leeway: 30 });
  assert.equal(await kindOf(tolerant.verify(token({ exp: NOW - 29 }), ACCESS)), 'ok');
  assert.equal(await kindOf(tolerant.verify(token({ exp: NOW - 30 }), ACCESS)), 'expired');
});

test('many callers share one fetch, and unknown keys do not flood the server', async () => {
  const server = serverOf({ [KEY_SET]: keySet('one') });
  const verifier = server.verifier();
  const kinds = await Promise.all(Array.from({ length: 50 }, () => kindOf(verifier.verify(token(), ACCESS))));
  assert.ok(kinds.every((kind) => kind === 'ok'));
  assert.deepEqual(server.requests.splice(0), [KEY_SET]);

  for (let attempt = 0; attempt < 50; attempt += 1) {
    assert.equal(await kindOf(verifier.verify(token({}, `unknown-${attempt}`), ACCESS)), 'unknownKey');
  }
  assert.equal(server.requests.splice(0).length, 3);
  server.clock += 11_000;
  server.documents[KEY_SET] = keySet('void', 'two');
  assert.equal(await kindOf(verifier.verify(token({}, 'two', rsa[1]), ACCESS)), 'ok', 'a new key is found');
  assert.equal(await kindOf(verifier.verify(token(), ACCESS)), 'unknownKey', 'one that is not published any more is void');
});

test('a failed fetch is shared, and not the last one', async () => {
  const server = serverOf({ [KEY_SET]: keySet('one') });
  const verifier = server.verifier();
  server.isDown = true;
  const kinds = await Promise.all(Array.from({ length: 20 }, () => kindOf(verifier.verify(token(), ACCESS))));
  assert.ok(kinds.every((kind) => kind === 'keysUnavailable'), `${kinds}`);
  assert.equal(server.requests.length, 2, 'one fetch of two attempts');
  server.isDown = false;
  assert.equal(await kindOf(verifier.verify(token(), ACCESS)), 'ok');

  server.clock += 25 * 60 * 60 * 1_000;
  server.isDown = true;
  const later = token({ exp: server.clock / 1_000 + 60 });
  assert.equal(await kindOf(verifier.verify(later, ACCESS)), 'ok', 'an old key is better than none');
});

test('a wrong clock is corrected by the server of the keys, but not by a cache', async () => {
  const date = new Date(NOW * 1_000).toUTCString();
  for (const [headers, offset, life, expected] of [
    [{ date }, -7_200, 60, 'ok'],
    [{ date }, -7_200, -60, 'expired'],
    [{ date }, 7_200, 60, 'ok'],
    [{ date }, 7_200, -60, 'expired'],
    [{ date, age: '7200' }, 7_200, 60, 'expired'],
    [{}, 7_200, 60, 'expired'],
  ]) {
    const server = serverOf({ [KEY_SET]: keySet('one') });
    Object.assign(server, { headers, clock: (NOW + offset) * 1_000 });
    assert.equal(await kindOf(server.verifier().verify(token({ exp: NOW + life }), ACCESS)), expected, `${offset} ${life}`);
  }
});

test('both forms of the issuer, and a server of its own', async () => {
  const updated = ISSUER.replace('cognito-idp', 'issuer-cognito-idp');
  const server = serverOf({ [`${updated}/.well-known/jwks.json`]: keySet('one'), [`http://127.0.0.1:4577/${POOL}/.well-known/jwks.json`]: keySet('one') });
  assert.equal(await kindOf(server.verifier().verify(token({ iss: updated }), ACCESS)), 'ok');
  assert.equal(await kindOf(server.verifier({ endpoint: 'http://127.0.0.1:4577/' }).verify(token(), ACCESS)), 'ok');
});

test('a header of the own load balancer, and no other', async () => {
  const keyUrl = `https://public-keys.auth.elb.eu-west-1.amazonaws.com/${KEY_ID}`;
  const server = serverOf({ [keyUrl]: ec.publicKey.export({ type: 'spki', format: 'pem' }) });
  const options = { loadBalancers: [ARN], userPools: USER_POOLS, fetch: server.fetch, now: () => NOW * 1_000 };
  const verifier = new AlbVerifier(options);
  const header = (changes = {}, dsaEncoding = 'ieee-p1363') => {
    const members = { alg: 'ES256', kid: KEY_ID, signer: ARN, iss: ISSUER, client: CLIENT, exp: NOW + 120, ...changes };
    const signed = [members, { sub: '8f0e', username: 'ada', email: 'ada@example.com' }].map((part) => padded(JSON.stringify(part))).join('.');
    return `${signed}.${padded(sign('sha256', Buffer.from(signed), { key: ec.secret, dsaEncoding }))}`;
  };
  const user = await verifier.verify(header());
  assert.deepEqual([user.sub, user.username, user.email, user.clientId, user.signer], ['8f0e', 'ada', 'ada@example.com', CLIENT, ARN]);
  for (const [text, kind] of [
    [header({ signer: ARN.replace('notes', 'evil') }), 'signer'],
    [header({ client: 'another' }), 'clientId'],
    [header({ iss: 'https://evil.example' }), 'issuer'],
    [header({ exp: NOW }), 'expired'],
    [header({ exp: undefined }), 'malformed'],
    [header({ kid: 'ffffffff-4b5a-6978-8796-a5b4c3d2e1f0' }), 'unknownKey'],
    [header({}, 'der'), 'signature'],
    [header().replaceAll('=', ''), 'malformed'],
    [token(), 'malformed'],
    [null, 'malformed'],
  ]) {
    assert.equal(await kindOf(verifier.verify(text)), kind);
  }
  assert.equal(await kindOf(new AlbVerifier({ ...options, keysUrl: 'https://keys.example/' }).verify(header())), 'unknownKey');
  assert.ok(server.requests.includes(`https://keys.example/${KEY_ID}`));
});

test('all shards of the cookie expire', () => {
  assert.deepEqual(expiredAlbCookies('Mine').map((cookie) => cookie.split('=')[0]), ['Mine-0', 'Mine-1', 'Mine-2', 'Mine-3']);
  assert.match(expiredAlbCookies()[0], /^AWSELBAuthSessionCookie-0=; Expires=Thu, 01 Jan 1970/);
});

test('a verifier that would check nothing is not made', () => {
  for (const options of [
    { userPools: [] },
    { userPools: [{ id: POOL, clientIds: [] }] },
    { userPools: [{ id: 'eu-west-1', clientIds: [CLIENT] }] },
    { userPools: [{ id: POOL, clientIds: ['not an id'] }] },
    { userPools: [...USER_POOLS, ...USER_POOLS] },
    { userPools: USER_POOLS, endpoint: 'localhost' },
  ]) {
    assert.throws(() => new UserPoolVerifier(options), { kind: 'invalidConfig' });
    assert.throws(() => new AlbVerifier({ loadBalancers: [], ...options }), { kind: 'invalidConfig' });
  }
  assert.throws(() => new AlbVerifier({ loadBalancers: ['*'], userPools: USER_POOLS }), { kind: 'invalidConfig' });
});

test('require gives the same, and no other entry loads it', async () => {
  const required = createRequire(locate('poolpass/package.json'))('poolpass/verify');
  assert.deepEqual(Object.keys(required).sort(), Object.keys(await load('poolpass/verify')).sort());
  for (const name of ['index.js', 'inline.js', 'core/index.js', 'exports.js', 'core/exports.js', 'cjs/index.js']) {
    assert.doesNotMatch(await readFile(inside(name), 'utf8'), /UserPoolVerifier|verify\.js/, name);
  }
  for (const name of ['verify.js', 'cjs/verify.js']) assert.doesNotMatch(await readFile(inside(name), 'utf8'), /WebAssembly/, name);
});
