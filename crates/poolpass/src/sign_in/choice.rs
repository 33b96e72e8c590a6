//! Signing in by a choice of first factors (USER_AUTH).

use secrecy::{ExposeSecret, SecretString};

use super::AuthFactor;
use super::password::{Begun, SrpProof, SrpStart};
use crate::error::Error;
use crate::json::Object;
use crate::user_pool::{ClientMetadata, UserPool};

/// How a choice-based sign-in begins.
#[derive(Clone)]
pub(super) enum Choice {
    /// AWS lists the factors that are available.
    Open,
    /// With one factor, where it is available; otherwise AWS lists the factors.
    Preferred(AuthFactor),
    /// With the password, proved by SRP in the same request.
    Srp(SecretString),
    /// With the `Session` of ConfirmSignUp, whose code has proved an address.
    Confirmed(SecretString),
}

/// Begins a choice-based sign-in (InitiateAuth).
pub(super) async fn begin(
    pool: &UserPool,
    username: &str,
    choice: Choice,
    client_metadata: &ClientMetadata,
) -> Result<Begun, Error> {
    let (parameters, session) = match choice {
        Choice::Srp(password) => {
            return SrpProof::begin(pool, SrpStart::Choice, username, password, client_metadata).await;
        }
        Choice::Open => (Object::new(), None),
        Choice::Preferred(factor) => (Object::new().with("PREFERRED_CHALLENGE", factor.as_str()), None),
        Choice::Confirmed(session) => (Object::new(), Some(session)),
    };
    let session = session.as_ref().map(|session| session.expose_secret());
    let answer = pool.initiate_auth_in(session, "USER_AUTH", username, parameters, client_metadata).await?;
    Ok(Begun { answer, srp: None, first_factor_proved: false })
}
