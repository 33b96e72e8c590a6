/** The app's other tabs. What one of them does to the session, the others find in the store. */
export class Tabs {
  readonly #name: string;
  #channel: BroadcastChannel | undefined;

  /** Calls `onWord` whenever another tab has done something, until this is closed. */
  constructor(clientId: string, onWord: () => void) {
    this.#name = `poolpass:${clientId}`;
    this.#channel = channel(this.#name);
    if (this.#channel !== undefined) this.#channel.onmessage = onWord;
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
