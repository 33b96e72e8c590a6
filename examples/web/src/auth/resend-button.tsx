import type { CodeDeliveryDetails } from 'poolpass';
import { useState } from 'preact/hooks';

import { problem } from '../problem';
import { announce } from '../ui/announce';

/** Sends another code. */
export function ResendButton({ send }: { send: () => Promise<CodeDeliveryDetails | undefined> }) {
  const [isBusy, setBusy] = useState(false);

  async function resend() {
    setBusy(true);
    try {
      const delivery = await send();
      announce(`Another code is on its way to ${delivery?.destination ?? 'you'}.`);
    } catch (error) {
      announce(problem(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <button class="link" type="button" disabled={isBusy} onClick={resend}>
      Send another code
    </button>
  );
}
