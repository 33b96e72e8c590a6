//! Signing in by the challenges of the user pool's own triggers (CUSTOM_AUTH).

use secrecy::SecretString;

use super::password::{Begun, SrpProof, SrpStart};
use crate::error::Error;
use crate::json::Object;
use crate::user_pool::{ClientMetadata, UserPool};

/// Begins a sign-in with custom challenges (InitiateAuth), after SRP if there is a password.
pub(super) async fn begin(
    pool: &UserPool,
    username: &str,
    password: Option<SecretString>,
    client_metadata: &ClientMetadata,
) -> Result<Begun, Error> {
    if let Some(password) = password {
        return SrpProof::begin(pool, SrpStart::Custom, username, password, client_metadata).await;
    }
    let answer = pool.initiate_auth("CUSTOM_AUTH", username, Object::new(), client_metadata).await?;
    Ok(Begun { answer, srp: None, first_factor_proved: true })
}
