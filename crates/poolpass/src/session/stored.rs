//! The format of a stored session.

use secrecy::{ExposeSecret, SecretString};

use super::{AccessToken, DeviceTask, IdToken, RefreshOperation, RefreshToken, Session, is_token};
use crate::error::Error;
use crate::json::Object;
use crate::user_pool::UserPool;

/// The version of the format; sessions of other versions are ignored.
const VERSION: u64 = 1;

/// Writes the user pool and its app client too: the refresh token of another one would be refused, and the session would end.
pub(super) fn write(session: &Session, pool: &UserPool) -> SecretString {
    Object::new()
        .with("version", VERSION)
        .with("userPoolId", pool.id().to_string())
        .with("clientId", pool.client_id().as_str())
        .with("id", session.id.as_str())
        .with("idToken", session.id_token.jwt())
        .with("accessToken", session.access_token.jwt())
        .with("refreshToken", session.refresh_token.expose())
        .maybe("deviceKey", session.device_key.as_deref())
        .maybe("deviceTask", session.device_task.map(DeviceTask::code))
        .maybe("refreshOperation", session.refresh_operation.map(RefreshOperation::code))
        .to_secret()
}

/// `None` for a value that this version cannot have written for this user pool.
pub(super) fn read(value: &SecretString, pool: &UserPool) -> Option<Session> {
    parse(value, pool).ok().flatten()
}

fn parse(value: &SecretString, pool: &UserPool) -> Result<Option<Session>, Error> {
    let mut read = Object::parse(value.expose_secret().as_bytes())?;
    // Earlier releases did not name the pool and its client.
    let (pool_id, client_id) = (read.maybe_text("userPoolId")?, read.maybe_text("clientId")?);
    let is_of_another = pool_id.is_some_and(|id| id != pool.id().to_string())
        || client_id.is_some_and(|id| id != pool.client_id().as_str());
    if read.count("version")? != VERSION || is_of_another {
        return Ok(None);
    }
    let refresh_token = read.secret("refreshToken")?;
    if !is_token(&refresh_token) {
        return Ok(None);
    }
    let session = Session {
        id: read.text("id")?,
        id_token: IdToken::parse(read.secret("idToken")?)?,
        access_token: AccessToken::parse(read.secret("accessToken")?)?,
        refresh_token: RefreshToken::new(refresh_token),
        device_key: read.maybe_text("deviceKey")?,
        device_task: read.maybe_text("deviceTask")?.as_deref().and_then(DeviceTask::from_code),
        refresh_operation: read
            .maybe_text("refreshOperation")?
            .as_deref()
            .and_then(RefreshOperation::from_code),
    };
    session.of_one_person().map(Some)
}
