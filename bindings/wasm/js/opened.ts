import type { ClientHandle } from './calls.js';
import type { AnyConfig, ClientOptions } from './client_options.js';
import { PoolpassError } from './errors.js';
import { Handle, Life } from './handle.js';
import { Listeners } from './listeners.js';
import { given } from './options.js';
import type { Client as Inner } from './poolpass_core_wasm.js';
import type { SessionEvent } from './session.js';
import { type SharedStore, sharedStore } from './stores/store.js';
import { Tabs } from './tabs.js';

/**
 * The parts of a client.
 *
 * @internal
 */
export interface Parts {
  inner: ClientHandle;
  store: SharedStore;
  listeners: Listeners;
  /** Absent for the client of another role: the first client tells the tabs. */
  tabs?: Tabs | undefined;
}

/**
 * Makes the parts of a client around `Module`, the class of the WebAssembly module.
 *
 * @internal
 */
export function opened(
  Module: new (config: string, store: never, options: ClientOptions) => Inner,
  config: AnyConfig,
  options: ClientOptions,
): Parts {
  const text = textOf(config);
  const store = sharedStore(given(options).store);
  const inner: ClientHandle = new Handle(new Module(text, store as never, options), new Life());
  const listeners = new Listeners();
  const tabs = store.isShared && isInBrowser() ? tabsOf(inner) : undefined;
  inner.inner.onEvent((event: SessionEvent) => {
    tabs?.tell(event.kind);
    listeners.tell(event);
  });
  return { inner, store, listeners, tabs };
}

function textOf(config: unknown): string {
  if (typeof config === 'string') return config;
  let text: string | undefined;
  try {
    text = JSON.stringify(config);
  } catch {
    // It contains itself, or what JSON has no word for.
  }
  if (text === undefined) throw new PoolpassError('invalidConfig', 'the configuration is not a JSON object');
  return text;
}

function isInBrowser(): boolean {
  return typeof BroadcastChannel !== 'undefined' && typeof location !== 'undefined';
}

function tabsOf(client: ClientHandle): Tabs {
  // A change in the store becomes an event of this tab.
  const look = (): void => void client.call('currentUser', {}).catch(() => {});
  look();
  return new Tabs(client.inner.clientId ?? '', look);
}
