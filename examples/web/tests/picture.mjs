// Pictures that do not compress, so that they are as large as they look.
import { randomFillSync } from 'node:crypto';

import { PNG } from 'pngjs';

/** A PNG of so many pixels, as a file that a person chooses. */
export function picture(name, width, height) {
  const png = new PNG({ width, height });
  randomFillSync(png.data);
  return { name, mimeType: 'image/png', buffer: PNG.sync.write(png, { deflateLevel: 0, filterType: 0, colorType: 2 }) };
}
