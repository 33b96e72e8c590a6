//! The session as it is stored.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{AccessToken, IdToken, RefreshOperation, RefreshToken, Session};
use crate::error::{Error, ErrorKind};

/// The version of the format. What a later version has written is not understood, and left alone until someone signs in.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    version: u32,
    id: &'a str,
    id_token: &'a str,
    access_token: &'a str,
    refresh_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_operation: Option<RefreshOperation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    version: u32,
    id: String,
    id_token: SecretString,
    access_token: SecretString,
    refresh_token: SecretString,
    device_key: Option<String>,
    refresh_operation: Option<RefreshOperation>,
}

pub(super) fn write(session: &Session) -> Result<SecretString, Error> {
    let written = Written {
        version: VERSION,
        id: &session.id,
        id_token: session.id_token.expose(),
        access_token: session.access_token.expose(),
        refresh_token: session.refresh_token.expose(),
        device_key: session.device_key.as_deref(),
        refresh_operation: session.refresh_operation,
    };
    let json = serde_json::to_string(&written);
    json.map(SecretString::from).map_err(|error| Error::new(ErrorKind::Store, error.to_string()))
}

/// `None` where the value is not a session of this version: then nobody is signed in.
pub(super) fn read(value: &SecretString) -> Option<Session> {
    let read: Read = serde_json::from_str(value.expose_secret()).ok()?;
    if read.version != VERSION {
        return None;
    }
    Some(Session {
        id: read.id,
        id_token: IdToken::parse(read.id_token).ok()?,
        access_token: AccessToken::parse(read.access_token).ok()?,
        refresh_token: RefreshToken::new(read.refresh_token),
        device_key: read.device_key,
        refresh_operation: read.refresh_operation,
    })
}
