// A device whose clock is wrong, and what it is told.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';

const { Client } = await load();

describe('a wrong clock in Node.js', { timeout: 120_000 }, () => {
  let backend;
  before(async () => {
    backend = await Backend.start();
  });
  after(() => backend.stop());

  for (const [title, hours] of [['two hours behind', -2], ['two hours ahead', 2], ['right', 0]]) {
    test(`credentials for the AWS SDK expire on a clock that is ${title}, and tokens on AWS's`, async () => {
      const [{ username, password }] = backend.config.demo.users;
      const now = () => Date.now() + hours * 3_600_000;
      const client = await Client.create(backend.config, { now });
      assert.equal((await client.signIn(username, password)).kind, 'done');
      const { expiration } = await client.credentials();
      const minutes = (expiration.getTime() - now()) / 60_000;
      assert.ok(minutes > 55 && minutes < 65, `for ${minutes} minutes on the device's clock`);
      const { expiresAt, claims } = await client.idToken();
      assert.equal(expiresAt.getTime(), claims.exp * 1000);
      assert.equal((await client.account.attributes()).email, 'ada@example.com');
      client.close();
    });
  }
});
