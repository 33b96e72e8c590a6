// Opens pages in Chromium.
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

import { chromium } from 'playwright-core';

let browser;

/** The final text of the page's `output`. */
export async function visit(url) {
  const executablePath = process.env.CHROMIUM;
  if (executablePath === undefined) throw new Error('CHROMIUM names the program of the browser');
  browser ??= await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const context = await browser.newContext();
  const problems = [];
  const requests = [];
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => problems.push(`${message.text()} ${message.location().url}`));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(url);
    const output = page.locator('output:not(:empty)');
    await output.waitFor({ timeout: 60_000 }).catch(() => {
      throw new Error(`the page says nothing:\n${problems.join('\n')}`);
    });
    return { told: (await output.textContent()).trim(), requests };
  } finally {
    await context.close();
  }
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };

/** Serves a folder like a host of single-page apps: missing files become `index.html`. */
export async function serveFolder(folder, work) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://host');
    let file = join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    if (!(await stat(file).then((found) => found.isFile(), () => false))) file = join(folder, 'index.html');
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
