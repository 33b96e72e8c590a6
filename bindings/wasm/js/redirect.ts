import type { ClientHandle } from './calls.js';
import { PoolpassError } from './errors.js';
import { type CallOptions, given } from './options.js';
import { passedOn, Popup, stateOf } from './popup.js';
import type { User } from './session.js';
import type { SharedStore } from './stores/store.js';

/**
 * An identity provider of the user pool: where a person signs in with managed login.
 *
 * - `COGNITO`: the user pool itself, with a password, a code or a passkey.
 * - `Google`, `Facebook`, `SignInWithApple`, `LoginWithAmazon`.
 * - A SAML or OpenID Connect provider, by its name in the user pool.
 */
export type IdentityProvider = 'COGNITO' | 'Google' | 'Facebook' | 'SignInWithApple' | 'LoginWithAmazon' | (string & {});

/**
 * Settings for a sign-in by redirect. Default: managed login lets the person choose among the app client's providers, and the tokens
 * have all scopes that the app client allows.
 */
export interface RedirectOptions {
  /** The provider to go to at once (`identity_provider`). Default: the person chooses. */
  provider?: IdentityProvider | undefined;
  /** One of a provider's identifiers, such as the domain of the person's email address (`idp_identifier`), in place of the provider. */
  idpIdentifier?: string | undefined;
  /**
   * The scopes of the tokens. Default: all that the app client allows. They have to include `openid`; calls of the `Account` need
   * `aws.cognito.signin.user.admin`.
   */
  scopes?: readonly string[] | undefined;
  /**
   * Whether managed login asks again (`prompt`): `login` asks also those who are signed in there, `none` asks nobody. Providers get
   * `select_account` and `consent` too, which Cognito's own pages ignore. Blanks separate several. Default: it asks those who are not
   * signed in there.
   */
  prompt?: string | undefined;
  /** The user name or email address to fill in (`login_hint`). */
  loginHint?: string | undefined;
  /** The language of the pages, such as `de` (`lang`). Default: the language that the browser last asked for, or English. */
  lang?: string | undefined;
  /** The levels that the person has to reach, such as `urn:cognito:loa:3`, with blanks between them (`acr_values`). */
  acrValues?: string | undefined;
  /** How long ago the person may have proved who they are, in seconds (`max_age`). Default: any time ago. */
  maxAge?: number | undefined;
  /** The nonce of the ID token, a secret. Default: a random one. */
  nonce?: string | undefined;
  /** A text that comes back with the person, such as the page to go on with. It stays on the device. */
  customState?: string | undefined;
}

/** The parts of a call that leads the browser elsewhere. */
export interface Navigation extends CallOptions {
  /** Opens the URL. Default: `location.assign`. Where there is no page, as in Electron's main process, it opens the system's browser. */
  open?: ((url: string) => unknown) | undefined;
}

/** The address to which managed login sends the browser back. */
export interface RedirectUri {
  /**
   * The address of a page of the app that calls `handleRedirect`. It has to be one of the app client's callback URLs, to the letter
   * (`CallbackURLs`): over HTTPS, or over HTTP on `localhost`, `127.0.0.1` or `[::1]`.
   */
  redirectUri: string;
}

/** The person whom a redirect has signed in. */
export interface RedirectResult {
  /** The person, whose session is stored. */
  readonly user: User;
  /** The text that the app gave as `customState`. */
  readonly customState?: string;
}

/**
 * Leads the browser to managed login.
 *
 * @internal
 */
export async function signInWithRedirect(
  client: ClientHandle,
  store: SharedStore,
  { open = pageLeaver(client, store), ...options }: RedirectOptions & RedirectUri & Navigation,
): Promise<void> {
  const url = await client.call('signInWithRedirect', options);
  await open(url);
}

/**
 * Shows managed login in a window of its own. Nothing is awaited before the window is open, since a browser ties it to the click.
 *
 * @internal
 */
export async function signInWithPopup(
  client: ClientHandle,
  options: RedirectOptions & RedirectUri & CallOptions,
): Promise<RedirectResult> {
  client.life.check();
  const popup = Popup.open();
  try {
    let url = await client.call('signInWithRedirect', options);
    for (;;) {
      const answer = await popup.answerTo(url, options.signal);
      try {
        const result = await client.call('handleRedirect', { url: answer, signal: options.signal });
        if (result !== undefined) return result;
        throw new PoolpassError('challengeExpired', 'this sign-in was finished elsewhere: look who is signed in');
      } catch (error) {
        const { retryUrl } = error as PoolpassError;
        if (retryUrl === undefined) throw error;
        url = retryUrl;
      }
    }
  } finally {
    popup.close();
  }
}

/**
 * Takes what managed login has answered, or leaves that to the page that waits for it.
 *
 * @internal
 */
export async function handleRedirect(
  client: ClientHandle,
  address: string | URL | undefined,
  options: CallOptions,
): Promise<RedirectResult | undefined> {
  const url = String(address ?? globalThis.location?.href);
  const isPopup = await passedOn(url);
  try {
    const result = await client.call('handleRedirect', { ...options, url });
    clean(url);
    // The page that has opened this window has the answer.
    if (isPopup && result === undefined) close();
    return result;
  } catch (error) {
    const { kind, isTransient, retryUrl } = error as PoolpassError;
    if (retryUrl !== undefined && address === undefined) {
      location.assign(retryUrl);
      return undefined;
    }
    if (isPopup && kind === 'invalidRedirect') {
      // The same, where the two pages share no store.
      close();
      return undefined;
    }
    // After a failure that passes, the same answer can be handled again.
    if (!isTransient && kind !== 'store' && !given(options).signal?.aborted) clean(url);
    throw error;
  }
}

/**
 * Signs out here, then leads the browser to managed login's sign-out.
 *
 * @internal
 */
export async function logout(
  client: ClientHandle,
  { logoutUri, open = pageLeaver(client), ...options }: LogoutOptions,
): Promise<void> {
  // A configuration without a domain fails before anything is lost.
  const url = await client.call('logoutUrl', { logoutUri });
  await client.call('signOut', options);
  await open(url);
}

/** The options of signing out of managed login too. */
export interface LogoutOptions extends Navigation {
  /** The address to go to afterwards. It has to be one of the app client's sign-out URLs, to the letter (`LogoutURLs`). */
  logoutUri: string;
}

/** Leads the page elsewhere. `store` has to know this sign-in when the browser comes back. */
function pageLeaver(client: ClientHandle, store?: SharedStore): (url: string) => void {
  client.life.check();
  // A worker has a location too, which cannot be left.
  if (typeof globalThis.location?.assign !== 'function') {
    throw new PoolpassError('platform', 'there is no page that could leave for managed login: pass open, which opens a URL in a browser');
  }
  if (store?.isPersistent === false) {
    throw new PoolpassError('store', 'the session is kept in memory, which ends with the page: use signInWithPopup');
  }
  return (url) => location.assign(url);
}

/** The parameters of an answer. */
const ANSWER = ['code', 'state', 'iss', 'error', 'error_description'];

/** The fragment that Facebook appends to its answer, and that browsers carry along through all redirects. */
const FACEBOOK_FRAGMENT = '#_=_';

/** Takes the answer out of the page's address, which the browser would keep in its history. The app's own parts stay as they are. */
function clean(answered: string): void {
  const state = stateOf(answered);
  if (globalThis.history === undefined || state === null || stateOf(location.href) !== state) return;
  const [, path = '', query = '', hash = ''] = /^([^?#]*)\??([^#]*)(.*)$/.exec(location.href) ?? [];
  const kept = query.split('&').filter((part) => part !== '' && !ANSWER.includes(part.split('=')[0] ?? ''));
  const address = path + (kept.length > 0 ? `?${kept.join('&')}` : '') + (hash === FACEBOOK_FRAGMENT ? '' : hash);
  try {
    history.replaceState(history.state, '', address);
  } catch {
    // A sandboxed page may not change its address. The person is signed in all the same.
  }
}
