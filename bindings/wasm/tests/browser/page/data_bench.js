// Both clients store an item, read a page of items and upload a Blob, in turns, at services that answer at once.
import { attribute, Client } from 'poolpass';

const IDENTITY = 'eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11';
const ITEM = { pk: IDENTITY, sk: 'note#1', text: 'x'.repeat(200), stars: 7, tags: ['a', 'b'], place: { city: 'Graz', seen: null } };
const ITEMS = Array.from({ length: 100 }, (_, index) => ({
  pk: { S: IDENTITY },
  sk: { S: `note#${index}` },
  text: { S: 'x'.repeat(200) },
  stars: { N: String(index) },
  tags: { L: [{ S: 'a' }, { S: 'b' }] },
  place: { M: { city: { S: 'Graz' }, seen: { NULL: true } } },
}));
const PAGE = JSON.stringify({ Items: ITEMS, Count: ITEMS.length, ScannedCount: ITEMS.length });
const UPLOAD = 64 * 1024 * 1024;

/** The milliseconds of each round, of each thing that is measured. */
export async function measure(rounds) {
  const client = await Client.create(
    { region: 'eu-west-1', identityPool: { id: IDENTITY }, s3: { bucket: 'bucket' }, dynamodb: { table: 'notes' } },
    { store: 'memory' },
  );
  const sent = answerAtOnce();
  const rival = await loadRival();
  const table = client.table();
  const file = new Blob([new Uint8Array(UPLOAD)]);
  const measured = [
    await both('storing an item', rounds.small, 20, {
      poolpass: () => table.put(ITEM),
      rival: () => rival.items.send(new rival.PutCommand({ TableName: 'notes', Item: ITEM })),
    }),
    await both('reading a page of 100 items', rounds.small, 5, {
      poolpass: () => table.query(attribute('pk').eq(IDENTITY)).page(),
      rival: () => rival.items.send(new rival.QueryCommand(QUERY)),
    }),
    await both('uploading 64 MiB in parts', rounds.upload, 1, {
      poolpass: () => client.bucket().upload('file', file),
      rival: () => new rival.Upload({ client: rival.s3, params: { Bucket: 'bucket', Key: 'file', Body: file } }).done(),
    }),
  ];
  await check(sent, table, rival);
  return measured;
}

const QUERY = { TableName: 'notes', KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': IDENTITY } };

async function loadRival() {
  // It reads XML by DOMParser, which this page's Trusted Types would forbid.
  globalThis.trustedTypes?.createPolicy('default', { createHTML: (text) => text });
  const { DynamoDBClient, DynamoDBDocumentClient, S3Client, ...rest } = await import('/rival/aws_sdk.js');
  const config = {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token'.repeat(200) },
  };
  return { items: DynamoDBDocumentClient.from(new DynamoDBClient(config)), s3: new S3Client(config), ...rest };
}

/** Each round does the work `times` times, and is counted as one. */
async function both(what, rounds, times, work) {
  const measured = { poolpass: { times: [] }, rival: { times: [] } };
  // The first rounds compile and optimize.
  for (let round = -2; round < rounds; round += 1) {
    const turns = round % 2 === 0 ? ['poolpass', 'rival'] : ['rival', 'poolpass'];
    for (const name of turns) {
      const longest = longestTask();
      const start = performance.now();
      for (let time = 0; time < times; time += 1) await work[name]();
      const took = (performance.now() - start) / times;
      const task = await longest();
      if (round < 0) continue;
      measured[name].times.push(took);
      if (times === 1) measured[name].longest = Math.max(measured[name].longest ?? 0, task);
    }
  }
  return { what, ...measured };
}

/** The browser tells of a long task after its end, and some time later. */
function longestTask() {
  let longest = 0;
  const observer = new PerformanceObserver((tasks) => {
    for (const task of tasks.getEntries()) longest = Math.max(longest, task.duration);
  });
  observer.observe({ type: 'longtask' });
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const task of observer.takeRecords()) longest = Math.max(longest, task.duration);
    observer.disconnect();
    return longest;
  };
}

/** Both have really signed and sent everything and read what was answered, or this measures nothing. */
async function check(sent, table, rival) {
  // The hash and the checksum of each part, or of nothing where it is none.
  const checks = (isOurs, isPart) => {
    const requests = sent.filter((request) => request.isOurs === isOurs && request.isPart === isPart);
    return requests.map((request) => `${request.checks}`).toSorted();
  };
  if (checks(true, false).length !== checks(false, false).length) throw new Error('the requests differ');
  const [ours, theirs] = [checks(true, true), checks(false, true)];
  if (ours.length < 100 || String(ours) !== String(theirs)) throw new Error('the parts differ');
  if (ours.some((check) => !/^[\w+/]{6}==,[0-9a-f]{64}$/.test(check))) throw new Error('a part has no checksum');
  if (sent.some(({ authorization }) => !/^AWS4-HMAC-SHA256 .*Signature=[0-9a-f]{64}$/.test(authorization))) throw new Error('not everything was signed');
  const { items } = await table.query(attribute('pk').eq(IDENTITY)).page();
  const { Items } = await rival.items.send(new rival.QueryCommand(QUERY));
  const sorted = (item) => JSON.stringify(Object.entries(item).toSorted());
  if (items.length !== 100 || items.some((item, index) => sorted(item) !== sorted(Items[index]))) throw new Error('the items differ');
}

/** Replaces fetch. Gives what will have been sent to S3 and DynamoDB. */
function answerAtOnce() {
  const sent = [];
  globalThis.fetch = async (input, init) => {
    // As the browser's own fetch does, however it is called.
    const request = new Request(input, init);
    const { headers } = request;
    const url = new URL(request.url);
    const target = headers.get('x-amz-target')?.split('.').at(-1);
    if (target?.startsWith('Get')) return json(CREDENTIALS[target]());
    sent.push({
      // The AWS SDK makes a Request.
      isOurs: !(input instanceof Request),
      isPart: url.searchParams.has('partNumber'),
      authorization: headers.get('authorization'),
      checks: [headers.get('x-amz-checksum-crc32'), headers.get('x-amz-content-sha256')],
    });
    if (target !== undefined) return json(target === 'Query' ? PAGE : '{}');
    return s3(request.method, url, headers);
  };
  return sent;
}

function s3(method, url, headers) {
  if (method === 'PUT') {
    return new Response('', { headers: { etag: '"part"', 'x-amz-checksum-crc32': headers.get('x-amz-checksum-crc32') } });
  }
  const name = url.searchParams.has('uploads') ? 'InitiateMultipartUploadResult' : 'CompleteMultipartUploadResult';
  return new Response(`<?xml version="1.0"?><${name}><Bucket>bucket</Bucket><Key>file</Key><UploadId>upload</UploadId><ETag>"whole"</ETag></${name}>`);
}

const json = (text) => new Response(text, { headers: { 'content-type': 'application/x-amz-json-1.0', date: new Date().toUTCString() } });
const CREDENTIALS = {
  GetId: () => JSON.stringify({ IdentityId: IDENTITY }),
  GetCredentialsForIdentity: () =>
    JSON.stringify({
      IdentityId: IDENTITY,
      Credentials: {
        AccessKeyId: 'ASIAEXAMPLE',
        SecretKey: 'secret',
        SessionToken: 'token'.repeat(200),
        Expiration: Date.now() / 1000 + 3600,
      },
    }),
};
