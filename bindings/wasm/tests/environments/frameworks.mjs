// Frameworks with a server: their development servers, and what they build. Each is asked for a page that its server renders, and
// for one that the browser fills.
import { rm } from 'node:fs/promises';

import { Project } from './project.mjs';
import { serveFolder, visit } from './page.mjs';
import { TOLD } from './story.js';

/** Next.js has two bundlers. By default, version 16 uses Turbopack and version 15 uses webpack. */
const next = (version) => {
  const flagsOf = version === 15 ? { webpack: [], turbopack: ['--turbopack'] } : { webpack: ['--webpack'], turbopack: [] };
  const environment = (bundler, isBuilt) => ({
    name: `next${version}-${bundler}-${isBuilt ? 'build' : 'dev'}`,
    project: `next${version}`,
    tool: 'next',
    async run(project) {
      await emptied(project, '.next');
      const env = { NEXT_TELEMETRY_DISABLED: '1' };
      const node = await node22();
      const program = project.path('node_modules/next/dist/bin/next');
      const flags = flagsOf[bundler];
      if (isBuilt) await project.run(node, [program, 'build', ...flags], { env });
      const command = isBuilt ? ['start'] : ['dev', ...flags];
      const args = (port) => [program, ...command, '--port', String(port), '--hostname', '127.0.0.1'];
      return project.serve(
        node,
        args,
        async (url) => {
          const pages = await both(url);
          const edge = await text(`${url}/edge`);
          const { told } = JSON.parse(await text(`${url}/middleware`));
          return joined({ pages, edge, middleware: told });
        },
        { env },
      );
    },
  });
  return ['webpack', 'turbopack'].flatMap((bundler) => [environment(bundler, false), environment(bundler, true)]);
};

/** A framework whose server is built into a folder, and whose development server is one command. */
const framework = (name, { tool = name, folder = name, dev, build, start, leftovers }) => [
  {
    name: `${name}-dev`,
    project: folder,
    tool,
    async run(project) {
      await emptied(project, ...leftovers);
      const node = await node22();
      return project.serve(node, (port) => dev(project, port), both);
    },
  },
  {
    name: `${name}-build`,
    project: folder,
    tool,
    async run(project) {
      await emptied(project, ...leftovers);
      const node = await node22();
      await project.run(node, build(project));
      return project.serve(node, () => start(project), both);
    },
  },
];

export const FRAMEWORKS = [
  ...next(15),
  ...next(16),
  ...framework('nuxt', {
    dev: (project, port) => [project.path('node_modules/nuxt/bin/nuxt.mjs'), 'dev', '--host', '127.0.0.1', '--port', String(port)],
    build: (project) => [project.path('node_modules/nuxt/bin/nuxt.mjs'), 'build'],
    start: (project) => [project.path('.output/server/index.mjs')],
    leftovers: ['.nuxt', '.output', 'node_modules/.cache'],
  }),
  ...framework('sveltekit', {
    tool: '@sveltejs/kit',
    dev: (project, port) => [project.path('node_modules/vite/bin/vite.js'), 'dev', '--host', '127.0.0.1', '--port', String(port)],
    build: (project) => [project.path('node_modules/vite/bin/vite.js'), 'build'],
    start: (project) => [project.path('build/index.js')],
    leftovers: ['.svelte-kit', 'build', 'node_modules/.vite'],
  }),
  ...framework('astro', {
    dev: (project, port) => [project.path('node_modules/astro/bin/astro.mjs'), 'dev', '--host', '127.0.0.1', '--port', String(port)],
    build: (project) => [project.path('node_modules/astro/bin/astro.mjs'), 'build'],
    start: (project) => [project.path('dist/server/entry.mjs')],
    leftovers: ['.astro', 'dist', 'node_modules/.vite'],
  }),
  {
    name: 'angular-dev',
    project: 'angular',
    tool: '@angular/build',
    async run(project) {
      await emptied(project, '.angular', 'dist');
      const program = project.path('node_modules/@angular/cli/bin/ng.js');
      const args = (port) => [program, 'serve', '--host', '127.0.0.1', '--port', String(port), '--no-live-reload'];
      return project.serve(await node22(), args, async (url) => (await visit(url)).told);
    },
  },
  {
    name: 'angular-build',
    project: 'angular',
    tool: '@angular/build',
    async run(project) {
      await emptied(project, '.angular', 'dist');
      await project.run(await node22(), [project.path('node_modules/@angular/cli/bin/ng.js'), 'build']);
      return serveFolder(project.path('dist/browser'), async (url) => (await visit(url)).told);
    },
  },
];

async function both(url) {
  const answer = await text(`${url}/server`);
  const server = /<output[^>]*>([^<]*)<\/output>/.exec(answer)?.[1] ?? answer.slice(0, 2_000);
  const { told } = await visit(`${url}/client`);
  return joined({ server, client: told });
}

async function text(url) {
  return (await fetch(url, { signal: AbortSignal.timeout(120_000) })).text();
}

function joined(answers) {
  const wrong = Object.entries(answers).filter(([, answer]) => answer !== TOLD);
  return wrong.length === 0 ? TOLD : wrong.map(([where, answer]) => `${where}: ${answer}`).join(' | ');
}

async function emptied(project, ...names) {
  for (const name of names) await rm(project.path(name), { recursive: true, force: true });
}

/** Node.js 22, which most of these need, and the project `runtimes` has. */
async function node22() {
  return (await Project.make('runtimes', {})).path('node_modules/node22/bin/node');
}
