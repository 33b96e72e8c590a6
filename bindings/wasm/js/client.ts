import { Account } from './account.js';
import { ApiClient } from './api.js';
import { type Challenge, challenge, type SignInStep, signInStep } from './challenges.js';
import type { AmplifyGen1, AmplifyOutputs, Config } from './config.js';
import { PoolpassError } from './errors.js';
import { Handle, Life, type Unproxied, unproxied } from './handle.js';
import { Listeners } from './listeners.js';
import { type CallOptions, type ClientMetadata, given } from './options.js';
import type { Client as Inner } from './poolpass_core_wasm.js';
import type { AccessToken, Credentials, IdToken, SessionEvent, SignOut, User } from './session.js';
import { type SharedStore, sharedStore, type StoreChoice } from './stores/store.js';
import { Tabs } from './tabs.js';

/** What a client stands on. */
export interface ClientOptions {
  /** Where the session is kept. Default: `indexedDB` in browsers, `memory` elsewhere. */
  store?: StoreChoice | undefined;
  /** How often a request is sent at most. Default: 3. */
  maxAttempts?: number | undefined;
  /** The operation that refreshes the session. Default: Poolpass finds out at the first refresh. */
  refreshOperation?: 'getTokensFromRefreshToken' | 'refreshTokenAuth' | undefined;
  /** Something for the user pool's Lambda triggers that is sent with every refresh. */
  refreshMetadata?: Record<string, string> | undefined;
  /** The device's clock in milliseconds since 1970, for tests. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

/** How a sign-in goes. */
export interface SignInOptions extends CallOptions, ClientMetadata {
  /** `userSrpAuth` (the default): the password never leaves the device. `userPasswordAuth`: the password is sent over TLS, as a user migration trigger needs it. */
  flow?: 'userSrpAuth' | 'userPasswordAuth' | undefined;
}

/** A configuration, as an object or as its text. */
export type AnyConfig = Config | AmplifyOutputs | AmplifyGen1 | string;

/** What the clients of `poolpass` and of `poolpass/core` have in common. */
export abstract class AnyClient implements Disposable {
  /** The person's account: signing up, passwords, attributes, second factors. */
  readonly account: Account;
  /** The region of the configuration. */
  readonly region: string;
  /** `close`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  /** @internal */
  protected readonly inner: Unproxied<Handle<Inner>>;
  private readonly listeners: Unproxied<Listeners>;
  /** Absent for the client of another role: the first client tells the tabs. */
  private readonly tabs: Unproxied<Tabs | undefined>;

  private readonly store: Unproxied<SharedStore>;

  /** @internal */
  protected constructor({ inner, store, listeners, tabs }: Parts) {
    this.store = unproxied(store);
    this.inner = unproxied(inner);
    this.listeners = unproxied(listeners);
    this.tabs = unproxied(tabs);
    this.account = new Account(inner);
    this.region = inner.inner.region;
    // Browsers that have no `using` yet have no symbol either, unless the app brings it, which it may do after loading this.
    if (Symbol.dispose) Object.defineProperty(this, Symbol.dispose, { value: () => this.close() });
  }

  /**
   * Gives back what the client holds: nobody is signed out, but no event is heard any more, and every later call, also of the
   * buckets, tables and challenges that came from it, fails with kind `invalidInput`. Calls that are under way go on.
   *
   * An app that has one client for as long as it is open need not call it. Calling it again does nothing.
   */
  close(): void {
    if (!this.inner().life.end()) return;
    this.tabs()?.close();
    this.listeners().tidy();
    this.inner().free();
  }

  /**
   * Whether the session outlives the page: not with store `memory`, and not any more once the browser has lost its IndexedDB, as
   * WebKit may while the page is open. The session then goes on in memory, and a reload signs in again.
   */
  get isPersistent(): boolean {
    return this.store().isPersistent;
  }

  /** Signs in. Whoever was signed in before is replaced once it succeeds. */
  async signIn(username: string, password: string, options: SignInOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('signIn', { ...options, username, password }));
  }

  /** The challenge that waits for its answer, also after a reload or in another tab. */
  async pendingChallenge(options: CallOptions = {}): Promise<Challenge | undefined> {
    const pending = await this.inner().call('pendingChallenge', options);
    return pending && challenge(this.inner(), pending);
  }

  /** The person who is signed in, as far as the store knows: works without a network. */
  currentUser(options: CallOptions = {}): Promise<User | undefined> {
    return this.inner().call('currentUser', options);
  }

  /** The ID token, refreshed if it expires within a minute. All callers and tabs share one refresh. */
  idToken(options: CallOptions = {}): Promise<IdToken> {
    return this.inner().call('idToken', options);
  }

  /** The access token, refreshed as the ID token is. */
  accessToken(options: CallOptions = {}): Promise<AccessToken> {
    return this.inner().call('accessToken', options);
  }

  /** Refreshes now, for example because the person's groups have changed. */
  refresh(options: CallOptions = {}): Promise<User> {
    return this.inner().call('refresh', options);
  }

  /**
   * Signs out on this device, in all tabs: forgets the session and a pending challenge, then has AWS revoke the tokens
   * (RevokeToken). The session is gone in any case, also without a network.
   */
  signOut(options: CallOptions = {}): Promise<SignOut> {
    return this.inner().call('signOut', options);
  }

  /** Signs out on every device (GlobalSignOut). When AWS cannot be reached, the session stays. */
  signOutEverywhere(options: CallOptions = {}): Promise<void> {
    return this.inner().call('signOutEverywhere', options);
  }

  /** Calls `listener` with what happens to the session from now on, until the returned function is called. */
  onSessionEvent(listener: (event: SessionEvent) => void): () => void {
    const { life } = this.inner();
    life.check();
    return this.listeners().add(listener, life);
  }

  /**
   * AWS credentials of the person who is signed in, or of a guest where nobody is. They are kept until shortly before AWS
   * stops accepting them. The function itself is a credential provider for the AWS SDK for JavaScript v3:
   *
   * ```ts
   * const lambda = new LambdaClient({ region: client.region, credentials: client.credentials });
   * ```
   */
  readonly credentials = (options: CallOptions = {}): Promise<Credentials> => {
    return this.inner().call('credentials', options);
  };

  /** The identity id in the identity pool, which policies call `${cognito-identity.amazonaws.com:sub}`. */
  identityId(options: CallOptions = {}): Promise<string> {
    return this.inner().call('identityId', options);
  }

  /**
   * The same client with the credentials of another role, where the sign-in allows more than one. Closing this client closes
   * that one too, and not the other way round.
   */
  withRole(roleArn: string): this {
    const { inner, life } = this.inner();
    const Same = this.constructor as new (parts: Parts) => this;
    const handle = new Handle(inner.withRole(roleArn), new Life(life));
    return new Same({ inner: handle, store: this.store(), listeners: this.listeners() });
  }

  /**
   * Makes requests to `service`, its name in signatures: `execute-api` (the default) for API Gateway, `lambda`, `iotdata` and so on.
   *
   * ```ts
   * const answer = await client.api().request('/notes', { method: 'POST', body: JSON.stringify(note) });
   * const things = await client.api('iotdata').request('https://…iot.eu-west-1.amazonaws.com/things');
   * ```
   */
  api(service = 'execute-api', options: { region?: string | undefined } = {}): ApiClient {
    return new ApiClient(this.inner().beside(this.inner().inner.api(service, given(options).region)));
  }
}

/**
 * What a client is made of.
 *
 * @internal
 */
export interface Parts {
  inner: Handle<Inner>;
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
  const inner = new Handle(new Module(text, store as never, options), new Life());
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

function tabsOf(client: Handle<Inner>): Tabs {
  // What the store says differently from before becomes an event of this tab, and nothing else does.
  const look = (): void => void client.call('currentUser', {}).catch(() => {});
  look();
  return new Tabs(client.inner.clientId ?? '', look);
}
