// A throw-away project: a copy of a folder in `projects`, with the packed package installed as an app installs it.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

export class Project {
  /** Makes the project anew in the folder that `POOLPASS_SCRATCH` names, with `poolpass` or another entry in its place. */
  static async make(name, entry = 'poolpass') {
    const { POOLPASS_SCRATCH: scratch, POOLPASS_TARBALL: tarball } = process.env;
    if (scratch === undefined || tarball === undefined) {
      throw new Error('POOLPASS_SCRATCH names a folder, and POOLPASS_TARBALL the packed package');
    }
    const project = new Project(join(scratch, `${name}-${entry.replace('/', '-')}`));
    await rm(project.folder, { recursive: true, force: true });
    await mkdir(project.folder, { recursive: true });
    await cp(join(HERE, 'projects', name), project.folder, { recursive: true });
    await cp(join(HERE, 'projects/story.js'), join(project.folder, 'story.js'));
    if (entry !== 'poolpass') await project.replaceEntry(entry);
    await project.write('package.json', { private: true, type: 'module' });
    await project.run('npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--silent', tarball);
    return project;
  }

  constructor(folder) {
    this.folder = folder;
  }

  /** Imports `entry` wherever the project imports `poolpass`. */
  async replaceEntry(entry) {
    const files = (await readdir(this.folder)).filter((name) => name === 'main.js' || name === 'index.html');
    for (const name of files) {
      const text = await readFile(join(this.folder, name), 'utf8');
      // In quotes, alone or as the beginning of a path.
      const replaced = text.replace(/(['"(]|node_modules\/)poolpass(?=['"/])/g, `$1${entry}`);
      await writeFile(join(this.folder, name), replaced);
    }
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
