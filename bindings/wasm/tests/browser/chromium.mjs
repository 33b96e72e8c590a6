// Chromium, driven by Playwright.
import { chromium } from 'playwright-core';

export const NAME = 'Chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launch() {
  const executablePath = process.env.CHROMIUM;
  if (executablePath === undefined) throw new Error('CHROMIUM names the program of the browser');
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  return {
    version: browser.version(),
    newContext: () => browser.newContext(),
    close: () => browser.close(),
  };
}
