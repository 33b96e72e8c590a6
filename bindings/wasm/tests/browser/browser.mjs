// The browser that the variable `BROWSER` names, and the pages that tests open in it.
import * as chromium from './chromium.mjs';
import * as firefox from './firefox.mjs';
import { serveSite } from './site.mjs';
import * as webkit from './webkit.mjs';

const ENGINES = { chromium, firefox, webkit };
const engine = process.env.BROWSER ?? 'chromium';
if (!Object.hasOwn(ENGINES, engine)) throw new Error(`BROWSER is none of ${Object.keys(ENGINES).join(', ')}`);

/** The browser's name. */
export const NAME = ENGINES[engine].NAME;

/** Whether it is one of these: only Chromium's driver can do everything. */
export const isIt = (...names) => names.includes(engine);

/** A browser and a site on which the package is served, on another origin than local-aws. */
export class Browser {
  #launched;
  #site;

  /** `folders` are served beside the site's own, by name. */
  static async start(folders = {}) {
    const started = new Browser();
    started.#launched = await ENGINES[engine].launch();
    started.#site = await serveSite(folders);
    return started;
  }

  get version() {
    return `${NAME} ${this.#launched.version}`;
  }

  /** The origin of the site. */
  get origin() {
    return this.#site.origin;
  }

  async stop() {
    await this.#launched.close();
    this.#site.close();
  }

  /** A person's browser: its tabs share what is stored. `backends` are those that its pages act on as root does. */
  async newPerson(...backends) {
    for (const backend of backends) this.#site.backends.set(backend.endpoint, backend);
    return new Person(await this.#launched.newContext(), this.#site.origin);
  }
}

/** The tabs of one person, and whatever they print. */
class Person {
  #origin;

  constructor(context, origin) {
    this.context = context;
    this.#origin = origin;
    /** Everything that was printed, and every error that nobody caught. */
    this.printed = [];
    this.uncaught = [];
  }

  /** A new tab on the site. */
  async newTab() {
    const tab = await this.context.newPage();
    tab.on('console', (message) => this.printed.push(message.text()));
    tab.on('pageerror', (error) => this.uncaught.push(error));
    await tab.goto(this.#origin);
    return tab;
  }

  /** Another page of the site. */
  async goTo(tab, path) {
    await tab.goto(`${this.#origin}${path}`);
  }

  async leave() {
    await this.context.close();
    if (this.uncaught.length > 0) throw new Error('an error was not caught', { cause: this.uncaught[0] });
  }
}
