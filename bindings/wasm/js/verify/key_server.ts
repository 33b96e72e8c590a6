import { keysUnavailable } from './error.js';

/** Options of a verifier that tests and special networks need. */
export interface VerifierOptions {
  /** The time for which a token counts as valid after its expiry, in seconds. Default: 0. */
  leeway?: number | undefined;
  /** How the keys are fetched. Default: the global `fetch`. */
  fetch?: ((url: string, init: { redirect: 'manual'; signal: AbortSignal }) => Promise<Response>) | undefined;
  /** The server's clock in milliseconds since 1970, for tests. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;
const PAUSE_MS = 100;
/** The longest document that is read. */
const LIMIT = 256 * 1024;
/** A difference of the clocks that a slow answer may explain. */
const NOISE_MS = 10_000;
/** No clock that is right says a time before 2025: this software is younger. */
const EARLIEST_MS = 1_735_689_600_000;
/** These say that there is no such document. */
const ABSENT = [400, 403, 404];

/** Fetches public keys, and learns the time from the server that has them. */
export class KeyServer {
  readonly leeway: number;
  readonly deviceNow: () => number;
  readonly #fetch: NonNullable<VerifierOptions['fetch']>;
  /** The time of the server minus that of this machine, in milliseconds. */
  #offset = 0;

  constructor({ leeway = 0, fetch, now = Date.now }: VerifierOptions) {
    this.leeway = leeway;
    this.deviceNow = now;
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
  }

  /** The time in seconds since 1970, corrected by what the servers of the keys say. */
  now(): number {
    return (this.deviceNow() + this.#offset) / 1_000;
  }

  /** Fetches a document; `undefined` if the server says that it does not have it. */
  async get(url: string): Promise<string | undefined> {
    let failure = '';
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      try {
        // Cloudflare Workers refuse 'error'. A redirect is no answer that counts.
        const answer = await this.#fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
        this.#learnTheTime(answer.headers);
        const document = await answer.text();
        if (answer.ok && document.length <= LIMIT) return document;
        if (ABSENT.includes(answer.status)) return undefined;
        failure = answer.ok ? 'the answer is too long' : `HTTP status ${answer.status}`;
      } catch (error) {
        failure = error instanceof Error ? error.name : 'no answer';
      }
    }
    throw keysUnavailable(`the public keys at ${new URL(url).hostname} could not be fetched: ${failure}`);
  }

  /**
   * Believes the `Date` of the answer, unless it comes out of a cache. The keys come from the same server over the same connection: whoever
   * could forge the date could forge the keys.
   */
  #learnTheTime(headers: Headers): void {
    const date = Date.parse(headers.get('date') ?? '');
    if (!(date >= EARLIEST_MS) || headers.has('age')) return;
    const offset = date - this.deviceNow();
    this.#offset = Math.abs(offset) > NOISE_MS ? offset : 0;
  }
}
