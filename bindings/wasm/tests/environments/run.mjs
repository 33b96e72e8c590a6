// Uses the packed package where apps use it: `node run.mjs [--all | NAME...]`. Without names it runs the quick ones. Prints a
// table, and fails if one has failed.
import { Backend } from '../player/backend.mjs';
import { BROWSERS } from './browsers.mjs';
import { BUNDLERS } from './bundlers.mjs';
import { FRAMEWORKS } from './frameworks.mjs';
import { closeBrowser } from './page.mjs';
import { Project } from './project.mjs';
import { REACT_NATIVE } from './react_native.mjs';
import { HEADERS, RUNTIMES, WORKERS } from './runtimes.mjs';
import { TOLD } from './story.js';
import { TEST_RUNNERS } from './test_runners.mjs';
import { TYPESCRIPT } from './typescript.mjs';

const ENVIRONMENTS = [
  ...RUNTIMES,
  ...WORKERS,
  ...HEADERS,
  ...TEST_RUNNERS,
  ...REACT_NATIVE,
  ...BUNDLERS,
  ...FRAMEWORKS,
  ...TYPESCRIPT,
  ...BROWSERS,
];

const results = [];
const backend = await Backend.start();
try {
  for (const environment of chosen(process.argv.slice(2))) results.push(await result(environment));
} finally {
  await closeBrowser();
  await backend.stop();
}
const width = Math.max(...results.map(({ name }) => name.length));
console.log(`\n${'environment'.padEnd(width)}  ${'version'.padEnd(14)}  result   seconds`);
for (const { name, version, outcome, seconds } of results) {
  console.log(`${name.padEnd(width)}  ${version.padEnd(14)}  ${outcome.padEnd(7)}  ${seconds.toFixed(1).padStart(7)}`);
}
const isWrong = ({ outcome }) => outcome === 'FAILED' || (outcome === 'missing' && process.env.CI === 'true');
process.exit(results.some(isWrong) ? 1 : 0);

function chosen(args) {
  if (args.includes('--all')) return ENVIRONMENTS;
  if (args.length === 0) return ENVIRONMENTS.filter(({ isQuick }) => isQuick);
  const unknown = args.filter((name) => !ENVIRONMENTS.some((environment) => environment.name === name));
  if (unknown.length > 0) {
    const names = ENVIRONMENTS.map(({ name }) => name).join(', ');
    throw new Error(`there is no environment ${unknown.join(', ')}: choose from ${names}`);
  }
  return ENVIRONMENTS.filter(({ name }) => args.includes(name));
}

async function result({ name, project: folder, tool, needs, version: ask, run }) {
  // A developer's own machine may lack a browser.
  if (needs !== undefined && process.env[needs] === undefined) return { name, version: '', outcome: 'missing', seconds: 0 };
  const start = performance.now();
  let version = '';
  let outcome = 'works';
  try {
    const project = await Project.make(folder, backend.config);
    version = ask === undefined ? await project.version(tool) : await ask(project);
    const last = (await run(project)).split('\n').at(-1);
    if (last !== TOLD) throw new Error(`it says ${last}`);
  } catch (error) {
    outcome = 'FAILED';
    console.log(`\n== ${name}\n${error.stack ?? error}\n`);
  }
  const seconds = (performance.now() - start) / 1_000;
  console.log(`${outcome} ${name} ${version} ${seconds.toFixed(1)} s`);
  return { name, version, outcome, seconds };
}
