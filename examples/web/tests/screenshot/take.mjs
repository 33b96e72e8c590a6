// `npm run screenshot`: writes screenshot.webp, which the READMEs show, from the built app on a local-aws.
import { writeFile } from 'node:fs/promises';

import { PASSWORD, Suite } from '../suite.mjs';
import { dawn, ice, lichen } from './scenes.mjs';

const DESK = { width: 1180, height: 1000 };
const PHONE = { width: 390, height: 800 };

/** The notes, oldest first. */
const NOTES = [
  {
    at: '2026-11-20T08:05:00Z',
    place: 'Long ditch',
    text: 'First ice, thin as paper. It sings when a stone slides over it.',
    pictures: { 'first-ice.png': ice() },
  },
  {
    at: '2026-11-22T07:32:00Z',
    place: 'Mill pond',
    text: 'One heron at the weir, quite still for eleven minutes. Then a perch. The lichen on the wall is in its best coat after the rain.',
    pictures: { 'heron.png': dawn(), 'wall.png': lichen() },
  },
  {
    at: '2026-11-22T17:50:00Z',
    place: 'Kitchen window',
    text: 'Redwings overhead after dark, going south-west. Heard, not seen.',
  },
];

const suite = await Suite.open();
try {
  await suite.backend.createUser('maya', { password: PASSWORD, attributes: { email: 'maya@example.com' } });
  const maya = await suite.person({
    viewport: DESK,
    reducedMotion: 'reduce',
    colorScheme: 'light',
    timezoneId: 'Europe/Dublin',
  });
  const drawing = await maya.context.newPage();
  await maya.signIn('maya', PASSWORD);
  await maya.sees('heading', 'maya’s notebook');
  for (const { at, place, text, pictures = {} } of NOTES) {
    await maya.context.clock.setFixedTime(new Date(at));
    const files = [];
    for (const [name, scene] of Object.entries(pictures)) files.push(await develop(drawing, name, scene));
    await maya.fills('What did you see?', text);
    if (files.length > 0) await maya.attaches(...files);
    await maya.page
      .getByText('Uploaded')
      .nth(files.length - 1)
      .waitFor({ state: files.length > 0 ? 'visible' : 'detached' });
    await maya.fills('Where (optional)', place);
    await maya.presses('Save note');
    await maya.entry(text).waitFor();
  }
  const desk = await take(maya.page, DESK, 'light');
  const phone = await take(maya.page, PHONE, 'dark');
  await writeFile(new URL('../../screenshot.webp', import.meta.url), await mount(drawing, desk, phone));
} finally {
  await suite.close();
}

/** A drawing as a file. */
async function develop(page, name, scene) {
  await page.setViewportSize({ width: 1200, height: 800 });
  await page.setContent(`<body style="margin:0">${scene}`);
  return { name, mimeType: 'image/png', buffer: await page.screenshot() };
}

async function take(page, size, colorScheme) {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme });
  await page.reload();
  await page
    .locator('.entry')
    .nth(NOTES.length - 1)
    .waitFor();
  // Lazy pictures load when they come into sight.
  for (const image of await page.locator('.thumbnail img').all()) {
    await image.scrollIntoViewIfNeeded();
    await page.waitForFunction((image) => image.complete && image.naturalWidth > 0, await image.elementHandle());
  }
  // On a phone the notes begin below the fold.
  await page.evaluate(
    (width) => scrollTo(0, width < 600 ? document.querySelector('.day').offsetTop - 32 : 0),
    size.width,
  );
  return page.screenshot();
}

/** Both pictures as one, as WebP. */
async function mount(page, desk, phone) {
  const [width, height] = [1560, 1060];
  const data = await page.evaluate(
    async ({ width, height, shots }) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      const frames = [
        { x: 40, y: 30, radius: 14 },
        { x: 1130, y: 210, radius: 34 },
      ];
      for (const [index, { x, y, radius }] of frames.entries()) {
        const image = Object.assign(new Image(), { src: `data:image/png;base64,${shots[index]}` });
        await image.decode();
        const frame = new Path2D();
        frame.roundRect(x, y, image.width, image.height, radius);
        context.save();
        context.shadowColor = 'rgb(8 20 15 / 45%)';
        context.shadowBlur = 36;
        context.shadowOffsetY = 10;
        context.fill(frame);
        context.restore();
        context.save();
        context.clip(frame);
        context.drawImage(image, x, y);
        context.restore();
      }
      return canvas.toDataURL('image/webp', 0.86).split(',')[1];
    },
    { width, height, shots: [desk, phone].map((shot) => shot.toString('base64')) },
  );
  return Buffer.from(data, 'base64');
}
