import { cancelled, PoolpassError } from './errors.js';

/** How often a page looks whether its popup is still there, in milliseconds. */
const LOOK_EVERY = 250;

/**
 * A window in which managed login runs.
 *
 * The provider's pages may cut it off from the page that has opened it (`Cross-Origin-Opener-Policy`). So the answer comes over a channel
 * of the origin, and the waiting page holds a lock: a popup whose lock is not held handles the answer itself.
 */
export class Popup {
  readonly #window: Window;
  /** One for each address that the window has shown: its page may still wait for the lock when the window goes on to the next. */
  readonly #releases: (() => void)[] = [];

  private constructor(opened: Window) {
    this.#window = opened;
  }

  /** Opens an empty window, which a browser allows in a click. */
  static open(): Popup {
    if (!hasLocks() || typeof open !== 'function') {
      throw new PoolpassError('platform', 'a popup needs a browser with Web Locks and a page over HTTPS: use signInWithRedirect');
    }
    const opened = open('', '_blank', features());
    if (opened === null) {
      throw new PoolpassError('platform', 'the browser has blocked the popup: open it in the click itself, or use signInWithRedirect');
    }
    return new Popup(opened);
  }

  /** Shows `url`, and returns the address with which managed login comes back. */
  async answerTo(url: string, signal?: AbortSignal): Promise<string> {
    const name = channelOf(url);
    await this.#lock(name);
    const channel = new BroadcastChannel(name);
    const stop = new AbortController();
    try {
      return await new Promise((resolve, reject) => {
        channel.onmessage = ({ data }) => resolve(String(data));
        const fail = (cause?: unknown): void => reject(cancelled(cause));
        if (signal?.aborted) return fail(signal.reason);
        signal?.addEventListener('abort', () => fail(signal.reason), { signal: stop.signal });
        const timer = setInterval(() => {
          if (this.#isClosed()) fail(new Error('the window was closed'));
        }, LOOK_EVERY);
        stop.signal.addEventListener('abort', () => clearInterval(timer));
        this.#window.location.replace(url);
      });
    } finally {
      stop.abort();
      channel.close();
    }
  }

  /** Closes the window, and lets go of the locks. */
  close(): void {
    for (const release of this.#releases) release();
    this.#window.close();
  }

  /** A window that was cut off says that it is closed too. Then the person is in it, and not here. */
  #isClosed(): boolean {
    return this.#window.closed && document.hasFocus();
  }

  #lock(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const hold = (): Promise<void> => {
        resolve();
        return new Promise((release) => void this.#releases.push(release));
      };
      navigator.locks.request(name, hold).catch((cause) => {
        reject(new PoolpassError('platform', 'the browser refuses the lock that a popup needs', { cause }));
      });
    });
  }
}

/**
 * Passes `url` on to the page that waits for it, and waits until that page has dealt with it or is gone. `false` where no page waits.
 */
export async function passedOn(url: string): Promise<boolean> {
  if (!hasLocks() || stateOf(url) === null) return false;
  const name = channelOf(url);
  // A page whose storage is blocked may not ask. No page waits for it either.
  const { held = [] } = await navigator.locks.query().catch(() => ({ held: [] as LockInfo[] }));
  if (!held.some((lock) => lock.name === name)) return false;
  const channel = new BroadcastChannel(name);
  channel.postMessage(url);
  await navigator.locks.request(name, { mode: 'shared' }, () => {});
  channel.close();
  return true;
}

/** The start of every `state` of Poolpass. Answers to others are theirs. */
const STATE_PREFIX = 'poolpass-';

/** The `state` of Poolpass in the query of an authorization request, or of the answer to it. */
export function stateOf(url: string): string | null {
  try {
    const state = new URL(url).searchParams.get('state');
    return state?.startsWith(STATE_PREFIX) ? state : null;
  } catch {
    return null;
  }
}

/** The name of the channel and of the lock, which pages of other origins cannot see. */
function channelOf(url: string): string {
  return `poolpass:popup:${stateOf(url)}`;
}

function hasLocks(): boolean {
  return typeof navigator === 'object' && typeof navigator?.locks?.query === 'function';
}

/** In the middle of the page's window. */
function features(): string {
  const [width, height] = [480, 680];
  const left = Math.round(screenX + Math.max(0, outerWidth - width) / 2);
  const top = Math.round(screenY + Math.max(0, outerHeight - height) / 2);
  return `popup,width=${width},height=${height},left=${left},top=${top}`;
}
