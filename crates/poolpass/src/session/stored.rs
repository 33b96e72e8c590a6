//! The session as it is stored.

use secrecy::{ExposeSecret, SecretString};

use super::{AccessToken, IdToken, RefreshOperation, RefreshToken, Session};
use crate::error::Error;
use crate::json::Object;

/// The version of the format; a session of another version is as good as none.
const VERSION: u64 = 1;

pub(super) fn write(session: &Session) -> SecretString {
    Object::new()
        .with("version", VERSION)
        .with("id", session.id.as_str())
        .with("idToken", session.id_token.expose())
        .with("accessToken", session.access_token.expose())
        .with("refreshToken", session.refresh_token.expose())
        .maybe("deviceKey", session.device_key.as_deref())
        .maybe("refreshOperation", session.refresh_operation.map(RefreshOperation::name))
        .to_secret()
}

/// `None` for what this version cannot have written.
pub(super) fn read(value: &SecretString) -> Option<Session> {
    parse(value).ok().flatten()
}

fn parse(value: &SecretString) -> Result<Option<Session>, Error> {
    let mut read = Object::parse(value.expose_secret().as_bytes())?;
    if read.count("version")? != VERSION {
        return Ok(None);
    }
    let session = Session {
        id: read.text("id")?,
        id_token: IdToken::parse(read.secret("idToken")?)?,
        access_token: AccessToken::parse(read.secret("accessToken")?)?,
        refresh_token: RefreshToken::new(read.secret("refreshToken")?),
        device_key: read.maybe_text("deviceKey")?,
        refresh_operation: read.maybe_text("refreshOperation")?.as_deref().and_then(RefreshOperation::named),
    };
    session.of_one_person().map(Some)
}
