import { Account, type RevokeOptions } from './account.js';
import { ApiClient } from './api.js';
import type { ClientHandle } from './calls.js';
import { type Challenge, challenge, type SignInStep, signInStep } from './challenges.js';
import { PoolpassError } from './errors.js';
import { Handle, Life, type Unproxied, unproxied } from './handle.js';
import type { Listeners } from './listeners.js';
import { type ClassicFlowOptions, type LoginProvider, type LoginToken, parts, provider as providerOf } from './logins.js';
import type { Parts } from './opened.js';
import { type CallOptions, given } from './options.js';
import type { Client as Inner } from './poolpass_core_wasm.js';
import {
  handleRedirect,
  logout,
  type LogoutOptions,
  type Navigation,
  type RedirectOptions,
  type RedirectResult,
  type RedirectUri,
  signInWithPopup,
  signInWithRedirect,
} from './redirect.js';
import type { AccessToken, Credentials, IdToken, SessionEvent, SessionTokens, SignOut, User } from './session.js';
import type { AuthLevel, PasswordlessSignInOptions, SignInOptions, StepUpOptions } from './sign_in_options.js';
import type { SharedStore } from './stores/store.js';
import type { Tabs } from './tabs.js';

/** The common part of the clients of `poolpass` and `poolpass/core`. */
export abstract class AnyClient implements Disposable {
  /** The person's account: signing up, passwords, attributes, second factors. */
  readonly account: Account;
  /** The region of the configuration. */
  readonly region: string;
  /** `close`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  /** @internal */
  protected readonly inner: Unproxied<ClientHandle>;
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
   * Releases the client's resources. Nobody is signed out, but listeners get no more events, and later calls, also of its buckets,
   * tables and challenges, fail with kind `invalidInput`. Calls that are under way go on.
   *
   * An app that has one client for its whole life need not call this. Calling it again does nothing.
   */
  close(): void {
    if (!this.inner().life.end()) return;
    this.tabs()?.close();
    this.listeners().tidy();
    this.inner().free();
  }

  /**
   * Whether the session outlives the page: `false` with the store `memory`, and once the browser has lost its IndexedDB, as WebKit
   * may while the page is open. The session then goes on in memory, and is gone after a reload.
   */
  get isPersistent(): boolean {
    return this.store().isPersistent;
  }

  /**
   * Signs in with a user name and a password (InitiateAuth, RespondToAuthChallenge). A successful sign-in replaces the present
   * session.
   */
  async signIn(username: string, password: string, options: SignInOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('signIn', { ...options, username, password }));
  }

  /**
   * Signs in with a user name alone (InitiateAuth): with a code, a passkey or another factor that the person chooses (USER_AUTH), or by
   * the challenges of the user pool's own triggers (CUSTOM_AUTH).
   *
   * The next step is the challenge of the preferred factor where that is available, otherwise a `selectChallenge`.
   */
  async signInWithoutPassword(username: string, options: PasswordlessSignInOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('signInWithoutPassword', { ...options, username }));
  }

  /**
   * Signs in whoever has just confirmed the sign-up, without another code (InitiateAuth with USER_AUTH).
   *
   * `account.confirmSignUp` keeps AWS's `Session` in the store, for the app client that allows USER_AUTH, so that this works after a
   * reload too. Rejects with kind `challengeExpired` if no sign-up was confirmed with this store, or too long ago: sign in.
   */
  async autoSignIn(options: CallOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('autoSignIn', options));
  }

  /**
   * Has the signed-in person prove more strongly, or again, who they are (InitiateAuth with USER_AUTH and TARGET_ACR_VALUES).
   *
   * If the session has reached the level, no longer ago than `maxAge`, the step is done at once and nothing is sent. Of names that the
   * user pool has given, only the same one counts as reached.
   *
   * Otherwise challenges follow, as in a sign-in, but only for the factors that are missing. New tokens take the place of the session's
   * when the last one is answered, and AWS revokes the old ones. Until then, and if a challenge fails, the session stays as it is.
   * Listeners hear `refreshed`; to other tabs it is a new sign-in. A backend must check the claims `acr` and `auth_time` of the tokens
   * itself.
   *
   * The app client has to allow USER_AUTH (`ALLOW_USER_AUTH`), and the user pool needs the Essentials plan or a higher one. This follows
   * AWS's documentation; it has not been tried against AWS.
   */
  async stepUp(level: AuthLevel, options: StepUpOptions = {}): Promise<SignInStep> {
    return signInStep(this.inner(), await this.inner().call('stepUp', { ...options, level }));
  }

  /**
   * Takes over a session that another SDK or the app's backend began, so that nobody has to sign in again. It replaces the present
   * session.
   *
   * Expired tokens are refreshed first (GetTokensFromRefreshToken, or InitiateAuth with REFRESH_TOKEN_AUTH); with others nothing is
   * sent. If the present session comes from the same sign-in and is no older, it stays, so that the call can be repeated. Nothing is
   * revoked. Tokens are not proof: their signatures are not checked here, but by AWS at every use.
   *
   * Rejects with kind `invalidInput` for tokens that are malformed, of another user pool or app client, or of two people, and with
   * `sessionEnded` when AWS refuses to refresh for good. After every error the present session stays.
   */
  adoptSession(tokens: SessionTokens, options: CallOptions = {}): Promise<User> {
    return this.inner().call('adoptSession', { ...options, ...tokens });
  }

  /**
   * Reads the session that `aws-amplify` or `amazon-cognito-identity-js` has left in a page's `localStorage` for this app client.
   * `undefined` where nobody is signed in.
   *
   * Nothing is removed. Once the session is adopted, remove what the other SDK has left: if refresh tokens rotate, the two would
   * invalidate each other's.
   *
   * Throws kind `invalidInput` where `getItem` throws, as in a page that may not use its storage, and where it returns a promise, as
   * Amplify's `CookieStorage` and React Native's `AsyncStorage` do: read the values first, and pass an object that returns them.
   *
   * ```ts
   * const tokens = client.readAmplifySession(localStorage);
   * if (tokens) await client.adoptSession(tokens);
   * ```
   */
  readAmplifySession(storage: { getItem(key: string): string | null }): SessionTokens | undefined {
    const { inner, life } = this.inner();
    life.check();
    let value: unknown;
    try {
      value = storage.getItem('');
    } catch (cause) {
      throw new PoolpassError('invalidInput', 'the storage cannot be read', { cause });
    }
    if (value instanceof Object) {
      throw new PoolpassError('invalidInput', 'getItem of the storage returns a promise: read the values first');
    }
    return inner.readAmplifySession((key: string) => storage.getItem(key)) as SessionTokens | undefined;
  }

  /**
   * Leads the browser to managed login or to an identity provider, where the person signs in (`/oauth2/authorize` with PKCE). The page at
   * `redirectUri` then calls `handleRedirect`.
   *
   * Resolves when the browser has been told to leave. Rejects with kind `invalidConfig` when the configuration names no domain, and, unless
   * `open` is given, with `store` when the session is kept in memory, which ends with the page, and with `platform` where there is no page.
   *
   * ```ts
   * await client.signInWithRedirect({ redirectUri: `${location.origin}/`, provider: 'Google' });
   * ```
   */
  signInWithRedirect(options: RedirectOptions & RedirectUri & Navigation): Promise<void> {
    return signInWithRedirect(this.inner(), this.store(), options);
  }

  /**
   * Shows managed login or an identity provider in a window of its own. Call it in the click itself: the window opens before anything is
   * awaited. The page at `redirectUri`, which that window shows in the end, has to call `handleRedirect`.
   *
   * Rejects with kind `cancelled` when the person closes the window, and with kind `platform` when the browser blocks it: then use
   * `signInWithRedirect`. Other errors are those of `handleRedirect`.
   */
  signInWithPopup(options: RedirectOptions & RedirectUri & CallOptions): Promise<RedirectResult> {
    return signInWithPopup(this.inner(), options);
  }

  /**
   * Finishes the sign-in with the address to which managed login has sent the browser back (`/oauth2/token`). Call it whenever the page
   * loads; default: the page's own address. The answer is taken out of the address, and the app's own query and fragment stay.
   *
   * `undefined` when the address is not an answer, or one that was handled already. Calls at the same time share one result, as in
   * React's StrictMode. In a window of `signInWithPopup`, the page that has opened it gets the answer, and the window closes.
   *
   * A sign-in that fails keeps the present session. Rejects with kind `cancelled` when the person has said no, `triggerRejected` with
   * the text of the user pool's trigger, `challengeExpired` when the code is too old or was used already, and `invalidRedirect` when the
   * answer does not belong to a sign-in that was begun with this store.
   */
  handleRedirect(url?: string | URL, options: CallOptions = {}): Promise<RedirectResult | undefined> {
    return handleRedirect(this.inner(), url, options);
  }

  /** The challenge that waits for its answer, also after a reload or in another tab. */
  async pendingChallenge(options: CallOptions = {}): Promise<Challenge | undefined> {
    const pending = await this.inner().call('pendingChallenge', options);
    return pending && challenge(this.inner(), pending);
  }

  /** Returns the person who is signed in, as stored: works without a network, however old the tokens are. `undefined` when nobody is signed in. */
  currentUser(options: CallOptions = {}): Promise<User | undefined> {
    return this.inner().call('currentUser', options);
  }

  /**
   * Returns the ID token, refreshed if it expires within a minute (within a tenth of its life, if that is less).
   *
   * All callers share one refresh, and so do all tabs that share the store. When the refresh fails, a token that is still valid is
   * returned nevertheless.
   */
  idToken(options: CallOptions = {}): Promise<IdToken> {
    return this.inner().call('idToken', options);
  }

  /** Returns the access token, refreshed like the ID token. */
  accessToken(options: CallOptions = {}): Promise<AccessToken> {
    return this.inner().call('accessToken', options);
  }

  /**
   * Refreshes the session now, for example because the person's attributes or groups have changed (GetTokensFromRefreshToken, or
   * InitiateAuth with REFRESH_TOKEN_AUTH).
   */
  refresh(options: CallOptions = {}): Promise<User> {
    return this.inner().call('refresh', options);
  }

  /**
   * Signs out on this device, in all tabs: removes the session and a pending challenge, then has AWS revoke the tokens
   * (RevokeToken).
   *
   * The session is gone in any case, even without a network; the result tells whether AWS has revoked the tokens. With `associated`, the
   * session of managed login that the session comes from ends too, if the user pool tracks sessions.
   */
  signOut(options: RevokeOptions = {}): Promise<SignOut> {
    return this.inner().call('signOut', options);
  }

  /**
   * Signs out on every device (GlobalSignOut): AWS ends all sessions of the user, then this one is removed.
   *
   * When AWS cannot be reached or refuses, the session stays, so that the call can be repeated.
   */
  signOutEverywhere(options: CallOptions = {}): Promise<void> {
    return this.inner().call('signOutEverywhere', options);
  }

  /**
   * Signs out on this device as `signOut` does, then leads the browser to managed login's `/logout`, which forgets the person too, and
   * from there to `logoutUri`.
   *
   * After `signOut` alone, managed login may sign the same person in again without asking.
   */
  logout(options: LogoutOptions): Promise<void> {
    return logout(this.inner(), options);
  }

  /**
   * Returns the address of managed login's `/logout`, which ends its session in the browser and then leads to `logoutUri`. It does not sign
   * out here: call `signOut` first.
   */
  logoutUrl(logoutUri: string, options: CallOptions = {}): Promise<string> {
    return this.inner().call('logoutUrl', { ...options, logoutUri });
  }

  /** Calls `listener` with every change of the session from now on, until the returned function is called. */
  onSessionEvent(listener: (event: SessionEvent) => void): () => void {
    const { life } = this.inner();
    life.check();
    return this.listeners().add(listener, life);
  }

  /**
   * Returns AWS credentials of the person who is signed in, or of a guest if nobody is (GetId, GetCredentialsForIdentity).
   *
   * The client keeps them in memory until shortly before they expire. One exchange serves all callers. The function itself is a
   * credential provider for the AWS SDK for JavaScript v3:
   *
   * ```ts
   * const lambda = new LambdaClient({ region: client.region, credentials: client.credentials });
   * ```
   */
  readonly credentials = (options: CallOptions = {}): Promise<Credentials> => {
    return this.inner().call('credentials', options);
  };

  /**
   * Returns the identity id in the identity pool, which policies call `${cognito-identity.amazonaws.com:sub}`. As a part of an object
   * key or as a partition key, it makes data a person's own.
   */
  identityId(options: CallOptions = {}): Promise<string> {
    return this.inner().call('identityId', options);
  }

  /**
   * Returns the same client with the credentials of another role, if the sign-in allows more than one (`CustomRoleArn`). Closing this
   * client closes that one too, but not the other way round.
   */
  withRole(roleArn: string): this {
    return this.beside(this.inner().inner.withRole(roleArn));
  }

  /**
   * Adds a login of a third party: from now on the AWS credentials are those of the identity that this login leads to, with or without
   * a user pool (GetId, GetCredentialsForIdentity). It replaces a login with the same provider.
   *
   * The SDK asks `source` for a token whenever the credentials have to be renewed. Several logins at once, and the user pool's among
   * them, lead to one identity: AWS links those that it has not seen before. A guest keeps the identity id, unless the login has an
   * identity already; then listeners hear `identityChanged`. Signing out leaves these logins: see `removeLogin`.
   *
   * Nothing is sent. A login that AWS refuses makes the next call fail: `conflict` if it belongs to another identity than the other
   * logins, `loginExpired` if its token has expired or `source` has none, `notAuthorized` if the identity pool does not accept it.
   *
   * ```ts
   * client.addLogin('google', () => currentGoogleIdToken());
   * ```
   */
  addLogin(provider: LoginProvider, source: LoginToken): void {
    const [code, name] = parts(provider);
    this.inner().inner.addLogin(code, name, source);
  }

  /** Removes a login from this client. The identity stays linked to it: with the same login it is the same again. Nothing is sent. */
  removeLogin(provider: LoginProvider): void {
    const [code, name] = parts(provider);
    this.inner().inner.removeLogin(code, name);
  }

  /**
   * Unlinks a login from the identity (UnlinkIdentity), and removes it from this client.
   *
   * The next time, the login leads to another identity. After the last one, nobody can use the identity any more. The app's own backend
   * unlinks developer-authenticated logins (UnlinkDeveloperIdentity). If AWS cannot be reached, the login stays, so that the call can be
   * repeated.
   */
  unlinkLogin(provider: LoginProvider, options: CallOptions = {}): Promise<void> {
    const [code, name] = parts(provider);
    return this.inner().call('unlinkLogin', { ...options, code, name });
  }

  /** The providers of the logins that were added, without the user pool. */
  logins(): LoginProvider[] {
    return (this.inner().inner.logins() as [string, string | undefined][]).map(providerOf);
  }

  /**
   * Starts a client with the credentials of a role that the app names, by the classic (basic) flow: GetOpenIdToken of the identity
   * pool, AssumeRoleWithWebIdentity of STS in the identity pool's region.
   *
   * The role's trust policy decides who may use it: with `cognito-identity.amazonaws.com` as its principal, the identity pool as its
   * `aud`, and `authenticated` or `unauthenticated` as its `amr`. Guests have no other way to services that their session policy leaves
   * out. Calls fail with `operationNotEnabled` if the identity pool does not allow the classic flow, and with `accessDenied` if the role
   * does not trust the identity. Closing this client closes that one too, but not the other way round.
   */
  classicFlow(roleArn: string, options: ClassicFlowOptions = {}): this {
    return this.beside(this.inner().inner.classicFlow(roleArn, options));
  }

  /** A client of another role, which shares all but the credentials. */
  private beside(inner: Inner): this {
    const Same = this.constructor as new (parts: Parts) => this;
    const handle: ClientHandle = new Handle(inner, new Life(this.inner().life));
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
