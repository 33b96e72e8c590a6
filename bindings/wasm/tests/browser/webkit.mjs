// Drives WebKitGTK's MiniBrowser with WebKitWebDriver, on a virtual display.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

import { freePort } from '../free_port.mjs';
import { endWithTests, fromJson, matchingLine, PageEvents, pageFunction, toJson } from './remote.mjs';

export const NAME = 'WebKitGTK';

const TIMEOUT_MS = 120_000;

export async function launch() {
  const driver = process.env.WEBKIT_DRIVER;
  if (driver === undefined) throw new Error('WEBKIT_DRIVER names the program WebKitWebDriver');
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const end = endWithTests(screen);
  const [display] = await matchingLine(screen, screen.stdio[3], /^\d+/);
  const newContext = () => Context.make(driver, `:${display}`);
  const first = await newContext();
  const { version } = first;
  await first.close();
  return { version, newContext, close: end };
}

/** A browser context. It has its own driver, since a driver has only one session. */
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
    context.#end = endWithTests(child);
    context.#address = `http://127.0.0.1:${port}`;
    await context.#ready(child);
    const options = { 'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] } };
    const { sessionId, capabilities } = await context.#send('POST', '/session', { capabilities: { alwaysMatch: options } });
    context.#session = `/session/${sessionId}`;
    context.version = capabilities.browserVersion;
    await context.command('POST', '/timeouts', { script: TIMEOUT_MS, pageLoad: TIMEOUT_MS });
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

  /** Runs `work` with the tab as the target of commands. */
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

class Tab extends PageEvents {
  #context;
  #handle;

  constructor(context, handle) {
    super();
    this.#context = context;
    this.#handle = handle;
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

  /** Starts the script and polls for its result: the driver runs one script at a time, and tabs may wait for each other. */
  async evaluate(work, argument) {
    const id = crypto.randomUUID();
    await this.#run(BEGIN.replace('WORK', () => pageFunction(work)), [id, toJson(argument)]);
    let outcome = null;
    while (outcome === null) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      outcome = await this.#run('return globalThis.outcomes[arguments[0]] ?? null', [id]);
    }
    await this.listen();
    if (outcome.error !== undefined) throw new Error(outcome.error);
    return fromJson(outcome.json);
  }

  /** Emits the page's events since the last call. */
  async listen() {
    const events = (await this.#run('return globalThis.pageEvents?.splice(0) ?? []', []).catch(() => [])) ?? [];
    for (const { event, text } of events) {
      this.emit(event, text);
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
  const outcomes = (globalThis.outcomes ??= {});
  (WORK)(json).then(
    (json) => { outcomes[id] = { json }; },
    (error) => { outcomes[id] = { error: String(error) + '\\n' + error?.stack }; },
  );
`;

/** Records console messages and errors, which the driver does not report. */
const LISTEN = `
  const events = (globalThis.pageEvents = []);
  const record = (event, values) => events.push({ event, text: values.map(String).join(' ') });
  for (const level of ['log', 'info', 'warn', 'error']) {
    const print = console[level];
    console[level] = (...values) => { record('console', values); print.apply(console, values); };
  }
  addEventListener('error', ({ message }) => record('pageerror', [message]));
  addEventListener('unhandledrejection', ({ reason }) => record('pageerror', [reason]));
`;

/** MiniBrowser's path, which on Debian is next to the library. */
function miniBrowser() {
  const named = process.env.WEBKIT_MINI_BROWSER;
  const places = ['4.1', '6.0', '4.0'].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`);
  const found = [named, ...places].find((place) => place !== undefined && existsSync(place));
  if (found === undefined) throw new Error('there is no MiniBrowser: WEBKIT_MINI_BROWSER may name it');
  return found;
}
