// Chromium, in one of whose pages two packages are measured.
import { Browser } from '../browser.mjs';

/** Runs `measure` of a script of the page's. Gives what it gives, and which browser it was. */
export async function measureInPage(script, rounds) {
  const chromium = await Browser.start({ rival: process.env.RIVAL });
  try {
    const person = await chromium.newPerson();
    const tab = await person.newTab();
    const measured = await tab.evaluate(async ([url, rounds]) => (await import(url)).measure(rounds), [`/page/${script}`, rounds]);
    await person.leave();
    return { measured, browser: chromium.version };
  } finally {
    await chromium.stop();
  }
}
