// `npm run dev`, as a newcomer types it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

import { chromium } from 'playwright-core';

for (const [command, place] of [
  [['run', 'dev'], 'in DynamoDB'],
  [['run', 'dev', '--', '--api'], 'behind http://127.0.0.1:'],
]) {
  const name = `npm ${command.join(' ')} prints where the app is and who can sign in, and stops when it is told to`;
  test(name, { timeout: 300_000 }, async () => {
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const dev = spawn('npm', command, { cwd, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const stopped = once(dev, 'exit');
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    try {
      let url;
      let notes;
      let user;
      for await (const printed of createInterface({ input: dev.stdout })) {
        const line = stripVTControlCharacters(printed);
        url ??= /http:\/\/localhost:\d+\//.exec(line.includes('Local:') ? line : '')?.[0];
        notes ??= /Notes +(.+)/.exec(line)?.[1];
        user ??= /Sign in as\s+(\S+)\s+(\S+)/.exec(line);
        if (url !== undefined && user) break;
      }
      assert.ok(notes.startsWith(place), notes);
      const page = await browser.newPage();
      await page.goto(url);
      await page.getByLabel('User name or email').fill(user[1]);
      await page.getByLabel('Password', { exact: true }).fill(user[2]);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('heading', { name: `${user[1]}’s notebook` }).waitFor();
      await page.getByRole('heading', { name: 'The first page is blank' }).waitFor();
    } finally {
      await browser.close();
      // To all that npm has started, as Ctrl-C does, whose signal is ignored by what runs in the background.
      process.kill(-dev.pid, 'SIGTERM');
    }
    await stopped;
  });
}
