// Answers that AWS never gives, in place of those that it gives: to each operation, each of them once.
import { Client, PoolpassError } from 'poolpass';

/** Calls every operation with every answer; gives what became of each call that did not end as it should. */
export async function tryAll(config, { username, password }) {
  const values = new Map();
  const client = await Client.create(config, { store: storeOf(values) });
  await client.signIn(username, password);
  const key = await client.bucket().privatePath('hostile');
  await client.bucket().put(key, 'x');
  const pk = await client.identityId();

  const real = globalThis.fetch;
  const wrong = [];
  const kinds = {};
  let calls = 0;
  for (const [operation, call] of Object.entries(operations({ username, password, key, pk }))) {
    for (const [name, answer] of Object.entries(answers())) {
      let asked = 0;
      // A client of its own, on a copy of the session: nothing is cached, and what is believed harms nobody else.
      const fresh = await Client.create(config, { store: storeOf(new Map(values)), maxAttempts: 1 });
      globalThis.fetch = async (url, init) => {
        if (operationOf(url, init) !== operation) return real(url, init);
        asked += 1;
        return answer();
      };
      const outcome = await ended(call(fresh));
      globalThis.fetch = real;
      calls += 1;
      if (asked === 0) wrong.push(`${operation} was not called for ${name}`);
      if (outcome.wrong !== undefined) wrong.push(`${operation}, ${name}: ${outcome.wrong}`);
      kinds[outcome.kind] = (kinds[outcome.kind] ?? 0) + 1;
    }
  }
  return { calls, kinds, wrong };
}

/** Everything else that an app or its storage may get wrong. */
export async function tryOthers(config, user) {
  const wrong = [];
  const note = async (name, promise) => {
    const outcome = await ended(promise);
    if (outcome.wrong !== undefined) wrong.push(`${name}: ${outcome.wrong}`);
  };
  for (const text of ['', '{', 'null', '[]', '{"version":1}', '{"version":1e99}', '\u0000', 'x'.repeat(1e6), 7, {}, null, [], NaN]) {
    const store = { load: async () => text, save: async () => {}, remove: async () => {} };
    const client = await Client.create(config, { store });
    await note(`a store with ${String(text).slice(0, 20)}`, client.currentUser());
    await note(`a store with ${String(text).slice(0, 20)} and a challenge`, client.pendingChallenge());
    await note(`a store with ${String(text).slice(0, 20)} and an identity`, client.identityId());
  }
  for (const now of [NaN, Infinity, -Infinity, 1e300, -1e300, 8.64e15 + 1, -1, 0, 'x', undefined]) {
    const client = await Client.create(config, { store: 'memory', now: () => now, maxAttempts: 1 });
    await note(`the clock ${now}`, client.signIn(user.username, user.password).then(() => client.bucket().head('public/welcome.txt')));
  }
  const client = await Client.create(config, { store: 'memory', maxAttempts: 1 });
  await client.signIn(user.username, user.password);
  const key = await client.bucket().privatePath('lies');
  for (const size of [NaN, -1, 0, 1, 2 ** 53, Infinity, 7e6]) {
    const blob = new Blob([new Uint8Array(6e6)]);
    Object.defineProperty(blob, 'size', { value: size });
    await note(`a Blob whose size is ${size}`, client.bucket().upload(key, blob, { partSize: 5 * 1024 * 1024 }));
  }
  const large = 3 * 1024 ** 3;
  const film = new Blob([new Uint8Array(6e6)]);
  Object.defineProperty(film, 'size', { value: large });
  await note('a part beyond all memory', client.bucket().upload(key, film, { partSize: large }));
  await note('bytes beyond all memory', client.bucket().put(key, new Uint8Array(large)));
  await note('bytes beyond all memory in parts', client.bucket().upload(key, new Uint8Array(large)));
  await note('a request beyond all memory', client.api().request('/whoami', { method: 'POST', body: new Uint8Array(large) }));
  for (const state of [{}, { version: 1 }, { version: 1, partSize: 0 }, { version: 1e9 }, [], 7, 'x']) {
    await note(`the state ${JSON.stringify(state)}`, client.bucket().resumeUpload(state, 'x'));
  }
  for (const options of [{ partSize: -1 }, { partSize: NaN }, { partSize: 2 ** 60 }, { concurrency: 0 }, { concurrency: -1 }, { concurrency: 1e9 }]) {
    await note(`an upload with ${JSON.stringify(options)}`, client.bucket().upload(key, new Blob([new Uint8Array(6e6)]), options));
  }
  for (const seconds of [NaN, -1, 0, 1e300, Infinity]) await note(`presigned for ${seconds}`, client.bucket().presignGet(key, seconds));
  for (const range of [{ start: -1 }, { start: 5, end: 1 }, { start: 2 ** 60 }, { last: 0 }, { last: -1 }, { last: NaN }]) {
    await note(`the range ${JSON.stringify(range)}`, client.bucket().get(key, { range }));
  }
  await note('afterwards', client.account.attributes());
  return wrong;
}

function storeOf(values) {
  return {
    load: async (key) => values.get(key),
    save: async (key, value) => void values.set(key, value),
    remove: async (key) => void values.delete(key),
  };
}

function operations({ username, password, key, pk }) {
  return {
    InitiateAuth: (client) => client.signIn(username, password),
    RespondToAuthChallenge: (client) => client.signIn(username, password),
    GetTokensFromRefreshToken: (client) => client.refresh(),
    GetUser: (client) => client.account.attributes(),
    AssociateSoftwareToken: (client) => client.account.associateSoftwareToken(),
    SignUp: (client) => client.account.signUp('new', 'Correct-horse-7', {}),
    GetCredentialsForIdentity: (client) => client.credentials(),
    GetItem: (client) => client.table().get({ pk, sk: 'x' }),
    Query: (client) => client.table().query({ expression: 'pk = :pk', values: { ':pk': pk } }).all(),
    'GET object': async (client) => (await client.bucket().get(key)).bytes(),
    'HEAD object': (client) => client.bucket().head(key),
    'PUT object': (client) => client.bucket().put(key, 'x'),
    'GET list': (client) => client.bucket().list(key).page(),
    'POST uploads': (client) => client.bucket().upload(key, new Blob([new Uint8Array(6 * 1024 * 1024)])),
    'GET api': async (client) => read((await client.api().request('/whoami')).body),
  };
}

/** By its reader: a Response's own methods make a TypeError of whatever breaks its body. */
async function read(body) {
  const reader = body?.getReader();
  while (reader && !(await reader.read()).done);
}

function operationOf(url, init) {
  const { pathname, searchParams } = new URL(url);
  const target = new Headers(init.headers).get('x-amz-target');
  if (target !== null) return target.split('.').at(-1);
  if (pathname.startsWith('/_api')) return `${init.method} api`;
  if (searchParams.has('list-type')) return `${init.method} list`;
  if (searchParams.has('uploads')) return `${init.method} uploads`;
  return `${init.method} object`;
}

function answers() {
  const bodies = {
    nothing: '',
    blanks: ' \n ',
    'half an object': '{"AuthenticationResult":{"IdToken":"',
    'a list': '[]',
    null: 'null',
    'a number': '7',
    'a string': '"x"',
    'an HTML page': '<!doctype html><html><head><title>502 Bad Gateway</title><body><p>nginx & more',
    'control characters': '\u0000\u0001\u0002',
    'bytes that are no UTF-8': new Uint8Array([0xff, 0xfe, 0x7b, 0xc3, 0x28]),
    'a deep list': '['.repeat(100_000),
    'a deep object': '{"a":'.repeat(100_000),
    'deep XML': '<a>'.repeat(100_000),
    'half a tag': '<Error><Code',
    entities: '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><Error><Code>&d;</Code><Message>&#xFFFFFFFF;</Message></Error>',
    'members of other types': JSON.stringify({
      AuthenticationResult: 7, ChallengeName: {}, ChallengeParameters: [], Session: 1, UserAttributes: {}, Credentials: 'x',
      IdentityId: [], Item: 'x', Items: 7, LastEvaluatedKey: 7, SecretCode: {}, UserSub: 1, UserConfirmed: 'x', __type: 7,
    }),
    'members inside of other types': JSON.stringify({
      AuthenticationResult: { IdToken: 1, AccessToken: {}, RefreshToken: [], ExpiresIn: 'x' }, ChallengeParameters: { SRP_B: 7 },
      UserAttributes: [{ Name: 7 }, null], Credentials: { Expiration: 'x' }, Item: { a: { N: 7 } }, Items: [{ a: { B: '!' } }, 7],
    }),
    'numbers that are too large': `{"AuthenticationResult":{"ExpiresIn":1e999},"Credentials":{"AccessKeyId":"a","SecretKey":"b",
      "SessionToken":"c","Expiration":1e308},"IdentityId":"x","Item":{"a":{"N":"1e999999999"}},"Items":[],"Count":1e99}`,
    'an expiry beyond all time': '{"Credentials":{"AccessKeyId":"a","SecretKey":"b","SessionToken":"c","Expiration":1e18},"IdentityId":"x"}',
    'an expiry before all time': '{"Credentials":{"AccessKeyId":"a","SecretKey":"b","SessionToken":"c","Expiration":-1e18},"IdentityId":"x"}',
    'an SRP_B of 400 bytes': challenge({ SRP_B: 'f'.repeat(800) }),
    'an SRP_B of 0': challenge({ SRP_B: '0' }),
    'an odd SRP_B': challenge({ SRP_B: 'abc' }),
    'a negative SRP_B': challenge({ SRP_B: '-1' }),
    'an SRP_B of a million digits': challenge({ SRP_B: 'a'.repeat(1e6) }),
    'an endless salt': challenge({ SALT: 'a'.repeat(1e6) }),
    'a salt that is none': challenge({ SALT: 'zz' }),
    'a secret block that is none': challenge({ SECRET_BLOCK: '\u0000' }),
    'a name of control characters': challenge({ USER_ID_FOR_SRP: '\u0000\ud800' }),
    'an unknown challenge': '{"ChallengeName":"DANCE","ChallengeParameters":{},"Session":"s"}',
    'tokens of the year 300 billion': tokens('{"sub":"a","cognito:username":"a","exp":9223372036854775807,"iat":9223372036854775807}'),
    'tokens before all time': tokens('{"sub":"a","cognito:username":"a","exp":-9223372036854775808,"iat":-1e300}'),
    'tokens that are not JSON': tokens('{'),
    'tokens with numbers for names': tokens('{"sub":7,"cognito:username":[],"exp":"x"}'),
    'a listing of nonsense': `<ListBucketResult><IsTruncated>maybe</IsTruncated><Contents><Key>&bad;</Key><Size>99999999999999999999</Size>
      <LastModified>yesterday</LastModified></Contents></ListBucketResult>`,
    'a listing without an end': '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
    'an upload without an id': '<InitiateMultipartUploadResult></InitiateMultipartUploadResult>',
    'an error inside a success': '<Error><Code>InternalError</Code><Message>later</Message></Error>',
  };
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    date: 'Thu, 32 Foo 99999 99:99:99 GMT',
    'retry-after': '99999999999999999999',
    'content-range': 'bytes 5-1/0',
    'x-amz-checksum-crc32': '!!!',
    'x-amzn-errortype': ':#:',
    'last-modified': '-1',
    etag: '\u00ff',
  };
  const answers = {};
  for (const [name, body] of Object.entries(bodies)) {
    for (const status of [200, 400]) answers[`${status} with ${name}`] = () => new Response(body, { status, headers });
  }
  for (const status of [201, 206, 299, 304, 403, 404, 418, 500, 599]) {
    answers[`status ${status}`] = () => new Response(status === 304 ? null : '', { status, headers });
  }
  answers['a body that breaks off'] = () => new Response(broken('{"Auth'), { headers });
  answers['a body that breaks off at once'] = () => new Response(broken(''), { headers });
  answers['a body of words'] = () => {
    const words = new ReadableStream({ start: (controller) => { controller.enqueue('word'); controller.close(); } });
    return { status: 200, headers: new Headers(), body: words };
  };
  answers['an error'] = Response.error;
  return answers;
}

function challenge(parameters) {
  const all = { USER_ID_FOR_SRP: 'ada', USERNAME: 'ada', SALT: 'abcd', SECRET_BLOCK: btoa('secret'), SRP_B: 'abcd', ...parameters };
  return JSON.stringify({ ChallengeName: 'PASSWORD_VERIFIER', ChallengeParameters: all });
}

function tokens(claims) {
  const token = `e30.${btoa(claims).replaceAll('=', '')}.x`;
  return JSON.stringify({ AuthenticationResult: { IdToken: token, AccessToken: token, RefreshToken: 'r', ExpiresIn: 3600 } });
}

function broken(start) {
  return new ReadableStream({
    start(controller) {
      if (start !== '') controller.enqueue(new TextEncoder().encode(start));
      controller.error(new TypeError('network error'));
    },
  });
}

/** How a call ended: as it should, with a value or a PoolpassError, or otherwise. */
async function ended(promise) {
  let timer;
  const hung = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ wrong: 'it did not end' }), 20_000);
  });
  const settled = promise.then(
    () => ({ kind: 'none' }),
    (error) => {
      if (!(error instanceof PoolpassError)) return { wrong: `${error?.name}: ${error?.message}` };
      if (typeof error.kind !== 'string' || error.message === '') return { wrong: `an empty error ${error.kind}` };
      return { kind: error.kind };
    },
  );
  const outcome = await Promise.race([settled, hung]);
  clearTimeout(timer);
  return outcome;
}
