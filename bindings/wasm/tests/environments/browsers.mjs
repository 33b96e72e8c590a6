// Runs the tests of `tests/browser` in browsers other than Chromium.
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { TOLD } from './story.js';

const TESTS = join(dirname(fileURLToPath(import.meta.url)), '../browser');

const browser = (name, needs, version) => ({
  name,
  project: 'runtimes',
  needs,
  version,
  async run(project) {
    const tests = (await readdir(TESTS)).filter((file) => file.endsWith('.test.mjs')).map((file) => join(TESTS, file));
    const env = { BROWSER: name, POOLPASS_PROJECT: project.folder };
    // Failures are in the error. The summary shows that tests ran.
    const printed = await project.run(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=tap', ...tests], { env, minutes: 20 });
    const [, passed] = /^# pass (\d+)$/m.exec(printed) ?? [];
    return Number(passed) > 50 ? TOLD : `only ${passed} tests passed`;
  },
});

export const BROWSERS = [
  browser('firefox', 'FIREFOX', async (project) => /[\d.]+\w*$/.exec(await project.run(process.env.FIREFOX, ['--version']))[0]),
  browser('webkit', 'WEBKIT_DRIVER', () => webkitVersion()),
];

async function webkitVersion() {
  const { launch } = await import('../browser/webkit.mjs');
  const { version, close } = await launch();
  await close();
  return version;
}
