import type { TotpSetup } from 'poolpass';

import { QrCode } from './qr-code';

/** What an authenticator app has to know, to be scanned or to be typed. */
export function AuthenticatorSecret({ setup, username }: { setup: TotpSetup; username: string }) {
  return (
    <div class="secret">
      <QrCode text={setup.otpauthUri('Field notes', username)} label="QR code for your authenticator app" />
      <div>
        <p>Scan this code with an authenticator app. Then enter the six digits that the app shows.</p>
        <p class="hint">Can you not scan it? Enter this key instead:</p>
        <code class="key">{groups(setup.secret)}</code>
      </div>
    </div>
  );
}

/** In groups of four, which are easier to copy by hand. */
function groups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
