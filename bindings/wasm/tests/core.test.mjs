// The entry without S3 and DynamoDB: the scenarios that need neither, and how it stands beside the whole package.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';
import { scenarios } from './player/scenarios.mjs';
import { play } from './player/scenario_run.mjs';

const core = await load('poolpass/core');
const whole = await load();

const DATA = /^(bucket|table)\.|^transact/;
const played = scenarios.filter(({ steps }) => !steps.some((step) => DATA.test(step.do ?? '')));

test('most scenarios need neither S3 nor DynamoDB', () => {
  assert.ok(played.length > 40 && played.length < scenarios.length, `${played.length} of ${scenarios.length}`);
});

describe('scenarios', { concurrency: 4 }, () => {
  for (const scenario of played) {
    test(scenario.title, { timeout: 120_000 }, async () => {
      const backend = await Backend.start();
      try {
        await play(scenario, backend, core);
      } finally {
        await backend.stop();
      }
    });
  }
});

test('the client has what needs neither, and the whole one has all', () => {
  const members = ({ Client }) => {
    const own = Object.getOwnPropertyNames(Client.prototype);
    return [...own, ...Object.getOwnPropertyNames(Object.getPrototypeOf(Client.prototype))];
  };
  const data = ['bucket', 'table', 'transactGet', 'transactWrite'];
  assert.deepEqual(members(core).filter((name) => data.includes(name)), []);
  assert.deepEqual(members(whole).filter((name) => data.includes(name)), data);
  assert.ok(members(core).includes('signIn'));
});

test('both entries work in one program, with the same classes of errors and stores', async () => {
  const backend = await Backend.start();
  try {
    const store = new core.MemoryStore();
    const [{ username, password }] = backend.config.demo.users;
    const first = await core.Client.create(backend.config, { store });
    assert.equal((await first.signIn(username, password)).kind, 'done');
    const second = await whole.Client.create(backend.config, { store });
    assert.equal((await second.currentUser()).username, username);
    assert.equal(await first.identityId(), await second.identityId());
    assert.equal(core.PoolpassError, whole.PoolpassError);
    const other = first.withRole('arn:aws:iam::123456789012:role/other');
    assert.ok(other instanceof core.Client && !(other instanceof whole.Client));
  } finally {
    await backend.stop();
  }
});
