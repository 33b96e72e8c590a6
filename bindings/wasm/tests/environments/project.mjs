// A temporary project: a copy of a folder here, with the packages of its lock file and the packed package in `node_modules`.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePort } from '../free_port.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const execute = promisify(execFile);

export class Project {
  /** Creates the project in the folder of `POOLPASS_SCRATCH`. Packages that were installed there for the same lock file are kept. */
  static async make(name, config) {
    const { POOLPASS_SCRATCH: scratch, POOLPASS_TARBALL: tarball } = process.env;
    if (scratch === undefined || tarball === undefined) {
      throw new Error('POOLPASS_SCRATCH names a folder, and POOLPASS_TARBALL the packed package');
    }
    const project = new Project(join(scratch, name), config);
    await project.#fill(join(HERE, name));
    await project.#install(tarball);
    return project;
  }

  constructor(folder, config) {
    this.folder = folder;
    this.config = config;
  }

  path(name) {
    return join(this.folder, name);
  }

  /** The version of an installed package. */
  async version(name) {
    return JSON.parse(await readFile(this.path(`node_modules/${name}/package.json`), 'utf8')).version;
  }

  write(name, content) {
    return writeFile(this.path(name), content);
  }

  /** Runs a program for at most five minutes, or `minutes`, and returns its output. */
  async run(program, args, { env = {}, folder = this.folder, minutes = 5 } = {}) {
    const options = { cwd: folder, env: this.#env(env), timeout: minutes * 60_000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 };
    const { stdout } = await execute(program, args, options).catch((error) => {
      throw new Error(`${program} ${args.join(' ')} failed (${error.code}):\n${error.stdout}\n${error.stderr}`);
    });
    return stdout.trim();
  }

  /** Runs a server while `work` runs, which gets its address. `args` gets the port. */
  async serve(program, args, work, { env = {}, folder = this.folder } = {}) {
    const port = await freePort();
    const server = spawn(program, args(port), {
      cwd: folder,
      env: this.#env({ PORT: String(port), HOST: '127.0.0.1', HOSTNAME: '127.0.0.1', ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // its own process group, so that its child processes end with it
    });
    let printed = '';
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (printed += text));
    const ended = once(server, 'exit');
    try {
      await answers(port, server);
      return await work(`http://127.0.0.1:${port}`);
    } catch (error) {
      throw new Error(`${error.message}\n${printed.slice(-4_000)}`, { cause: error });
    } finally {
      if (server.exitCode === null) process.kill(-server.pid, 'SIGKILL');
      await ended;
    }
  }

  async #fill(source) {
    await mkdir(this.folder, { recursive: true });
    await cp(source, this.folder, { recursive: true, filter: (name) => !name.includes('node_modules') });
    await cp(join(HERE, 'story.js'), this.path('story.js'));
    await this.write('config.js', `export default ${JSON.stringify(this.config)};\n`);
  }

  async #install(tarball) {
    const lockFile = await readFile(this.path('package-lock.json'), 'utf8');
    const installed = this.path('node_modules/installed.json');
    if ((await readFile(installed, 'utf8').catch(() => '')) !== lockFile) {
      await this.run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']);
      await writeFile(installed, lockFile);
    }
    const packed = this.path('node_modules/poolpass');
    await rm(packed, { recursive: true, force: true });
    await mkdir(packed);
    await this.run('tar', ['-xzf', tarball, '-C', packed, '--strip-components=1']);
  }

  #env(more) {
    const path = [this.path('node_modules/.bin'), process.env.PATH].join(delimiter);
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    return { ...inherited, PATH: path, NO_COLOR: '1', CI: 'true', ...more };
  }
}

async function answers(port, server) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null) throw new Error('the server ended');
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(60_000) }).catch(() => undefined);
    if (answer !== undefined) {
      await answer.arrayBuffer();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server does not answer');
}
