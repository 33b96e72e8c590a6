// Device data for the threat protection of a user pool, as the app gives it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { Client } = await load();

describe('device data in Node.js', { timeout: 120_000 }, () => {
  let backend;
  before(async () => {
    backend = await Backend.start();
  });
  after(() => backend.stop());

  async function signIn(options) {
    const [{ username, password }] = backend.config.demo.users;
    const client = await Client.create(backend.config, options);
    assert.equal((await client.signIn(username, password)).kind, 'done');
    client.close();
    return backend.takeUserContexts();
  }

  test('a function that throws or returns no text keeps nobody from signing in', async () => {
    for (const result of [() => { throw new Error('no data'); }, () => undefined, () => null, () => 7, () => '']) {
      const asked = [];
      const contexts = await signIn({ userContextData: (username) => (asked.push(username), result()) });
      assert.deepEqual(contexts, []);
      assert.equal(asked.length, 2, 'for InitiateAuth and RespondToAuthChallenge');
    }
  });

  test('a fingerprint has the format of the library that it names', async () => {
    for (const [platform, version] of [['ios', 'IOS20171114'], ['android', 'ANDROID20171114']]) {
      const contexts = await signIn({ deviceFingerprint: { platform, data: { DeviceName: 'desk' } } });
      assert.deepEqual(contexts.map((context) => [context.version, context.contextData]), [
        [version, { DeviceName: 'desk' }],
        [version, { DeviceName: 'desk' }],
      ]);
    }
  });

  test('a fingerprint of another form is refused', async () => {
    for (const deviceFingerprint of [{ platform: 'web', data: {} }, { data: {} }, { platform: 'ios', data: { a: 1 } }, 'ios']) {
      await assert.rejects(Client.create(backend.config, { deviceFingerprint }), { kind: 'invalidInput' });
    }
  });
});
