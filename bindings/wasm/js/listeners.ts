import { reporting } from './body.js';
import type { Life } from './handle.js';
import type { SessionEvent } from './session.js';

/** The listeners of a session: those of a client, and of the clients that it made for other roles. */
export class Listeners {
  readonly #listeners = new Set<Listener>();

  /** Adds one, also one that is there already, until the returned function is called or its client is closed. */
  add(hear: (event: SessionEvent) => void, life: Life): () => void {
    const listener = { hear: reporting('the listener', hear), life };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(event: SessionEvent): void {
    for (const { hear, life } of this.#listeners) {
      if (!life.isOver) hear(event);
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
