// Tests of the headers that reach AWS beside those that the package asked the host to send.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Backend } from './player/backend.mjs';
import { load } from './player/package.mjs';
import { added, startRecorder } from './player/recorder.mjs';
import { KNOWN, through, watchedWrites } from './player/writes.mjs';

const poolpass = await load();

let backend;
let recorder;
before(async () => {
  backend = await Backend.start();
  recorder = await startRecorder(backend.endpoint);
});
after(async () => {
  recorder.close();
  await backend.stop();
});

test('nothing is written that the app did not ask for, and no header arrives that a service would interpret', async () => {
  const { known, sent } = await watchedWrites(poolpass, through(recorder, backend.config), backend.config.demo.users[0]);
  assert.deepEqual(known, KNOWN);
  assert.deepEqual(added(recorder.arrived, sent), []);
  for (const method of ['PUT', 'POST', 'DELETE', 'HEAD']) assert.ok(recorder.arrived.some((each) => each.method === method), method);
});
