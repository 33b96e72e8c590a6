import type { SoftwareTokenSetup } from 'poolpass';

import { QrCode } from './qr-code';

/** The secret of the authenticator app, to scan, open or type. */
export function AuthenticatorSecret({ setup, username }: { setup: SoftwareTokenSetup; username: string }) {
  const uri = setup.otpauthUri('Field notes', username);
  return (
    <div class="secret">
      <QrCode text={uri} label="QR code for your authenticator app" />
      <div>
        <p>
          Scan this code with an authenticator app, or <a href={uri}>open the app</a> if it is on this device. Then enter the six
          digits that it shows.
        </p>
        <p class="hint">Can you do neither? Enter this key:</p>
        <code class="key">{groups(setup.secret)}</code>
      </div>
    </div>
  );
}

/** In groups of four, which are easier to copy by hand. */
function groups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
