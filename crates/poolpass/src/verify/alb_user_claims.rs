//! The verified claims of a person behind a load balancer.

use std::fmt;
use std::time::SystemTime;

use super::error::VerifyError;
use super::time_claims::malformed;
use crate::session::Claims;

/// The user claims that a load balancer has signed: those of the user pool's `userInfo` endpoint.
#[derive(Clone)]
pub struct AlbUserClaims {
    claims: Claims,
    sub: String,
    client_id: String,
    signer: String,
    expires_at: SystemTime,
}

impl AlbUserClaims {
    pub(super) fn new(
        claims: Claims,
        client_id: &str,
        signer: &str,
        expires_at: SystemTime,
    ) -> Result<Self, VerifyError> {
        let sub = claims.text("sub").ok_or_else(|| malformed("sub"))?.to_owned();
        Ok(Self { claims, sub, client_id: client_id.to_owned(), signer: signer.to_owned(), expires_at })
    }

    /// The user's id (`sub`), which never changes.
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// The user name in the user pool.
    pub fn username(&self) -> Option<&str> {
        self.claims.text("username")
    }

    /// The email address, where the load balancer's app client may read it.
    pub fn email(&self) -> Option<&str> {
        self.claims.text("email")
    }

    /// The load balancer's app client.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The ARN of the load balancer.
    pub fn signer(&self) -> &str {
        &self.signer
    }

    /// When the header expires, by AWS's clock. The load balancer makes a new one for each request.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// All claims of the payload.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
}

impl fmt::Debug for AlbUserClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlbUserClaims")
            .field("signer", &self.signer)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
