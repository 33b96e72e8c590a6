// Compiled, never run: what an app writes has to type-check, and what is wrong must not.
import {
  attribute,
  Client,
  type Config,
  Decimal,
  init,
  PoolpassError,
  type ErrorKind,
  type SessionStore,
  type UploadState,
} from 'poolpass';
import { Client as CoreClient, type DeviceFingerprint, type LoginProvider, type LoginToken } from 'poolpass/core';
import { Client as SlimClient } from 'poolpass/slim';

const store: SessionStore = {
  load: async () => null,
  save: async () => {},
  remove: async () => {},
};

/** One that a page keeps in variables. */
let kept: string | undefined;
const synchronous: SessionStore = {
  load: () => kept,
  save: (_key, value) => {
    kept = value;
  },
  remove: () => {
    kept = undefined;
  },
};

export async function app(file: Blob, signal: AbortSignal): Promise<string> {
  await init();
  const client = await Client.create(
    { region: 'eu-west-1', userPool: { id: 'eu-west-1_AbCdEfGhI', clientId: 'abc' } },
    { store },
  );
  using scoped = await Client.create('{}', { store: synchronous });
  scoped.close();
  const unsubscribe = client.onSessionEvent((event) => {
    if (event.kind === 'sessionEnded') console.log(event.reason);
    // @ts-expect-error only a session that ended has a reason
    if (event.kind === 'signedIn') console.log(event.reason);
  });
  unsubscribe();

  const step = await client.signIn('ada', 'correct horse', { signal, flow: 'userPasswordAuth' });
  switch (step.kind) {
    case 'done':
      return step.user.username;
    case 'smsMfa':
    case 'emailMfa':
      console.log(step.destination?.toUpperCase());
      await step.answer('123456');
      break;
    case 'softwareTokenMfa':
      // @ts-expect-error a code is a string
      await step.answer(123456);
      break;
    case 'selectMfaType':
      await step.answer(step.methods[0] ?? 'smsMfa');
      break;
    case 'mfaSetup':
      // @ts-expect-error it is set up in two calls
      await step.answer('123456');
      console.log((await step.associateSoftwareToken()).otpauthUri('Notes', step.username));
      break;
    case 'newPasswordRequired':
      await step.answer('a better horse', { attributes: { name: 'Ada' } });
      break;
    case 'emailOtp':
    case 'smsOtp':
      await (await step.resend(), step.answer('12345678'));
      break;
    case 'selectChallenge':
      await step.answer(step.available[0] ?? 'emailOtp');
      await step.answerWithPassword('correct horse');
      break;
    case 'password':
      await step.answer('correct horse');
      break;
    case 'webAuthn':
      await step.answer(step.requestOptions);
      break;
    case 'customChallenge':
      await step.answer(step.parameters['question'] ?? '');
      break;
    case 'other':
      await step.answer({ ANSWER: step.parameters['question'] ?? '' });
      break;
    default:
      step satisfies never;
  }

  const bucket = client.bucket();
  await bucket.upload('film.mp4', file, { onProgress: ({ sent, total }) => console.log(sent, total?.toFixed()) });
  const body: ReadableStream<Uint8Array> = (await bucket.get('film.mp4', { range: { last: 10 } })).body;
  await bucket.upload('copy.mp4', body);
  await bucket.put('bytes', new SharedArrayBuffer(1));
  // @ts-expect-error nobody would know how it is meant
  await bucket.put('form', new FormData());
  // @ts-expect-error it is sent in one request, which may have to be sent again
  await bucket.put('copy.mp4', body);
  await client.api().request('/notes', { method: 'POST', body: new URLSearchParams({ title: 'Milk' }) });
  const state: UploadState = JSON.parse('{}');
  await bucket.resumeUpload(state, file);
  if (state.wholeChecksum) await bucket.abortUpload(state);
  const { nextContinuationToken } = await bucket.list('private/', { delimiter: '/' }).page();
  console.log(nextContinuationToken?.length);
  for await (const object of bucket.list('private/')) console.log(object.key, object.lastModified?.getTime());

  interface Note {
    pk: string;
    title: string;
    links?: readonly Link[];
  }
  interface Link {
    to: string;
  }
  const table = client.table();
  await table.put({ pk: 'a', price: new Decimal('0.1'), big: 1n, tags: new Set(['x']), at: [1, { x: null }] });
  // @ts-expect-error DynamoDB has no dates
  await table.put({ pk: 'a', at: new Date() });
  // @ts-expect-error nor has it dates inside
  await table.put({ pk: 'a', at: [{ x: new Date() }] });
  // @ts-expect-error nor functions
  await table.put({ pk: 'a', at: () => 1 });
  const note = await table.get<Note>({ pk: 'a' });
  if (note !== undefined) {
    await table.put(note);
    await table.batchWrite({ put: [note], delete: [{ pk: 'b' }] });
  }
  await table.batchWrite({ delete: [{ pk: 'b' }] });
  for await (const found of table.query<Note>(attribute('pk').eq('a'), { descending: true })) console.log(found.title);
  await table.update({ pk: 'a' }, { set: [[['address', 'city'], 'Cork']], add: { revision: 1 } }, { returnValues: 'allNew' });

  try {
    await client.api().request('/notes', { method: 'POST', body: '{}' });
  } catch (error) {
    if (error instanceof PoolpassError) {
      const kind: ErrorKind = error.kind;
      // @ts-expect-error there is no such kind
      if (error.kind === 'oops') console.log(kind);
    }
  }
  const provider: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string; expiration?: Date }> =
    client.credentials;
  console.log(provider, SlimClient === Client);
  return note?.title ?? '';
}

async function connect(config: Config): Promise<Client> {
  let client: Client | undefined;
  try {
    client = await Client.create(config);
    await client.currentUser(); // the first use of the store
    return client;
  } catch (error) {
    if (!(error instanceof PoolpassError && error.kind === 'store')) throw error;
    client?.close();
    return Client.create(config, { store: 'memory' });
  }
}
console.log(connect);

/** Calls that need neither S3 nor DynamoDB are in the smaller entry, with its types. */
export async function withoutData(config: Config, fingerprint: DeviceFingerprint, source: LoginToken): Promise<string | undefined> {
  const client = await CoreClient.create(config, { deviceFingerprint: fingerprint });
  const provider: LoginProvider = { openId: 'https://login.example.com' };
  client.addLogin(provider, source);
  // @ts-expect-error a provider is one of these
  client.addLogin('twitter', source);
  // @ts-expect-error and names one thing
  client.addLogin({ openId: 'https://login.example.com', saml: 'arn:aws:iam::123456789012:saml-provider/Corporate' }, source);
  const tokens = client.readAmplifySession(localStorage);
  if (tokens !== undefined) await client.adoptSession(tokens);
  // @ts-expect-error the package waits for no storage
  client.readAmplifySession({ getItem: async (key: string) => key });
  // @ts-expect-error a page to come back to is necessary
  await client.signInWithRedirect({ provider: 'Google' });
  // @ts-expect-error a popup opens its own window
  await client.signInWithPopup({ redirectUri: 'https://notes.example/', open: () => {} });
  const result = await client.handleRedirect();
  // @ts-expect-error an address that is no answer gives nothing
  console.log(result.user);
  const answer = await client.api().request('/notes', { authorization: 'accessToken', bearer: true });
  console.log(answer.status);
  return result?.customState;
}
