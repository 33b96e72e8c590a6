// Programs that run JavaScript outside of a browser.
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import { build } from 'esbuild';

import { added, startRecorder } from '../player/recorder.mjs';
import { KNOWN, through } from '../player/writes.mjs';
import { TOLD } from './story.js';

const runtime = (name, tool, program, args) => ({
  name,
  project: 'runtimes',
  tool,
  isQuick: true,
  run: (project) => project.run(project.path(program), args),
});

export const RUNTIMES = [
  {
    name: 'node20',
    project: 'runtimes',
    version: async (project) => (await project.run(process.execPath, ['--version'])).slice(1),
    run: (project) => project.run(process.execPath, ['main.js']),
  },
  {
    name: 'node20-require',
    project: 'runtimes',
    version: async (project) => (await project.run(process.execPath, ['--version'])).slice(1),
    run: (project) => project.run(process.execPath, ['main.cjs']),
  },
  { ...runtime('node22', 'node22', 'node_modules/node22/bin/node', ['main.js']), isQuick: false },
  runtime('node24', 'node24', 'node_modules/node24/bin/node', ['main.js']),
  { ...runtime('node24-require', 'node24', 'node_modules/node24/bin/node', ['main.cjs']), isQuick: false },
  runtime('bun', '@oven/bun-linux-x64', BUN(), ['main.js']),
  {
    name: 'bun-build-browser',
    project: 'runtimes',
    tool: '@oven/bun-linux-x64',
    async run(project) {
      const { serveFolder, visit } = await import('./page.mjs');
      const dist = project.path('dist-browser');
      await project.run(project.path(BUN()), ['build', 'page.js', '--target=browser', `--outdir=${dist}`]);
      await project.write('dist-browser/index.html', '<!doctype html><output></output><script type="module" src="page.js"></script>');
      return serveFolder(dist, async (url) => (await visit(url)).told);
    },
  },
  {
    name: 'bun-build-bun',
    project: 'runtimes',
    tool: '@oven/bun-linux-x64',
    async run(project) {
      await project.run(project.path(BUN()), ['build', 'main.js', '--target=bun', `--outdir=${project.path('dist-bun')}`]);
      return project.run(project.path(BUN()), ['main.js'], { folder: project.path('dist-bun') });
    },
  },
  runtime('deno', '@deno/linux-x64-glibc', 'node_modules/@deno/linux-x64-glibc/deno', ['run', '--allow-all', '--node-modules-dir=manual', 'main.js']),
];

function BUN() {
  return 'node_modules/@oven/bun-linux-x64/bin/bun';
}

/** Compatibility dates before and after Workers had what the package uses. */
const DATES = ['2023-08-01', '2026-07-01'];

const worker = (name, program) => (date) => ({
  name: `${name}-${date.slice(0, 4)}`,
  project: 'workers',
  tool: 'miniflare',
  isQuick: date === DATES[0],
  run: (project) => inWorker(project, program, date),
});

export const WORKERS = [
  ...DATES.map(worker('workers', 'worker.js')),
  ...DATES.map(worker('verify-workers', 'verify_worker.js')),
];

/** Builds a worker as wrangler does, and returns its answer. */
async function inWorker(project, entry, date) {
  await build({
    absWorkingDir: project.folder,
    entryPoints: { worker: entry },
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['*.wasm'],
    outdir: project.path('dist'),
    logLevel: 'error',
  });
  // As wrangler does with what it leaves outside.
  await cp(project.path('node_modules/poolpass/poolpass.wasm'), project.path('dist/poolpass.wasm'));
  return project.run(await node22(), ['miniflare.js', date]);
}

/** Node.js 22, which some tools need and the project `runtimes` has. */
async function node22() {
  const { Project } = await import('./project.mjs');
  return (await Project.make('runtimes', {})).path('node_modules/node22/bin/node');
}

const PLAYER = join(dirname(fileURLToPath(import.meta.url)), '../player');

/** Headers that a runtime adds to the package's requests. Services neither interpret them nor store them with an object. */
const headers = (name, { project = 'runtimes', tool, run }) => ({
  name: `headers-${name}`,
  project,
  tool,
  async run(project) {
    const recorder = await startRecorder(project.config.endpoints.cognitoIdp.replace(/\/$/, ''));
    try {
      const config = through(recorder, project.config);
      await cp(join(PLAYER, 'writes.mjs'), project.path('writes.js'));
      await project.write('headers_config.js', `export default ${JSON.stringify(config)};\n`);
      const told = await run(project);
      if (!told.startsWith('{')) throw new Error(told);
      const { known, sent } = JSON.parse(told);
      const wrong = added(recorder.arrived, sent);
      if (!isDeepStrictEqual(known, KNOWN)) wrong.push(JSON.stringify(known));
      return wrong.length === 0 ? TOLD : wrong.join(' | ');
    } finally {
      recorder.close();
    }
  },
});

const running = (tool, program, args = []) => ({ tool, run: (project) => project.run(project.path(program), [...args, 'headers.js']) });

export const HEADERS = [
  headers('node22', running('node22', 'node_modules/node22/bin/node')),
  headers('node24', running('node24', 'node_modules/node24/bin/node')),
  headers('bun', running('@oven/bun-linux-x64', BUN())),
  headers('deno', running('@deno/linux-x64-glibc', 'node_modules/@deno/linux-x64-glibc/deno', ['run', '--allow-all', '--node-modules-dir=manual'])),
  ...DATES.map((date) =>
    headers(`workers-${date.slice(0, 4)}`, {
      project: 'workers',
      tool: 'miniflare',
      run: (project) => inWorker(project, 'headers_worker.js', date),
    }),
  ),
];
