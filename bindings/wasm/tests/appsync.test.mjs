// Amplify's connections to AppSync's real-time API with a signature. `tests/runner/data/sigv4_appsync.json` keeps them for the tests of
// the SDK's signatures: `UPDATE_APPSYNC=1 node --test tests/appsync.test.mjs` writes the file.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, mock, test } from 'node:test';

import { Amplify } from 'aws-amplify';
import { generateClient } from 'aws-amplify/api';
import { events } from 'aws-amplify/data';

const FILE = new URL('../../../tests/runner/data/sigv4_appsync.json', import.meta.url);
const TIME = '2026-03-01T12:34:56Z';
const credentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: '9drTJvcXLB89EXAMPLELB8923FB892xMFI/K7MD+',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCWV1LXdlc3QtMSJ+token/with+odd=chars==',
};
const GRAPHQL = 'https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/graphql';
const EVENTS = 'https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/event';

/** Records what a page asks its browser for, and never connects. */
class WebSocket {
  static #waiting = [];
  static next() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  constructor(url, protocols) {
    WebSocket.#waiting.shift()?.({ url, protocols });
  }
  close() {}
}

test("Amplify's signed connections to AppSync are those of the table", async () => {
  const provider = { getCredentialsAndIdentityId: async () => ({ credentials, identityId: 'eu-west-1:1' }), clearCredentialsAndIdentityId() {} };
  const iam = { region: 'eu-west-1', defaultAuthMode: 'iam' };
  Amplify.configure(
    { Auth: { Cognito: { identityPoolId: 'eu-west-1:11111111-2222-4333-8444-555555555555', allowGuestAccess: true } }, API: { GraphQL: { endpoint: GRAPHQL, ...iam }, Events: { endpoint: EVENTS, ...iam } } },
    { Auth: { credentialsProvider: provider, tokenProvider: { getTokens: async () => null } } },
  );
  globalThis.WebSocket = WebSocket;
  mock.timers.enable({ apis: ['Date'], now: new Date(TIME) });
  const cases = [];
  const add = (name, url, { url: address, protocols }) => {
    const [protocol, header] = protocols;
    const headers = JSON.parse(Buffer.from(header.replace(/^header-/, ''), 'base64url').toString());
    cases.push({ name, url, body: '{}', address, protocol, headers });
  };
  try {
    let opened = WebSocket.next();
    const subscription = generateClient().graphql({ query: 'subscription { onNote { id } }' }).subscribe({ error() {} });
    add('GraphQL', `${GRAPHQL}/connect`, await opened);
    subscription.unsubscribe();
    opened = WebSocket.next();
    events.connect('notes/all').catch(() => {});
    add('Events', EVENTS, await opened);
  } finally {
    mock.timers.reset();
  }
  const table = `${JSON.stringify({ time: TIME, region: 'eu-west-1', credentials, cases }, null, 2)}\n`;
  if (process.env.UPDATE_APPSYNC !== undefined) await writeFile(FILE, table);
  assert.equal(table, await readFile(FILE, 'utf8'));
});

// The connections never come about: what waits for them must not keep this process.
after(() => setTimeout(() => process.exit(), 1_000).unref());
