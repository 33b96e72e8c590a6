// The entries whose caller supplies the module.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { load, locate } from './player/package.mjs';

for (const entry of ['poolpass', 'poolpass/core']) {
  test(`${entry}/slim says that init comes first, and works after it`, async () => {
    const { Client, init, PoolpassError } = await load(`${entry}/slim`);
    const config = { region: 'eu-west-1', userPool: { id: 'eu-west-1_AbCdEfGhI', clientId: 'abc' } };
    await assert.rejects(Client.create(config), (error) => {
      assert.ok(error.message.includes(`${entry}/slim`), error.message);
      return error instanceof PoolpassError && error.kind === 'platform' && /init\(\)/.test(error.message);
    });
    await assert.rejects(init(new Uint8Array([1, 2, 3])), { kind: 'platform' });
    await init(await readFile(locate(`${entry}/poolpass.wasm`)));
    assert.equal((await Client.create(config)).region, 'eu-west-1');
  });
}
