// TOTP codes for scenarios.
import { TOTP } from 'otpauth';

const STEP_SECONDS = 30;

/** Hands out codes, never the same twice: a server accepts each code once, and those of the neighbouring time steps too. */
export class TotpCodes {
  /** The server's clock runs this far ahead. */
  clockOffsetSeconds = 0;
  #lastSteps = new Map();

  next(secret) {
    const now = Math.floor(Date.now() / 1000) + this.clockOffsetSeconds;
    const step = Math.max(Math.floor(now / STEP_SECONDS), (this.#lastSteps.get(secret) ?? -1) + 1);
    this.#lastSteps.set(secret, step);
    return code(secret, step);
  }

  last(secret) {
    const step = this.#lastSteps.get(secret);
    if (step === undefined) throw new Error('no code was handed out');
    return code(secret, step);
  }
}

function code(secret, step) {
  return new TOTP({ secret, period: STEP_SECONDS }).generate({ timestamp: step * STEP_SECONDS * 1000 });
}
