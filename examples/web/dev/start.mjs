// `npm run dev`: a local AWS, and the app on it. Both stop with Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { createServer } from 'vite';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const installed = fileURLToPath(new URL('../node_modules/poolpass', import.meta.url));

buildPackage();
const config = await startLocalAws();
const server = await createServer({
  plugins: [poolpassJson(config)],
  // The package is a link to where this repository builds it, which is not below this folder.
  server: { fs: { allow: ['.', realpathSync(installed)] } },
});
await server.listen();
printWelcome();

/** The app uses the npm package as this repository builds it. */
function buildPackage() {
  if (existsSync(installed)) return;
  console.log('target/npm/poolpass is missing: running `cargo xtask npm`, which takes a few minutes the first time');
  const { status } = spawnSync('cargo', ['xtask', 'npm'], { cwd: repository, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** The demo on a free port. It ends when this process does: its standard input closes. */
async function startLocalAws() {
  console.log('starting local-aws');
  // The variable names a program that is built already, as the tests have one.
  const [program, ...args] = process.env.LOCAL_AWS
    ? [process.env.LOCAL_AWS]
    : ['cargo', 'run', '--package', 'local-aws', '--'];
  const aws = spawn(program, [...args, '--demo', '--until-eof'], { cwd: repository, stdio: ['pipe', 'pipe', 'pipe'] });
  aws.once('exit', (code) => process.exit(code ?? 1));
  createInterface({ input: aws.stderr }).on('line', (line) => {
    // What it builds, the codes that it would mail, and what goes wrong; not every request.
    if (!line.includes('INFO local_aws::server: request')) console.log(line);
  });
  const [ready] = await once(createInterface({ input: aws.stdout }), 'line');
  return JSON.parse(ready);
}

/** Serves the configuration where a deployed app has it as a file. */
function poolpassJson(json) {
  return {
    name: 'poolpass.json',
    configureServer({ middlewares }) {
      middlewares.use('/poolpass.json', (_request, response) => {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(json));
      });
    },
  };
}

function printWelcome() {
  const [plain, withTotp] = config.demo.users;
  console.log('\n  Field notes');
  server.printUrls();
  console.log(`
  Sign in as   ${plain.username}  ${plain.password}
  with TOTP    ${withTotp.username}  ${withTotp.password}  (secret for an authenticator app: ${withTotp.totpSecret})
  or sign up: the codes that AWS would mail are at ${config.endpoints.cognitoIdp}/_local/messages
`);
}
