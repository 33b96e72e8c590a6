import { encode } from 'uqr';

/**
 * Draws a text as a QR code, in SVG: the URI of `SoftwareTokenSetup.otpauthUri` for an authenticator app. The drawing is as secret as the
 * text.
 *
 * It is black on white, with the margin that scanners need, and as large as its place. Throws a `RangeError` for a text that is longer
 * than a QR code holds.
 *
 * ```ts
 * import { qrCodeSvg } from 'poolpass/qr';
 *
 * const svg = qrCodeSvg(setup.otpauthUri('Field notes', 'ada'));
 * image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
 * ```
 */
export function qrCodeSvg(text: string): string {
  const { data, size } = encode(text, { border: 4 });
  const dark = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${dark}"/></svg>`;
}
