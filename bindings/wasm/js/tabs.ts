/** The app's other tabs. What one of them does to the session, the others find in the store. */
export class Tabs {
  readonly #name: string;
  #channel: BroadcastChannel | undefined;
  readonly #onShow: (event: PageTransitionEvent) => void;

  /** Calls `onWord` whenever another tab has done something, until this is closed. */
  constructor(clientId: string, onWord: () => void) {
    this.#name = `poolpass:${clientId}`;
    this.#channel = channel(this.#name);
    if (this.#channel !== undefined) this.#channel.onmessage = onWord;
    // A page that the browser has kept while the person was elsewhere has missed the words of that time.
    this.#onShow = ({ persisted }) => void (persisted && onWord());
    globalThis.addEventListener?.('pageshow', this.#onShow);
  }

  /** Tells the others that something has happened. */
  tell(kind: string): void {
    if (this.#channel !== undefined) return this.#channel.postMessage(kind);
    // By a call that was under way when the client was closed.
    const passing = channel(this.#name);
    passing?.postMessage(kind);
    passing?.close();
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
    globalThis.removeEventListener?.('pageshow', this.#onShow);
  }
}

function channel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    // A browser that blocks cookies may refuse it. Then the other tabs have to look for themselves.
    return undefined;
  }
}
