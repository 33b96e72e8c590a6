// Bundlers, and their development servers.
import { cp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { serveFolder, visit } from './page.mjs';

const NODE = process.execPath;

/** Whether the browser loaded the module as a separate file. */
const STREAMED = { isStreamed: true };
const INLINED = { isStreamed: false };

const vite = (version) => [
  {
    name: `vite${version}-dev`,
    project: 'bundlers',
    tool: `vite${version}`,
    isQuick: version === 5 || version === 8,
    async run(project) {
      await rm(project.path('node_modules/.vite'), { recursive: true, force: true });
      const program = project.path(`node_modules/vite${version}/bin/vite.js`);
      const args = (port) => [program, '--host', '127.0.0.1', '--port', String(port), '--strictPort'];
      return project.serve(NODE, args, (url) => look(url, INLINED));
    },
  },
  {
    name: `vite${version}-build`,
    project: 'bundlers',
    tool: `vite${version}`,
    async run(project) {
      const program = project.path(`node_modules/vite${version}/bin/vite.js`);
      const dist = await emptied(project);
      await project.run(NODE, [program, 'build', '--outDir', dist, '--emptyOutDir', '--target', 'es2022']);
      return serveFolder(dist, (url) => look(url, STREAMED));
    },
  },
];

export const BUNDLERS = [
  ...[5, 6, 7, 8].flatMap(vite),
  {
    name: 'webpack',
    project: 'bundlers',
    tool: 'webpack',
    isQuick: true,
    async run(project) {
      const dist = await emptied(project);
      await project.run('webpack', ['--mode', 'production', '--entry', './main.js', '--output-path', dist]);
      return built(project, dist, STREAMED);
    },
  },
  {
    name: 'esbuild-split',
    project: 'bundlers',
    tool: 'esbuild',
    async run(project) {
      const dist = await emptied(project);
      await project.run('esbuild', ['main.js', '--bundle', '--splitting', '--format=esm', `--outdir=${dist}`]);
      return built(project, dist, INLINED);
    },
  },
  {
    name: 'esbuild-iife',
    project: 'bundlers',
    tool: 'esbuild',
    async run(project) {
      const dist = await emptied(project);
      // A script that is no module has no `await` of its own.
      await project.write('classic.js', CLASSIC);
      await project.run('esbuild', ['classic.js', '--bundle', '--log-level=error', `--outfile=${join(dist, 'main.js')}`]);
      return built(project, dist, INLINED);
    },
  },
  ...['esm', 'cjs'].map((format) => ({
    name: `esbuild-lambda-${format}`,
    project: 'bundlers',
    tool: 'esbuild',
    isQuick: format === 'cjs',
    async run(project) {
      const dist = await emptied(project);
      const file = join(dist, format === 'esm' ? 'lambda.mjs' : 'lambda.cjs');
      await project.run('esbuild', ['lambda.js', '--bundle', '--platform=node', '--target=node20', `--format=${format}`, `--outfile=${file}`]);
      const { handler } = format === 'esm' ? await import(`${file}?${Date.now()}`) : createRequire(file)(file);
      return handler();
    },
  })),
  {
    name: 'rollup',
    project: 'bundlers',
    tool: 'rollup',
    isQuick: true,
    async run(project) {
      const dist = await emptied(project);
      await project.run('rollup', ['main.js', '--format', 'es', '--dir', dist, '--plugin', 'node-resolve']);
      return built(project, dist, INLINED);
    },
  },
  {
    name: 'parcel',
    project: 'bundlers',
    tool: 'parcel',
    async run(project) {
      const dist = await emptied(project);
      const args = ['build', 'parcel.html', '--dist-dir', dist, '--no-cache', '--no-source-maps'];
      await project.run('parcel', args);
      await cp(join(dist, 'parcel.html'), join(dist, 'index.html'));
      return serveFolder(dist, (url) => look(url, STREAMED));
    },
  },
];

const CLASSIC = `import { Client } from 'poolpass';
import config from './config.js';
import { told } from './story.js';
told(Client, config).then((text) => (document.querySelector('output').textContent = text));
`;

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8" /><link rel="icon" href="data:," /><title>A page</title>
<output></output><script type="module" src="main.js"></script></html>
`;

async function emptied(project) {
  const dist = project.path('dist');
  await rm(dist, { recursive: true, force: true });
  return dist;
}

async function built(project, dist, expected) {
  await writeFile(join(dist, 'index.html'), PAGE);
  return serveFolder(dist, (url) => look(url, expected));
}

/** The page's output, after checking that the module was loaded as intended for this bundler. */
async function look(url, { isStreamed }) {
  const { told, requests } = await visit(url);
  const modules = requests.filter((request) => /\.wasm(\?|$)/.test(request));
  const scripts = requests.filter((request) => /wasm_bytes/.test(request));
  if (isStreamed && (modules.length !== 1 || scripts.length !== 0)) {
    throw new Error(`the module was not loaded as a file of its own: ${requests.join(' ')}`);
  }
  return told;
}
