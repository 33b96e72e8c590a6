//! Proving a device that the user pool knows: DEVICE_SRP_AUTH, then DEVICE_PASSWORD_VERIFIER.
//!
//! Both need nothing of the person. A device that the user pool has forgotten, or whose password it does not accept, is dropped.

use zeroize::Zeroizing;

use super::password;
use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::srp::ClientEphemeral;
use crate::user_pool::{AuthAnswer, ClientMetadata, StoredDevice, UserPool, is_unknown_device};

pub(super) const CHALLENGE: &str = "DEVICE_SRP_AUTH";

/// Answers both challenges with the password of `device`.
pub(super) async fn prove(
    pool: &UserPool,
    device: &StoredDevice,
    username: &str,
    challenge: AuthAnswer,
    client_metadata: &ClientMetadata,
) -> Result<AuthAnswer, Error> {
    let mut secret = Zeroizing::new([0; 32]);
    pool.pipeline().random().fill(secret.as_mut())?;
    let ephemeral = ClientEphemeral::new(*secret).map_err(password::unusable)?;
    let responses = Object::new().with("SRP_A", ephemeral.public_hex());
    let session = challenge.session.as_ref();
    let challenge =
        pool.respond_to_auth_challenge(CHALLENGE, session, username, responses, client_metadata).await?;

    let now = pool.pipeline().now();
    let responses = password::claim(&ephemeral, device.identity(), &device.password, &challenge, now)?;
    let session = challenge.session.as_ref();
    let name = "DEVICE_PASSWORD_VERIFIER";
    pool.respond_to_auth_challenge(name, session, username, responses, client_metadata).await
}

/// Whether the refusal says that the device is of no use any more, and not something about the person.
pub(super) fn is_refusal(error: &Error) -> bool {
    is_unknown_device(error)
        || error.kind() == ErrorKind::NotAuthorized
            && error.message().contains("Incorrect username or password")
}
