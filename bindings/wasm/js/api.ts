import { type BytesLike, bytesOf, mediaTypeOf, streamOf } from './body.js';
import { PoolpassError } from './errors.js';
import type { Handle } from './handle.js';
import type { CallOptions } from './options.js';
import type { Body, Client } from './poolpass_wasm.js';
import { isA } from './realms.js';
import type { PresignedUrl } from './s3.js';

/** What `fetch` takes as headers. */
export type HeadersLike = Headers | [string, string][] | Record<string, string>;

/** A request to an AWS service or to the app's API. */
export interface SignedFetchOptions extends CallOptions {
  /** The service's name in signatures, such as `lambda` or `iotdata`. Default: `execute-api`, for API Gateway. */
  service?: string | undefined;
  /** Signs for this region. Default: the configuration's. */
  region?: string | undefined;
  /** Default: `GET`. */
  method?: string | undefined;
  headers?: HeadersLike | undefined;
  /** `URLSearchParams` are sent as a form. A `FormData` is not accepted, nor is a stream, which could not be sent again. */
  body?: BytesLike | URLSearchParams | null | undefined;
  /** What proves who is asking: a signature (`iam`, the default), or a token in the `Authorization` header. */
  auth?: 'iam' | 'idToken' | 'accessToken' | undefined;
  /** Writes `Bearer ` before the token. API Gateway takes it with and without, AppSync only without. */
  bearer?: boolean | undefined;
  /** Doing this twice is as good as once, so that it is sent again also when its answer was lost. */
  safeToRepeat?: boolean | undefined;
  /** Rejects with a `PoolpassError` for any status but 2xx. Default: resolves, as `fetch` does. */
  throwOnError?: boolean | undefined;
  /** How long to wait for the head of the answer, each time it is sent. Default: 30,000. */
  timeoutMs?: number | undefined;
}

/** A request for which a URL is made. */
export interface PresignOptions extends CallOptions {
  /** The service's name in signatures, such as `iotdevicegateway`. Default: `execute-api`, for API Gateway. */
  service?: string | undefined;
  /** Signs for this region. Default: the configuration's. */
  region?: string | undefined;
  /** Default: `GET`. */
  method?: string | undefined;
  /** They have to be sent along. A WebSocket takes none. */
  headers?: HeadersLike | undefined;
  /** Appends the session token after signing in place of signing it. AWS IoT wants it so, where this is the default (`iotdevicegateway`). */
  sessionTokenAfterSigning?: boolean | undefined;
}

const WITHOUT_BODY = [204, 205, 304];

/** @internal */
export async function presignRequest(
  client: Handle<Client>,
  url: string | URL,
  expiresIn: number,
  options: PresignOptions,
): Promise<PresignedUrl> {
  const api = client.inner.signed(options.service ?? 'execute-api', options.region);
  const input = { ...requestOf(url, options), expiresIn, sessionTokenAfterSigning: options.sessionTokenAfterSigning };
  return (await api.presign(input)) as PresignedUrl;
}

/** @internal */
export async function signedFetch(client: Handle<Client>, url: string | URL, options: SignedFetchOptions): Promise<Response> {
  // Before the body is read: what is under way goes on when the client is closed.
  const api = client.inner.signed(options.service ?? 'execute-api', options.region);
  const headers = headersOf(options.headers);
  const body = options.body == null ? undefined : await bytesOf(textOf(options.body));
  // As fetch does for what it can name.
  const type = options.body == null ? undefined : contentTypeOf(options.body);
  if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
  const input = { ...options, ...requestOf(url, { ...options, headers }), body };
  const answer = (await api.send(input)) as { status: number; headers: [string, string][]; body: Body };
  const init = { status: answer.status, headers: answer.headers };
  if (WITHOUT_BODY.includes(answer.status)) {
    answer.body.cancel();
    return new Response(null, init);
  }
  return new Response(streamOf(answer.body, options.signal), init);
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
    // What the browser says about it quotes the header, which may be a secret.
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
