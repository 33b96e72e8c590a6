import { type BytesLike, bytesOf, streamOf } from './body.js';
import type { CallOptions } from './options.js';
import type { Body, Client } from './poolpass_wasm.js';

/** A request to an AWS service or to the app's API. */
export interface SignedFetchOptions extends CallOptions {
  /** The service's name in signatures, such as `lambda` or `iotdata`. Default: `execute-api`, for API Gateway. */
  service?: string;
  /** Signs for this region. Default: the configuration's. */
  region?: string;
  /** Default: `GET`. */
  method?: string;
  headers?: HeadersInit;
  body?: BytesLike | null;
  /** What proves who is asking: a signature (`iam`, the default), or a token in the `Authorization` header. */
  auth?: 'iam' | 'idToken' | 'accessToken';
  /** Writes `Bearer ` before the token. API Gateway takes it with and without, AppSync only without. */
  bearer?: boolean;
  /** Doing this twice is as good as once, so that it is sent again also when its answer was lost. */
  safeToRepeat?: boolean;
  /** Rejects with a `PoolpassError` for any status but 2xx. Default: resolves, as `fetch` does. */
  throwOnError?: boolean;
  /** How long to wait for the head of the answer, each time it is sent. Default: 30,000. */
  timeoutMs?: number;
}

const WITHOUT_BODY = [204, 205, 304];

/** @internal */
export async function signedFetch(client: Client, url: string | URL, options: SignedFetchOptions): Promise<Response> {
  const body = options.body == null ? undefined : await bytesOf(options.body);
  const headers = new Headers(options.headers);
  // As fetch does for what it can name.
  if (!headers.has('content-type')) {
    if (typeof options.body === 'string') headers.set('content-type', 'text/plain;charset=UTF-8');
    if (options.body instanceof Blob && options.body.type) headers.set('content-type', options.body.type);
  }
  const answer = (await client
    .signed(options.service ?? 'execute-api', options.region)
    .send({
      ...options,
      method: options.method?.toUpperCase() ?? 'GET',
      url: String(url),
      headers: [...headers],
      body,
    })) as { status: number; headers: [string, string][]; body: Body };
  const init = { status: answer.status, headers: answer.headers };
  if (WITHOUT_BODY.includes(answer.status)) {
    answer.body.cancel();
    return new Response(null, init);
  }
  return new Response(streamOf(answer.body, options.signal), init);
}
