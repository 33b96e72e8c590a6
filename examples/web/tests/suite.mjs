// The built app on a server of its own, a local-aws behind it, and people with browsers. The notes are in the table or behind an API.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';
import sirv from 'sirv';

import { Backend } from '../../../bindings/wasm/tests/player/backend.mjs';
import { NotesServer } from '../dev/notes-server.mjs';
import { appConfig, trackDevicesAndSessions } from '../dev/pool.mjs';
import { Person } from './person.mjs';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));

export class Suite {
  #people = [];

  static async open({ behindApi = false } = {}) {
    const executablePath = process.env.CHROMIUM;
    if (executablePath === undefined) throw new Error('CHROMIUM names the program of the browser');
    const suite = new Suite();
    suite.backend = await Backend.start();
    await trackDevicesAndSessions(suite.backend);
    suite.browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    suite.server = createServer(suite.#answer(sirv(DIST)));
    suite.server.listen(0, '127.0.0.1');
    await once(suite.server, 'listening');
    // Under this name, since passkeys need a domain.
    suite.url = `http://localhost:${suite.server.address().port}/`;
    await suite.backend.addCallbackUrls([suite.url]);
    if (behindApi) await suite.startNotesServer();
    return suite;
  }

  async close() {
    await this.browser?.close();
    this.server?.close();
    this.server?.closeAllConnections();
    await this.notesServer?.stop();
    await this.backend?.stop();
  }

  /** Starts the API, or starts it again at the same address. */
  async startNotesServer() {
    const { origin } = new URL(this.url);
    this.notesServer = await NotesServer.start(this.backend.config, origin, this.notesServer?.port);
  }

  /** Whether a request went to AWS or to the API, which may refuse it. */
  isRemote(url) {
    const remote = [this.backend.endpoint, this.notesServer?.url];
    return remote.some((start) => start !== undefined && url.startsWith(start));
  }

  /** Someone with a browser of their own, who has opened the app. */
  async person(options = {}) {
    const context = await this.browser.newContext({ locale: 'en', timezoneId: 'Europe/Dublin', ...options });
    const person = await Person.arrive(this, context);
    this.#people.push(person);
    return person;
  }

  /** Someone who has an account. */
  async member(name, options) {
    await this.backend.createUser(name, { password: PASSWORD, attributes: { email: `${name}@example.com` } });
    const person = await this.person(options);
    await person.signIn(name, PASSWORD);
    await person.sees('heading', `${name}’s notebook`);
    return person;
  }

  /** Does something on the server's and this person's clock of an hour later. */
  async anHourLater({ context }, act) {
    const seconds = 3700;
    await context.clock.setFixedTime(Date.now() + seconds * 1000);
    await this.backend.setClock(seconds);
    try {
      await act();
    } finally {
      await this.backend.setClock(0);
    }
  }

  /** Everyone goes home; nobody has seen anything go wrong in the page itself. */
  async clear() {
    const people = this.#people.splice(0);
    for (const person of people) await person.context.close();
    assert.deepEqual(
      people.flatMap(({ complaints }) => complaints),
      [],
    );
  }

  /** A plain request, by someone who is nobody. */
  fetch(url) {
    return fetch(url);
  }

  #answer(files) {
    return (request, response) => {
      if (!request.url.startsWith('/poolpass.json')) return files(request, response);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(appConfig(this.backend.config, this.notesServer?.url)));
    };
  }
}

export const PASSWORD = 'Barometer-falling-7';
