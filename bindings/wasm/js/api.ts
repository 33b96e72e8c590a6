import { type BytesLike, bytesOf, mediaTypeOf, streamOf } from './body.js';
import { PoolpassError } from './errors.js';
import { type Handle, type Unproxied, unproxied } from './handle.js';
import { type CallOptions, given } from './options.js';
import type { ApiClient as Inner, Body } from './poolpass_core_wasm.js';
import { isA } from './realms.js';
import type { PresignedUrl } from './s3.js';

/** The headers of a request, as `fetch` accepts them. */
export type HeadersLike = Headers | [string, string][] | Record<string, string>;

/**
 * Proves who sends a request: a signature (SigV4) with the person's AWS credentials, or a token in the `Authorization` header.
 *
 * `loadBalancerSession` is the session of a load balancer (ALB, action `authenticate-cognito`) in front of the app: a browser adds its
 * cookies to requests to the page's own origin. An app without a browser sets the header `cookie`. The app must not answer such requests
 * with HTML.
 */
export type Authorization = 'iam' | 'idToken' | 'accessToken' | 'loadBalancerSession';

/** The options of a request to the app's own API, or to an AWS service. */
export interface ApiRequest extends CallOptions {
  /** The HTTP method. Default: `GET`. */
  method?: string | undefined;
  headers?: HeadersLike | undefined;
  /** The body. `URLSearchParams` are sent as a form. `FormData` and streams are not accepted, since they could not be sent again. */
  body?: BytesLike | URLSearchParams | null | undefined;
  /** Proves who sends the request. Default: a signature. */
  authorization?: Authorization | undefined;
  /**
   * Writes `Bearer ` before the token. API Gateway accepts it with and without, AppSync only without, load balancers and most other servers
   * only with.
   */
  bearer?: boolean | undefined;
  /** Declares the request safe to repeat, so that it is also sent again when its answer was lost. */
  safeToRepeat?: boolean | undefined;
  /** Rejects with a `PoolpassError` for a status other than 2xx. Default: resolves, as `fetch` does. */
  throwOnError?: boolean | undefined;
  /** How long each attempt waits for the head of the answer, in milliseconds. Default: 30,000. */
  timeout?: number | undefined;
}

/** The options of a presigned request. */
export interface PresignOptions extends CallOptions {
  /** The HTTP method. Default: `GET`. */
  method?: string | undefined;
  /** Headers that have to be sent along. A WebSocket sends none. */
  headers?: HeadersLike | undefined;
  /**
   * Appends the session token to the URL after signing, as AWS IoT requires (the default for `iotdevicegateway`). Other services require
   * it to be signed.
   */
  sessionTokenAfterSigning?: boolean | undefined;
}

const WITHOUT_BODY = [204, 205, 304];

/**
 * Makes requests to one service; `client.api` creates it.
 *
 * A URL is absolute, or a path below the service's base URL, which for `execute-api` is the configuration's `api.url`.
 */
export class ApiClient {
  private readonly inner: Unproxied<Handle<Inner>>;

  /** @internal */
  constructor(inner: Handle<Inner>) {
    this.inner = unproxied(inner);
  }

  /**
   * Sends the request and waits for the head of the answer. The body, which may have any length, is read from the answer.
   *
   * When the server refuses a token with status 401, the session is refreshed once for all requests whose token was refused, and each is
   * sent once more with the new token. With `throwOnError`, a second refusal is `notAuthorized`, and the API's wish for a step-up (RFC
   * 9470) is `insufficientUserAuthentication` with the member `stepUp`, if its CORS rules expose `www-authenticate`.
   *
   * Rejects with `loadBalancerSessionEnded` when a load balancer answers in the app's place and wants the person to sign in: a page then
   * reloads itself. A broken network is `network`.
   *
   * ```ts
   * try {
   *   notes = await (await client.api().request('/notes', { authorization: 'loadBalancerSession' })).json();
   * } catch (error) {
   *   if (error.kind === 'loadBalancerSessionEnded') location.reload();
   * }
   * ```
   */
  async request(url: string | URL, options: ApiRequest = {}): Promise<Response> {
    // Before the body is read: what is under way goes on when the client is closed.
    const { inner } = this.inner();
    const { headers: own, body: content, signal, ...others } = given(options);
    const headers = headersOf(own);
    const body = content == null ? undefined : await bytesOf(textOf(content));
    // As fetch does for what it can name.
    const type = content == null ? undefined : contentTypeOf(content);
    if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
    const input = { ...others, ...requestOf(url, { ...others, headers, signal }), body };
    const answer = (await inner.request(input)) as { status: number; headers: [string, string][]; body: Body };
    const init = { status: answer.status, headers: answer.headers };
    if (WITHOUT_BODY.includes(answer.status)) {
      answer.body.cancel();
      return new Response(null, init);
    }
    return new Response(streamOf(answer.body, signal), init);
  }

  /**
   * Creates a URL that contains the signature. Its holder can make this one request until `expiresIn` seconds have passed, at most seven
   * days, or until the credentials expire, which last about an hour. Nothing is sent.
   *
   * Browsers connect this way to a WebSocket (`wss://`) of AWS IoT or of API Gateway, which read no headers. AppSync's WebSockets take no
   * such URL, but the headers of a signed POST in a subprotocol: sign them with `client.credentials` and a library for AWS's signatures.
   *
   * ```ts
   * const iot = client.api('iotdevicegateway');
   * const { url } = await iot.presign('wss://…-ats.iot.eu-west-1.amazonaws.com/mqtt', 60);
   * const socket = new WebSocket(url, 'mqtt');
   * ```
   */
  async presign(url: string | URL, expiresIn: number, options: PresignOptions = {}): Promise<PresignedUrl> {
    const { inner } = this.inner();
    const { sessionTokenAfterSigning, ...others } = given(options);
    return (await inner.presign({ ...requestOf(url, others), expiresIn, sessionTokenAfterSigning })) as PresignedUrl;
  }
}

function requestOf(url: string | URL, { method, headers, signal }: PresignOptions) {
  return {
    url: written('the URL', url),
    method: written('the method', method ?? 'GET').toUpperCase(),
    headers: [...headersOf(headers)],
    signal,
  };
}

function headersOf(given: HeadersLike | undefined): Headers {
  try {
    return new Headers(given);
  } catch {
    // The browser's own message quotes the header, which may be a secret.
    throw new PoolpassError('invalidInput', 'the headers cannot be read, or have a name or a value that HTTP does not allow');
  }
}

function textOf(body: BytesLike | URLSearchParams): BytesLike {
  return isA<URLSearchParams>(body, 'URLSearchParams') ? written('the body', body) : body;
}

/** As text. What is behind a `Proxy`, such as a `URL`, may have none. */
function written(name: string, value: unknown): string {
  try {
    return String(value);
  } catch {
    throw new PoolpassError('invalidInput', `${name} cannot be read`);
  }
}

function contentTypeOf(body: BytesLike | URLSearchParams): string | undefined {
  if (typeof body === 'string') return 'text/plain;charset=UTF-8';
  if (isA(body, 'URLSearchParams')) return 'application/x-www-form-urlencoded;charset=UTF-8';
  return mediaTypeOf(body);
}
