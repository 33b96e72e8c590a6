// Looks at a page on a desk and on a phone, by day and by night, as axe-core does, and keeps pictures where they are wanted.
import { join } from 'node:path';

import axe from 'axe-core';

const SIZES = { desk: { width: 1280, height: 820 }, phone: { width: 390, height: 844 } };
const SCHEMES = ['light', 'dark'];

/** The page's accessibility problems. Empty if there are none. */
export async function look(page, name) {
  const before = page.viewportSize();
  const found = [];
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(everythingIsLoaded);
      const where = `${name}-${size}-${colorScheme}`;
      if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${where}.png`) });
      found.push(...(await violations(page)).map((violation) => `${where}: ${violation}`));
    }
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (excess > 0) found.push(`${name}-${size}: ${excess} pixels wider than the screen`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
  return found;
}

/** Fonts, pictures and backgrounds, which the next screenshot would otherwise lack. */
async function everythingIsLoaded() {
  await document.fonts.ready;
  const backgrounds = [...document.querySelectorAll('*')]
    .map((element) => /url\("(.*?)"\)/.exec(getComputedStyle(element).backgroundImage)?.[1])
    .filter((address) => address !== undefined)
    .map((address) => Object.assign(new Image(), { src: address }));
  const visible = [...document.images].filter((image) => image.loading !== 'lazy' || image.complete);
  await Promise.allSettled([...backgrounds, ...visible].map((image) => image.decode()));
}

async function violations(page) {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}
