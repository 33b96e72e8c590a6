import { reporting } from './body.js';
import type { Life } from './handle.js';
import type { SessionEvent } from './session.js';

/** Whoever listens to a session: by a client, and by those that it has made for other roles. */
export class Listeners {
  readonly #listeners = new Set<Listener>();

  /** Adds one, also one that is there already, until the returned function is called or its client is closed. */
  add(hear: (event: SessionEvent) => void, life: Life): () => void {
    const listener = { hear, life };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(event: SessionEvent): void {
    for (const { hear, life } of this.#listeners) {
      if (!life.isOver) reporting(hear)?.(event);
    }
  }

  /** Lets go of those whose clients are closed. */
  tidy(): void {
    for (const listener of this.#listeners) {
      if (listener.life.isOver) this.#listeners.delete(listener);
    }
  }
}

interface Listener {
  readonly hear: (event: SessionEvent) => void;
  readonly life: Life;
}

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
