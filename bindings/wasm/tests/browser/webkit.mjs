// WebKitGTK's MiniBrowser, driven by WebKitWebDriver in a display that nobody sees.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';

import { endsWithUs, fromJson, printed, remotely, toJson } from './remote.mjs';

export const NAME = 'WebKitGTK';

const PATIENCE = 120_000;

export async function launch() {
  const driver = process.env.WEBKIT_DRIVER;
  if (driver === undefined) throw new Error('WEBKIT_DRIVER names the program WebKitWebDriver');
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const end = endsWithUs(screen);
  const [display] = await printed(screen, screen.stdio[3], /^\d+/);
  const newContext = () => Context.make(driver, `:${display}`);
  const first = await newContext();
  const { version } = first;
  await first.close();
  return { version, newContext, close: end };
}

/** A driver has one session, and a session is a person's browser. */
class Context {
  #address;
  #session;
  #end;
  #tabs = [];
  #queue = Promise.resolve();
  version;

  static async make(driver, display) {
    const context = new Context();
    const port = await freePort();
    const env = { ...process.env, DISPLAY: display, WEBKIT_DISABLE_COMPOSITING_MODE: '1' };
    const child = spawn(driver, ['--host=127.0.0.1', `--port=${port}`], { env, stdio: 'ignore' });
    context.#end = endsWithUs(child);
    context.#address = `http://127.0.0.1:${port}`;
    await context.#ready(child);
    const options = { 'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] } };
    const { sessionId, capabilities } = await context.#send('POST', '/session', { capabilities: { alwaysMatch: options } });
    context.#session = `/session/${sessionId}`;
    context.version = capabilities.browserVersion;
    await context.command('POST', '/timeouts', { script: PATIENCE, pageLoad: PATIENCE });
    return context;
  }

  async #ready(child) {
    while (child.exitCode === null) {
      if (await this.#send('GET', '/status').catch(() => undefined)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('WebKitWebDriver ended before it was ready');
  }

  async #send(method, path, body) {
    const answer = await fetch(this.#address + path, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  }

  command(method, path, body = method === 'POST' ? {} : undefined) {
    return this.#send(method, this.#session + path, body);
  }

  /** Does `work` while the tab is the one that commands go to. */
  inTab(handle, work) {
    const done = this.#queue.then(async () => {
      await this.command('POST', '/window', { handle });
      return work();
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  async newPage() {
    const done = this.#queue.then(() => this.command('POST', '/window/new', { type: 'tab' }));
    this.#queue = done.catch(() => {});
    const tab = new Tab(this, (await done).handle);
    this.#tabs.push(tab);
    return tab;
  }

  forget(tab) {
    this.#tabs = this.#tabs.filter((each) => each !== tab);
  }

  async close() {
    if (this.#session === undefined) return;
    for (const tab of this.#tabs) await tab.listen();
    await this.command('DELETE', '').catch(() => {});
    this.#session = undefined;
    await this.#end();
  }
}

class Tab {
  #context;
  #handle;
  #listeners = { console: [], pageerror: [] };

  constructor(context, handle) {
    this.#context = context;
    this.#handle = handle;
  }

  on(event, listener) {
    this.#listeners[event].push(listener);
  }

  async goto(url) {
    await this.#arrive(() => this.#context.command('POST', '/url', { url }));
  }

  async reload() {
    await this.listen();
    await this.#arrive(() => this.#context.command('POST', '/refresh'));
  }

  async close() {
    await this.listen();
    this.#context.forget(this);
    await this.#context.inTab(this.#handle, () => this.#context.command('DELETE', '/window'));
  }

  /** The driver waits for one script at a time, and tabs wait for each other: so it only begins, and is asked how far it is. */
  async evaluate(work, argument) {
    const id = crypto.randomUUID();
    await this.#run(BEGIN.replace('WORK', () => remotely(work)), [id, toJson(argument)]);
    let outcome = null;
    while (outcome === null) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      outcome = await this.#run('return globalThis.told[arguments[0]] ?? null', [id]);
    }
    await this.listen();
    if (outcome.error !== undefined) throw new Error(outcome.error);
    return fromJson(outcome.json);
  }

  /** Hears what the page has said since the last time. */
  async listen() {
    const said = (await this.#run('return globalThis.said?.splice(0) ?? []', []).catch(() => [])) ?? [];
    for (const { event, text } of said) {
      for (const listener of this.#listeners[event]) listener(event === 'console' ? { text: () => text } : new Error(text));
    }
  }

  async #arrive(go) {
    await this.#context.inTab(this.#handle, go);
    await this.#run(LISTEN, []);
  }

  #run(script, args) {
    return this.#context.inTab(this.#handle, () => this.#context.command('POST', '/execute/sync', { script, args }));
  }
}

const BEGIN = `
  const [id, json] = arguments;
  const told = (globalThis.told ??= {});
  (WORK)(json).then(
    (json) => { told[id] = { json }; },
    (error) => { told[id] = { error: String(error) + '\\n' + error?.stack }; },
  );
`;

/** The driver tells nothing of what a page prints. */
const LISTEN = `
  const said = (globalThis.said = []);
  const say = (event, values) => said.push({ event, text: values.map(String).join(' ') });
  for (const level of ['log', 'info', 'warn', 'error']) {
    const print = console[level];
    console[level] = (...values) => { say('console', values); print.apply(console, values); };
  }
  addEventListener('error', ({ message }) => say('pageerror', [message]));
  addEventListener('unhandledrejection', ({ reason }) => say('pageerror', [reason]));
`;

/** Beside the library, where Debian has it. */
function miniBrowser() {
  const named = process.env.WEBKIT_MINI_BROWSER;
  const places = ['4.1', '6.0', '4.0'].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`);
  const found = [named, ...places].find((place) => place !== undefined && existsSync(place));
  if (found === undefined) throw new Error('there is no MiniBrowser: WEBKIT_MINI_BROWSER may name it');
  return found;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
