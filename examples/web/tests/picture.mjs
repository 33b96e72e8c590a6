// Pictures that are as large as a test wants them, and whether one is seen.
import { randomFillSync } from 'node:crypto';

import { PNG } from 'pngjs';

export const MIB = 1024 * 1024;

/** A small PNG of so many bytes, as a file that a person chooses: what follows the picture itself is not looked at. */
export function picture(name, size = 0) {
  const png = new PNG({ width: 320, height: 240 });
  randomFillSync(png.data);
  const drawn = PNG.sync.write(png, { colorType: 2 });
  const padding = randomFillSync(Buffer.alloc(Math.max(0, size - drawn.length)));
  return { name, mimeType: 'image/png', buffer: Buffer.concat([drawn, padding]) };
}

/** Waits until the picture has come from S3. */
export async function isDrawn(image) {
  await image.waitFor();
  const handle = await image.elementHandle();
  await image.page().waitForFunction((image) => image.complete && image.naturalWidth > 0, handle);
}
