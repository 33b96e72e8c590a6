// TypeScript's compilers with the strictest settings, and with other declarations that apps use.
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Project } from './project.mjs';
import { TOLD } from './story.js';

const TESTS = join(dirname(fileURLToPath(import.meta.url)), '..');
const VERSIONS = ['5.0', '5.1', '5.2', '5.3', '5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'];

const STRICT = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  isolatedModules: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: 'es2022',
  verbatimModuleSyntax: true,
};
const MODULES = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];
const PLATFORMS = [
  { types: [], lib: ['es2022'] },
  { types: [], lib: ['es2022', 'dom', 'dom.iterable'] },
  { types: [], lib: ['es2022', 'webworker'] },
  { types: ['node'], lib: ['es2022'] },
  { types: ['node'], lib: ['es2022', 'dom'] },
  { types: ['@cloudflare/workers-types'], lib: ['es2022'] },
];

export const TYPESCRIPT = VERSIONS.map((version) => ({
  name: `typescript-${version}`,
  project: 'typescript',
  tool: `typescript-${version}`,
  async run(project) {
    await cp(join(TESTS, 'types_anywhere.ts'), project.path('types_anywhere.ts'));
    const compile = await compiler(project, version);
    // Each kind of module resolution is tested with two platforms.
    for (const [index, platform] of PLATFORMS.entries()) {
      await compile({ ...STRICT, ...MODULES[index % MODULES.length], ...platform }, 'types_anywhere.ts');
    }
    // Had it not looked at the package's types, it would find nothing wrong here.
    const failure = await compile({ ...STRICT, ...MODULES[0], ...PLATFORMS[0] }, 'wrong.ts').catch((error) => error.message);
    return /wrong\.ts.*TS2322/.test(failure) ? TOLD : `it finds nothing wrong in wrong.ts: ${failure}`;
  },
}));

async function compiler(project, version) {
  const node = (await Project.make('runtimes', {})).path('node_modules/node22/bin/node');
  const program = project.path(`node_modules/typescript-${version}/bin/tsc`);
  return async (compilerOptions, file) => {
    await project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }));
    await project.run(node, [program, '--project', 'tsconfig.json']).catch((error) => {
      throw new Error(`${JSON.stringify(compilerOptions)}\n${error.message}`);
    });
  };
}
