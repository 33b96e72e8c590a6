// The server of `../server`, for one configuration and one web app. It ends with this process, when its standard input closes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

export class NotesServer {
  #server;

  /** Starts the server on a port of 127.0.0.1; 0 is a free one. */
  static async start(config, origin, port = 0) {
    // The tests set the variable to a built program.
    const [program, ...args] = process.env.FIELD_NOTES_SERVER
      ? [process.env.FIELD_NOTES_SERVER]
      : ['cargo', 'run', '--package', 'field-notes-server', '--'];
    const folder = await mkdtemp(join(tmpdir(), 'field-notes-'));
    try {
      const file = join(folder, 'poolpass.json');
      await writeFile(file, JSON.stringify(config));
      const options = ['--config', file, '--origin', origin, '--port', String(port), '--until-eof'];
      const server = spawn(program, [...args, ...options], {
        cwd: repository,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const ended = once(server, 'exit').then(() => {
        throw new Error('field-notes-server ended before it was ready');
      });
      ended.catch(() => {});
      const [url] = await Promise.race([once(createInterface({ input: server.stdout }), 'line'), ended]);
      return new NotesServer(server, url);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  constructor(server, url) {
    this.#server = server;
    this.url = url;
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  async stop() {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const stopped = once(this.#server, 'exit');
    this.#server.stdin.end();
    await stopped;
  }
}
