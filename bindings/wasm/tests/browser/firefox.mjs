// Drives Firefox with WebDriver BiDi, which it implements itself.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import WebSocket from 'ws';

import { endWithTests, fromJson, matchingLine, PageEvents, pageFunction, toJson } from './remote.mjs';

export const NAME = 'Firefox';

/** Disables requests to the internet. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.active-protocols': 1,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

export async function launch() {
  const program = process.env.FIREFOX;
  if (program === undefined) throw new Error('FIREFOX names the program of the browser');
  const profile = await mkdtemp(join(tmpdir(), 'poolpass-firefox-'));
  const preferences = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, 'user.js'), preferences.join(''));
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const end = endWithTests(child);
  const [, address] = await matchingLine(child, child.stderr, /WebDriver BiDi listening on (ws:\S+)/);
  const connection = await Connection.open(`${address}/session`);
  const { capabilities } = await connection.send('session.new', { capabilities: {} });
  await connection.send('session.subscribe', { events: ['log.entryAdded'] });
  return {
    version: capabilities.browserVersion,
    newContext: () => Context.make(connection),
    async close() {
      await end();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Requests that a policy or CORS refuses, such as the one for the site's icon, which Firefox logs as errors. */
const REFUSED = /^(Content-Security-Policy|Cross-Origin Request Blocked)/;

class Connection {
  #socket;
  #last = 0;
  #pending = new Map();
  #queue = Promise.resolve();
  tabs = new Map();

  static open(address) {
    const connection = new Connection();
    connection.#socket = new WebSocket(address);
    connection.#socket.on('message', (text) => connection.#receive(JSON.parse(text)));
    return new Promise((resolve, reject) => {
      connection.#socket.on('open', () => resolve(connection));
      connection.#socket.on('error', reject);
    });
  }

  send(method, params) {
    const id = (this.#last += 1);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#pending.set(id, { method, resolve, reject }));
  }

  /** Sends these commands one after the other, since Firefox confuses tabs that are opened and closed at the same time. */
  sendAlone(method, params) {
    const sent = this.#queue.then(() => this.send(method, params));
    this.#queue = sent.catch(() => {});
    return sent;
  }

  #receive({ id, type, result, error, message, params }) {
    if (type === 'event') return this.tabs.get(params.source?.context)?.receive(params);
    const { method, resolve, reject } = this.#pending.get(id);
    this.#pending.delete(id);
    if (type === 'success') resolve(result);
    else reject(new Error(`${method}: ${error}: ${message}`));
  }
}

class Context {
  #connection;
  #userContext;

  static async make(connection) {
    const context = new Context();
    context.#connection = connection;
    ({ userContext: context.#userContext } = await connection.send('browser.createUserContext', {}));
    return context;
  }

  async newPage() {
    const options = { type: 'tab', userContext: this.#userContext };
    const { context } = await this.#connection.sendAlone('browsingContext.create', options);
    const tab = new Tab(this.#connection, context);
    this.#connection.tabs.set(context, tab);
    return tab;
  }

  async close() {
    if (this.#userContext === undefined) return;
    const userContext = this.#userContext;
    this.#userContext = undefined;
    await this.#connection.sendAlone('browser.removeUserContext', { userContext });
  }
}

class Tab extends PageEvents {
  #connection;
  #context;

  constructor(connection, context) {
    super();
    this.#connection = connection;
    this.#context = context;
  }

  receive({ type, text }) {
    if (type === 'javascript' && !REFUSED.test(text)) this.emit('pageerror', text);
    if (type === 'console') this.emit('console', text);
  }

  async goto(url) {
    await this.#connection.send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  async reload() {
    await this.#connection.send('browsingContext.reload', { context: this.#context, wait: 'complete' });
  }

  async close() {
    await this.#connection.sendAlone('browsingContext.close', { context: this.#context });
  }

  async evaluate(work, argument) {
    const { type, result, exceptionDetails } = await this.#connection.send('script.callFunction', {
      functionDeclaration: pageFunction(work),
      arguments: [{ type: 'string', value: toJson(argument) }],
      awaitPromise: true,
      target: { context: this.#context },
    });
    if (type === 'exception') throw new Error(exceptionDetails.text);
    return fromJson(result.value);
  }
}
