// `npm run dev`: starts a local AWS and the app; with `-- --api` also the server of `../server`, which then has the notes. Ctrl-C stops all.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { createServer } from 'vite';

import { NotesServer } from './notes-server.mjs';
import { appConfig, trackDevicesAndSessions } from './pool.mjs';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const installed = fileURLToPath(new URL('../node_modules/poolpass', import.meta.url));

buildPackage();
const config = await startLocalAws();
let notesServer;
const server = await createServer({
  plugins: [poolpassJson(config)],
  // The package is a link to the repository's build, which is outside of this folder.
  server: { fs: { allow: ['.', realpathSync(installed)] } },
});
await server.listen();
await setUpPool(config);
if (process.argv.includes('--api')) {
  console.log('starting field-notes-server');
  notesServer = await NotesServer.start(config, new URL(address()).origin);
}
printWelcome();

/** The app uses the npm package of this repository. */
function buildPackage() {
  if (existsSync(installed)) return;
  console.log('target/npm/poolpass is missing: running `cargo xtask npm`, which takes a few minutes the first time');
  const { status } = spawnSync('cargo', ['xtask', 'npm'], { cwd: repository, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** The demo on a free port. It ends with this process, when its standard input closes. */
async function startLocalAws() {
  console.log('starting local-aws');
  // The tests set the variable to a built program.
  const [program, ...args] = process.env.LOCAL_AWS
    ? [process.env.LOCAL_AWS]
    : ['cargo', 'run', '--package', 'local-aws', '--'];
  const aws = spawn(program, [...args, '--demo', '--until-eof'], { cwd: repository, stdio: ['pipe', 'pipe', 'pipe'] });
  aws.once('exit', (code) => process.exit(code ?? 1));
  createInterface({ input: aws.stderr }).on('line', (line) => {
    // Prints build output, mailed codes and errors, but not every request.
    if (!line.includes('INFO local_aws::server: request')) console.log(line);
  });
  const [ready] = await once(createInterface({ input: aws.stdout }), 'line');
  return JSON.parse(ready);
}

/** As an administrator would. */
async function setUpPool(json) {
  // These imports came with the build of the package.
  const { Backend } = await import('../../../bindings/wasm/tests/player/backend.mjs');
  const backend = new Backend(undefined, json);
  await trackDevicesAndSessions(backend);
  await backend.addCallbackUrls([address()]);
}

/** Serves the configuration at the path of a deployed app's file. */
function poolpassJson(json) {
  return {
    name: 'poolpass.json',
    configureServer({ middlewares }) {
      middlewares.use('/poolpass.json', (_request, response) => {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(appConfig(json, notesServer?.url)));
      });
    },
  };
}

/** The app's address: localhost by name, since passkeys need a domain. */
function address() {
  return `http://localhost:${server.httpServer.address().port}/`;
}

function printWelcome() {
  const [plain, withTotp] = config.demo.users;
  console.log(`
  Field notes

  Local:       ${address()}
  Notes        ${notesServer === undefined ? 'in DynamoDB' : `behind ${notesServer.url}`}

  Sign in as   ${plain.username}  ${plain.password}
  with TOTP    ${withTotp.username}  ${withTotp.password}  (secret for an authenticator app: ${withTotp.totpSecret})
  or sign up: the codes that AWS would mail are at ${config.endpoints.cognitoIdp}/_local/messages
`);
}
