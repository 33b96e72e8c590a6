//! Verifies tokens on a server: ID and access tokens of user pools, and the header `x-amzn-oidc-data` of Application Load Balancers.
//!
//! A client reads its own tokens without verifying them. A server that acts on a token has to verify it:
//!
//! ```no_run
//! use poolpass::verify::{Requirements, UserPoolVerifier};
//!
//! # async fn example(bearer_token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = UserPoolVerifier::builder().user_pool("eu-west-1_AbCdEfGhI", ["1example23456789"]).build()?;
//! let token = verifier.verify(bearer_token, &Requirements::access_token().scope("notes/write")).await?;
//! println!("{} of {:?}", token.sub(), token.groups());
//! # Ok(())
//! # }
//! ```
//!
//! A verifier fetches the public keys once for all callers and keeps them. Make one when the server starts, and clone it, which is
//! cheap. The futures have to run on a tokio runtime.
//!
//! With the feature `tower`, [`tower::VerifyLayer`] does this in front of a service of axum, hyper or tonic.

mod alb;
mod alb_cookies;
mod alb_user_claims;
mod ecdsa;
mod error;
mod fetch;
mod jws;
mod key_cache;
mod pools;
mod requirements;
mod rsa;
mod time_claims;
mod token;
mod token_use;
mod user_pool;

#[cfg(feature = "tower")]
pub mod tower;

#[cfg(test)]
mod tests;

pub use alb::{AlbVerifier, AlbVerifierBuilder};
pub use alb_cookies::{ALB_SESSION_COOKIE, expired_alb_cookies};
pub use alb_user_claims::AlbUserClaims;
pub use error::{VerifyError, VerifyErrorKind};
pub use requirements::Requirements;
pub use token::VerifiedToken;
pub use token_use::TokenUse;
pub use user_pool::{UserPoolVerifier, UserPoolVerifierBuilder};
