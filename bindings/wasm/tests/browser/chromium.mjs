// Chromium, and the pages that tests open in it.
import { chromium } from 'playwright-core';

import { serveSite } from './site.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser and a site on which the package is served, on another origin than local-aws. */
export class Chromium {
  #browser;
  #site;

  /** `folders` are served beside the site's own, by name. */
  static async start(folders = {}) {
    const executablePath = process.env.CHROMIUM;
    if (executablePath === undefined) throw new Error('CHROMIUM names the program of the browser');
    const started = new Chromium();
    started.#browser = await chromium.launch({ executablePath, args: FLAGS });
    started.#site = await serveSite(folders);
    return started;
  }

  get version() {
    return `Chromium ${this.#browser.version()}`;
  }

  async stop() {
    await this.#browser.close();
    this.#site.close();
  }

  /** A person's browser: its tabs share what is stored. */
  async newPerson() {
    return new Person(await this.#browser.newContext(), this.#site.origin);
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
