// The entry that draws QR codes.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import jsQR from 'jsqr';

import { inside, load, locate } from './player/package.mjs';

const { qrCodeSvg } = await load('poolpass/qr');
const URI = 'otpauth://totp/Field%20notes:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Field%20notes';

test('a scanner reads what was drawn, also of more than ASCII', () => {
  for (const text of [URI, 'x', 'Grüße, 世界', 'x'.repeat(2_000)]) assert.equal(scanned(qrCodeSvg(text)), text);
});

test('the drawing is SVG that needs and runs nothing', () => {
  const svg = qrCodeSvg('"><script>alert(1)</script>');
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
  assert.doesNotMatch(svg, /script|href|style/);
});

test('a text that no QR code holds is refused', () => {
  assert.throws(() => qrCodeSvg('x'.repeat(3_000)), RangeError);
});

test('require gives the same', () => {
  const required = createRequire(locate('poolpass/package.json'))('poolpass/qr');
  assert.equal(required.qrCodeSvg(URI), qrCodeSvg(URI));
});

test('no other entry loads it', async () => {
  for (const name of ['index.js', 'inline.js', 'core/index.js', 'exports.js', 'core/exports.js', 'cjs/index.js']) {
    assert.doesNotMatch(await readFile(inside(name), 'utf8'), /qrCodeSvg|\bqr\.js/, name);
  }
});

/** The text of a drawing, which has a square for each dark module. */
function scanned(svg) {
  const SCALE = 4;
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)[1]);
  const pixels = new Uint8ClampedArray(size * size * SCALE * SCALE * 4).fill(255);
  for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let pixel = 0; pixel < SCALE * SCALE; pixel += 1) {
      const row = y * SCALE + Math.floor(pixel / SCALE);
      pixels.set([0, 0, 0], (row * size * SCALE + x * SCALE + (pixel % SCALE)) * 4);
    }
  }
  return jsQR(pixels, size * SCALE, size * SCALE)?.data;
}
