//! Signing in on the pages of managed login, with an authorization code and PKCE.
//!
//! [`builder`] has what apps call, [`flow`] the two halves: the URL that people are sent to, and the redirect that comes back.
//! [`pending`] keeps what belongs together meanwhile, [`answer`] reads the redirect, and [`checks`] decides about its tokens.

mod answer;
mod builder;
mod checks;
mod flow;
mod identity_provider;
mod pending;
mod redirect_uri;
#[cfg(test)]
mod tests;

pub use builder::{RedirectOptions, RedirectSignInBuilder, UserAgentSignInBuilder};
pub(crate) use flow::Redirects;
pub use flow::{RedirectResult, RedirectSignIn};
pub use identity_provider::IdentityProvider;
