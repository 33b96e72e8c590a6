//! Expiry.

use std::time::{Duration, SystemTime};

use super::error::{VerifyError, VerifyErrorKind};
use crate::session::Claims;

/// Checks `exp`, which has to be there, and `nbf` if it is there. Returns the expiry.
pub(super) fn check_times(
    claims: &Claims,
    now: SystemTime,
    leeway: Duration,
) -> Result<SystemTime, VerifyError> {
    let expires_at = claims.time("exp").ok_or_else(|| malformed("exp"))?;
    let not_before = match claims.get("nbf") {
        Some(_) => Some(claims.time("nbf").ok_or_else(|| malformed("nbf"))?),
        None => None,
    };
    if expires_at.checked_add(leeway).is_some_and(|end| end <= now) {
        return Err(VerifyError::new(
            VerifyErrorKind::Expired,
            "the token has expired: the client has to refresh it",
        ));
    }
    if not_before.and_then(|start| start.checked_sub(leeway)).is_some_and(|start| start > now) {
        return Err(VerifyError::new(VerifyErrorKind::NotYetValid, "the token is not valid yet"));
    }
    Ok(expires_at)
}

pub(super) fn malformed(claim: &str) -> VerifyError {
    VerifyError::malformed(format!("the claim {claim} is missing or has the wrong type"))
}
