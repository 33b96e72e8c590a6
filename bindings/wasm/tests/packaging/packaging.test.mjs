// The packed package in throw-away projects, with each of the usual bundlers and without one. What comes out is run: it loads
// the WebAssembly module, signs in, and uses S3 on local-aws, or an API where the project imports `poolpass/core`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { createServer as createViteServer } from 'vite';

import { Backend } from '../player/backend.mjs';
import { Project } from './project.mjs';

/** Each entry, what its story tells, and the requests that it sends. */
const ENTRIES = {
  poolpass: ['ada reads: kept', { InitiateAuth: 1, PutObject: 1, GetObject: 1 }],
  'poolpass/core': ['ada asks: 200', { InitiateAuth: 1, PutObject: undefined, GetObject: undefined }],
};

/** How the folder that is served comes about. */
const BUILDS = {
  static: (project) => project.folder,
  'static-slim': (project) => project.folder,
  vite: buildWithVite,
  'vite-slim': buildWithVite,
  async webpack(project) {
    await project.run('webpack', '--output-path', 'dist');
    return distWithPage(project);
  },
  async esbuild(project, entry) {
    await project.run('esbuild', 'main.js', '--bundle', '--format=esm', '--outdir=dist');
    const module = join('node_modules', entry, 'poolpass.wasm');
    await cp(join(project.folder, module), join(project.folder, 'dist/poolpass.wasm'));
    return distWithPage(project);
  },
  async 'esbuild-slim'(project) {
    await project.run('esbuild', 'main.js', '--bundle', '--format=esm', '--loader:.wasm=file', '--outdir=dist');
    return distWithPage(project);
  },
};

describe('the packed package', () => {
  let backend;
  let browser;

  before(async () => {
    const executablePath = process.env.CHROMIUM;
    if (executablePath === undefined) throw new Error('CHROMIUM names the program of the browser');
    backend = await Backend.start();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await backend?.stop();
  });

  for (const entry of Object.keys(ENTRIES)) {
    for (const [name, build] of Object.entries(BUILDS)) {
      test(`${entry} works in Chromium: ${name}`, async () => {
        const project = await Project.make(name, entry);
        await project.write('poolpass.json', backend.config);
        const folder = await build(project, entry);
        const server = createServer(sirv(folder, { dev: true }));
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        try {
          await visit(`http://127.0.0.1:${server.address().port}/`, entry);
        } finally {
          server.close();
          server.closeAllConnections();
        }
      });
    }

    test(`${entry} works in Chromium: Vite's development server`, async () => {
      const project = await Project.make('vite', entry);
      await project.write('poolpass.json', backend.config);
      const server = await createViteServer({
        root: project.folder,
        configFile: false,
        logLevel: 'error',
        server: { host: '127.0.0.1', port: 0, strictPort: false },
      });
      try {
        await server.listen();
        await visit(server.resolvedUrls.local[0], entry);
      } finally {
        await server.close();
      }
    });

    for (const name of ['node', 'node-slim']) {
      test(`${entry} works in Node.js: ${name}`, async () => {
        const project = await Project.make(name, entry);
        await project.write('poolpass.json', backend.config);
        assert.equal(await project.run('node', 'main.js'), ENTRIES[entry][0]);
      });
    }
  }

  /** Opens the page as a new person, and waits for what it says. */
  async function visit(url, entry) {
    const [expected, requests] = ENTRIES[entry];
    assert.notEqual(new URL(url).origin, new URL(backend.endpoint).origin);
    await backend.takeRequestCounts();
    const context = await browser.newContext();
    const problems = [];
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => problems.push(`${message.text()} ${message.location().url}`));
      await page.goto(url);
      const told = await page.locator('output:not(:empty)').textContent();
      assert.equal(told, expected, problems.join('\n'));
      assert.deepEqual(
        problems.filter((problem) => !problem.startsWith('[vite] ')),
        [],
      );
    } finally {
      await context.close();
    }
    const { InitiateAuth, PutObject, GetObject } = await backend.takeRequestCounts();
    assert.deepEqual({ InitiateAuth, PutObject, GetObject }, requests);
  }
});

async function buildWithVite(project) {
  await project.run('vite', 'build', '--logLevel', 'warn');
  await cp(join(project.folder, 'poolpass.json'), join(project.folder, 'dist/poolpass.json'));
  return join(project.folder, 'dist');
}

/** The folder that a bundler has written, with what it does not care for. */
async function distWithPage(project) {
  for (const name of ['index.html', 'poolpass.json']) {
    await cp(join(project.folder, name), join(project.folder, 'dist', name));
  }
  return join(project.folder, 'dist');
}
