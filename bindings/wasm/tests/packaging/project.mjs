// A throw-away project: a copy of a folder in `projects`, with the packed package installed as an app installs it.
import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

export class Project {
  /** Makes the project anew in the folder that `POOLPASS_SCRATCH` names. */
  static async make(name) {
    const { POOLPASS_SCRATCH: scratch, POOLPASS_TARBALL: tarball } = process.env;
    if (scratch === undefined || tarball === undefined) {
      throw new Error('POOLPASS_SCRATCH names a folder, and POOLPASS_TARBALL the packed package');
    }
    const project = new Project(join(scratch, name));
    await rm(project.folder, { recursive: true, force: true });
    await mkdir(project.folder, { recursive: true });
    await cp(join(HERE, 'projects', name), project.folder, { recursive: true });
    await cp(join(HERE, 'projects/story.js'), join(project.folder, 'story.js'));
    await project.write('package.json', { private: true, type: 'module' });
    await project.run('npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--silent', tarball);
    return project;
  }

  constructor(folder) {
    this.folder = folder;
  }

  /** Runs a program in the project: a bundler of the version that the lock file here names. Gives what it prints. */
  async run(program, ...args) {
    const path = [join(HERE, 'node_modules/.bin'), process.env.PATH].join(delimiter);
    const options = { cwd: this.folder, env: { ...process.env, PATH: path } };
    const { stdout } = await run(program, args, options).catch((error) => {
      throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`);
    });
    return stdout.trim();
  }

  write(name, json) {
    return writeFile(join(this.folder, name), JSON.stringify(json));
  }
}
