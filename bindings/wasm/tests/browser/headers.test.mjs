// Tests of the headers that a browser adds to the package's requests.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { added, startRecorder } from '../player/recorder.mjs';
import { KNOWN, through } from '../player/writes.mjs';
import { NAME } from './browser.mjs';
import { open, Suite } from './suite.mjs';

describe(`headers in ${NAME}`, () => {
  const suite = new Suite();

  suite.test('nothing is written that the app did not ask for, and no header arrives that a service would interpret', async (person, backend) => {
    const recorder = await startRecorder(backend.endpoint);
    try {
      const config = through(recorder, backend.config);
      const tab = await person.newTab();
      await open(tab, config, { store: 'memory' });
      const { known, sent } = await tab.evaluate(
        async ([config, user]) => {
          const { watchedWrites } = await import('/player/writes.mjs');
          return watchedWrites({ Client }, config, user);
        },
        [config, backend.config.demo.users[0]],
      );
      assert.deepEqual(known, KNOWN);
      assert.deepEqual(added(recorder.arrived, sent), []);
      assert.ok(recorder.arrived.some(({ method }) => method === 'PUT'));
    } finally {
      recorder.close();
    }
  });
});
