// Every kind of request that writes something, played by the tests of headers in runtimes and browsers.

/** Writes in every way that there is. Gives what is known of the objects afterwards, and what `fetch` was given to send. */
export async function watchedWrites(poolpass, config, user) {
  const sent = [];
  const real = globalThis.fetch;
  globalThis.fetch = (url, init) => {
    sent.push({ method: init.method, url, names: [...init.headers.keys()] });
    return real(url, init);
  };
  try {
    return { known: JSON.parse(JSON.stringify(await writeEverything(poolpass, config, user))), sent };
  } finally {
    globalThis.fetch = real;
  }
}

async function writeEverything({ Client }, config, { username, password }) {
  const client = await Client.create(config, { store: 'memory' });
  await client.signIn(username, password);
  const bucket = client.bucket();
  const prefix = await bucket.privatePath(`headers ${crypto.randomUUID()}`);
  const large = new Blob([new Uint8Array(5 * 1024 * 1024 + 1)]);
  await bucket.put(`${prefix}/text`, 'x');
  await bucket.put(`${prefix}/absent`, new Blob(['x'], { type: 'image/png' }), { ifAbsent: true });
  await bucket.upload(`${prefix}/small`, 'x');
  await bucket.upload(`${prefix}/parts`, large);
  await bucket.copy(`${prefix}/text`, `${prefix}/copy`);
  await bucket.put(`${prefix}/named`, 'x', { cacheControl: 'max-age=60', contentType: 'text/css' });
  const known = {};
  for (const name of ['text', 'absent', 'small', 'parts', 'copy', 'named']) {
    const { cacheControl, contentType, contentEncoding, metadata } = await bucket.head(`${prefix}/${name}`);
    known[name] = { cacheControl, contentType, contentEncoding, metadata };
  }
  const key = { pk: await client.identityId(), sk: 'headers' };
  await client.table().put(key);
  await client.table().delete(key);
  await client.api().request('/whoami', { method: 'POST', body: 'text' });
  await client.api().request('/whoami', { method: 'POST', body: new URLSearchParams('a=1') });
  await bucket.deleteMany([`${prefix}/text`, `${prefix}/copy`]);
  await bucket.delete(`${prefix}/parts`);
  client.close();
  return known;
}

const ABSENT = { cacheControl: undefined, contentEncoding: undefined, metadata: {} };

/** The expected metadata of the objects. */
export const KNOWN = JSON.parse(
  JSON.stringify({
    text: { ...ABSENT, contentType: 'binary/octet-stream' },
    absent: { ...ABSENT, contentType: 'image/png' },
    small: { ...ABSENT, contentType: 'binary/octet-stream' },
    parts: { ...ABSENT, contentType: 'binary/octet-stream' },
    copy: { ...ABSENT, contentType: 'binary/octet-stream' },
    named: { ...ABSENT, cacheControl: 'max-age=60', contentType: 'text/css' },
  }),
);

/** The configuration with every endpoint of AWS behind the recorder. */
export function through(recorder, config) {
  const endpoints = Object.fromEntries(Object.keys(config.endpoints).map((name) => [name, recorder.endpoint]));
  return { ...config, endpoints, api: { url: config.api.url.replace(/^http:\/\/[^/]+/, recorder.endpoint) } };
}
