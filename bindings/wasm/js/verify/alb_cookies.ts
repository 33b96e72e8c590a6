/** The name of a load balancer's session cookies, unless its listener rule gives another one. */
export const ALB_SESSION_COOKIE = 'AWSELBAuthSessionCookie';

/**
 * `Set-Cookie` headers that end the session of a load balancer's action `authenticate-cognito`.
 *
 * The load balancer splits its cookie into up to four, `NAME-0` to `NAME-3`, and all have to go. Send these headers, and lead the browser to
 * `/logout` of the user pool's domain with the load balancer's app client: otherwise the user pool signs the person in again without
 * asking.
 *
 * ```ts
 * for (const cookie of expiredAlbCookies()) response.headers.append('set-cookie', cookie);
 * ```
 */
export function expiredAlbCookies(name: string = ALB_SESSION_COOKIE): string[] {
  return [0, 1, 2, 3].map((shard) => `${name}-${shard}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure; HttpOnly`);
}
