// An authenticator app: it looks at the QR code as a camera does.
import jsQR from 'jsqr';
import { TOTP, URI } from 'otpauth';
import { PNG } from 'pngjs';

/** Scans the picture that a person sees. */
export async function scan(image) {
  const { data, width, height } = PNG.sync.read(await image.screenshot());
  const found = jsQR(new Uint8ClampedArray(data), width, height);
  if (found === null) throw new Error('that is no QR code');
  const totp = URI.parse(found.data);
  if (!(totp instanceof TOTP)) throw new Error('that is no TOTP secret');
  let used = -1;
  return {
    issuer: totp.issuer,
    label: totp.label,
    /** A code that was not used yet: a user pool takes each once, and the neighbouring steps' codes too. */
    freshCode() {
      const now = Math.floor(Date.now() / 1000 / totp.period);
      used = Math.max(used + 1, now - 1);
      return totp.generate({ timestamp: used * totp.period * 1000 });
    },
  };
}
