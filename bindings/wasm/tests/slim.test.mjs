// The entry whose caller supplies the module.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { load, locate } from './player/package.mjs';

const { Client, init, PoolpassError } = await load('poolpass/slim');

test('slim says that init comes first, and works after it', async () => {
  const config = { region: 'eu-west-1', userPool: { id: 'eu-west-1_AbCdEfGhI', clientId: 'abc' } };
  await assert.rejects(Client.create(config), (error) => {
    return error instanceof PoolpassError && error.kind === 'platform' && /init\(\)/.test(error.message);
  });
  await assert.rejects(init(new Uint8Array([1, 2, 3])), { kind: 'platform' });
  await init(await readFile(locate('poolpass/poolpass.wasm')));
  assert.equal((await Client.create(config)).region, 'eu-west-1');
});
