//! Signing out behind a load balancer.

/// The name of a load balancer's session cookies, unless its listener rule gives another one.
pub const ALB_SESSION_COOKIE: &str = "AWSELBAuthSessionCookie";

/// `Set-Cookie` headers that end the session of a load balancer's action `authenticate-cognito`.
///
/// The load balancer splits its cookie into up to four, `NAME-0` to `NAME-3`, and all have to go. Send these headers, and lead the browser to
/// `/logout` of the user pool's domain with the load balancer's app client: otherwise the user pool signs the person in again without
/// asking.
///
/// ```
/// use poolpass::verify::{ALB_SESSION_COOKIE, expired_alb_cookies};
///
/// let cookies = expired_alb_cookies(ALB_SESSION_COOKIE);
/// assert_eq!(cookies[0], "AWSELBAuthSessionCookie-0=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure; HttpOnly");
/// ```
pub fn expired_alb_cookies(name: &str) -> [String; 4] {
    [0, 1, 2, 3].map(|shard| {
        format!("{name}-{shard}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure; HttpOnly")
    })
}
