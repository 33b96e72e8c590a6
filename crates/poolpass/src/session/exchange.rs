//! Exchanges a refresh token for new tokens, by one of two operations.

use super::{Session, SessionEndReason};
use crate::error::{Error, ErrorKind};
use crate::user_pool::{AuthenticationResult, ClientMetadata, DeviceIds, UserPool, is_unknown_device};

/// The operation that refreshes a session.
///
/// App clients with refresh token rotation accept only `GetTokensFromRefreshToken`. Without rotation AWS accepts both, but some other
/// servers have only `REFRESH_TOKEN_AUTH`. By default Poolpass finds out at the first refresh, and stores the answer with the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshOperation {
    /// GetTokensFromRefreshToken: works with and without rotation.
    GetTokensFromRefreshToken,
    /// InitiateAuth with the flow REFRESH_TOKEN_AUTH: works without rotation.
    RefreshTokenAuth,
}

impl RefreshOperation {
    const ALL: [Self; 2] = [Self::GetTokensFromRefreshToken, Self::RefreshTokenAuth];

    fn other(self) -> Self {
        match self {
            Self::GetTokensFromRefreshToken => Self::RefreshTokenAuth,
            Self::RefreshTokenAuth => Self::GetTokensFromRefreshToken,
        }
    }

    /// The operation's name, which is the same in JavaScript and in a stored session: `getTokensFromRefreshToken` or
    /// `refreshTokenAuth`.
    pub fn code(self) -> &'static str {
        match self {
            Self::GetTokensFromRefreshToken => "getTokensFromRefreshToken",
            Self::RefreshTokenAuth => "refreshTokenAuth",
        }
    }

    /// The operation with this [`code`](Self::code).
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.code() == code)
    }
}

/// The client's settings for refreshes.
#[derive(Clone, Debug, Default)]
pub(crate) struct RefreshSettings {
    /// `None` to find out.
    pub(crate) operation: Option<RefreshOperation>,
    pub(crate) client_metadata: ClientMetadata,
}

/// Gets new tokens for `session`, and the ids of a new device if AWS names one.
pub(super) async fn exchange(
    pool: &UserPool,
    settings: &RefreshSettings,
    session: &Session,
) -> Result<(Session, Option<DeviceIds>), Error> {
    let (result, operation) = match settings.operation {
        Some(operation) => (ask(pool, settings, session, operation).await?, operation),
        None => find_out(pool, settings, session).await?,
    };
    let new_device = result.new_device.clone();
    Ok((session.renewed(result, operation)?, new_device))
}

/// Calls the operation that has worked before, or else GetTokensFromRefreshToken, which works for every app client of AWS.
///
/// An operation that has worked before is trusted, unless it has been switched off: the app client's rotation setting, which can
/// change, decides which operation it accepts.
///
/// A server that lacks an operation may say so in any words, or refuse the token with the words that AWS has for a dead one. So the
/// other operation is tried after every refusal that would be the same another time; only words that say for certain how the session
/// ended, or that the app has made a mistake, are final at once. A mere refusal ends a session for which the operation has never worked
/// only if the other operation refuses too.
async fn find_out(
    pool: &UserPool,
    settings: &RefreshSettings,
    session: &Session,
) -> Result<(AuthenticationResult, RefreshOperation), Error> {
    let has_worked = session.refresh_operation.is_some();
    let first = session.refresh_operation.unwrap_or(RefreshOperation::GetTokensFromRefreshToken);
    let refusal = match ask(pool, settings, session, first).await {
        Ok(result) => return Ok((result, first)),
        Err(refusal) => refusal,
    };
    let reason = SessionEndReason::of(&refusal);
    let is_certain = reason.is_some_and(|reason| reason != SessionEndReason::Refused);
    let is_unsupported = !is_certain && is_unsupported(&refusal);
    let is_final = is_certain || is_passing(&refusal) || is_app_s_mistake(&refusal) || has_worked;
    if is_final && !is_unsupported {
        return Err(refusal);
    }
    let second = first.other();
    match ask(pool, settings, session, second).await {
        Ok(result) => Ok((result, second)),
        Err(other) if is_unsupported => Err(other),
        // The first refusal is not about the token, so the second alone does not end the session.
        Err(_) if reason.is_none() => Err(refusal),
        // The app client does not allow the flow: the first refusal is final.
        Err(other) if SessionEndReason::of(&other).is_none() && !is_passing(&other) => Err(refusal),
        Err(other) => Err(other),
    }
}

async fn ask(
    pool: &UserPool,
    settings: &RefreshSettings,
    session: &Session,
    operation: RefreshOperation,
) -> Result<AuthenticationResult, Error> {
    let refresh_token = session.refresh_token.expose();
    let metadata = &settings.client_metadata;
    let ask = |device_key| match operation {
        RefreshOperation::GetTokensFromRefreshToken => {
            pool.get_tokens_from_refresh_token(refresh_token, device_key, metadata)
        }
        RefreshOperation::RefreshTokenAuth => {
            pool.refresh_token_auth(refresh_token, session.id_token.username(), device_key, metadata)
        }
    };
    let device_key = session.device_key();
    match ask(device_key).await {
        // AWS may go on without the device, or else says that the session is over.
        Err(error) if device_key.is_some() && is_unknown_device(&error) => ask(None).await,
        outcome => outcome,
    }
}

/// Whether the server lacks the operation, or a part of it (some ignore the client secret that the operation sends), or the app client
/// does not allow it.
fn is_unsupported(error: &Error) -> bool {
    const CODES: [&str; 6] = [
        "unknownoperation",
        "unsupported",
        "notimplemented",
        "invalidaction",
        "unknownaction",
        "notsupported",
    ];
    const MESSAGES: [&str; 7] = [
        "not implemented",
        "not yet implemented",
        "unsupported operation",
        "unknown operation",
        "was not received",
        "flow not enabled",
        "rotation",
    ];
    let says = |text: &str, words: &[&str]| {
        let text = text.to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    error.aws_code().is_some_and(|code| says(code, &CODES))
        || says(error.message(), &MESSAGES)
        || matches!(error.http_status(), Some(404 | 405 | 501))
}

/// Whether the app has a wrong client secret: both operations would say so.
fn is_app_s_mistake(error: &Error) -> bool {
    error.message().contains("secret hash")
}

/// The error says nothing about the session: another attempt may get another answer.
fn is_passing(error: &Error) -> bool {
    error.kind().is_transient()
        || matches!(
            error.kind(),
            ErrorKind::TooManyAttempts
                | ErrorKind::InvalidResponse
                | ErrorKind::Cancelled
                | ErrorKind::Platform
        )
}
