// A person's actions in the app, in the words that the page shows. It waits for what appears, never for time.
import assert from 'node:assert/strict';

import { look } from './look.mjs';

export class Person {
  static async arrive(suite, context) {
    const person = new Person(suite, context);
    await person.openTab();
    return person;
  }

  constructor(suite, context) {
    this.suite = suite;
    this.context = context;
    /** Errors in the browser's console, except for requests that AWS or the API refused. */
    this.complaints = [];
  }

  /** A new tab; what follows happens in it. */
  async openTab() {
    this.page = await this.context.newPage();
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
    this.page.on('console', (message) => {
      const isRefusal = this.suite.isRemote(message.location().url);
      if (['error', 'warning'].includes(message.type()) && !isRefusal) this.complaints.push(message.text());
    });
    await this.page.goto(this.suite.url);
    return this.page;
  }

  async signIn(name, password) {
    await this.fills('User name or email', name);
    await this.fills('Password', password);
    await this.presses('Sign in');
  }

  /** Writes a note, and sees it in the logbook. */
  async writes(text, place = '') {
    await this.fills('What did you see?', text);
    if (place !== '') await this.fills('Where (optional)', place);
    await this.presses('Save note');
    await this.entry(text).waitFor();
  }

  /** Writes a note with a picture, and sees it in the logbook. */
  async writesWithPicture(text, file) {
    await this.savesWithPicture(text, file);
    await this.entry(text).waitFor();
  }

  /** Presses “Save note” on a note with a picture. */
  async savesWithPicture(text, file) {
    await this.fills('What did you see?', text);
    await this.attaches(file);
    await this.page.getByText('Uploaded').waitFor();
    await this.presses('Save note');
  }

  entry(text) {
    return this.page.getByRole('listitem').filter({ hasText: text });
  }

  /** Puts pictures into the note that is being written. */
  async attaches(...files) {
    await this.page.getByLabel('Add pictures').setInputFiles(files);
  }

  async fills(label, value) {
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  async presses(button, { within = this.page } = {}) {
    await within.getByRole('button', { name: button, exact: true }).click();
  }

  async follows(link) {
    await this.page.getByRole('link', { name: link, exact: true }).click();
  }

  sees(role, name) {
    return this.page.getByRole(role, { name }).first().waitFor();
  }

  /** Is told this, aloud. */
  async hears(text, role = 'status') {
    await this.page.getByRole(role).filter({ hasText: text }).waitFor();
  }

  async reloads() {
    await this.page.reload();
  }

  /** The newest code that was mailed to the address. */
  code(address) {
    return this.suite.backend.codeSentTo(address);
  }

  async focusIsOn(locator) {
    await locator.waitFor();
    await this.page.waitForFunction((element) => element === document.activeElement, await locator.elementHandle());
  }

  /** Looks at the page as it is now: on a desk and on a phone, by day and by night. */
  async looksAround(name) {
    assert.deepEqual(await look(this.page, name), []);
  }
}
