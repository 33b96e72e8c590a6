//! Where the person is signed in.

use std::fmt;
use std::future::IntoFuture;
use std::time::SystemTime;

use super::Account;
use super::list::{AccountList, Source};
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::platform::BoxFuture;
use crate::user_pool::Call;

/// A session of the signed-in person, here or elsewhere.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserSession {
    /// The session's id, such as `tkn4x…`, for [`Account::revoke_session`].
    pub id: String,
    /// AWS's name for the type: `TOKEN` for the session of an app, `SSO` for one of managed login in a browser.
    pub session_type: Option<String>,
    /// The app client that the session belongs to.
    pub client_id: Option<String>,
    /// The time of the sign-in.
    pub created: Option<SystemTime>,
    /// The time of the last refresh.
    pub last_active: Option<SystemTime>,
    /// The device of the last refresh as Cognito reads it from the user agent: an operating system, and a browser or an app.
    pub device_type: Option<String>,
    /// The IP address of the last refresh.
    pub last_ip_address: Option<String>,
    /// The city that Cognito derives from the IP address.
    pub city: Option<String>,
    /// The country that Cognito derives from the IP address, in English.
    pub country: Option<String>,
    /// The session of managed login that this session comes from.
    pub origin_session_id: Option<String>,
    /// Whether it is the session of this client.
    pub is_current: bool,
}

impl Account {
    /// Lists the sessions of the signed-in person, here and elsewhere (ListUserSessions).
    ///
    /// The user pool has to track sessions. The list is eventually consistent: a new session appears within a few seconds.
    ///
    /// Each page takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `OperationNotEnabled` if the user pool does not track sessions, `SignedOut`, `SessionEnded`. A page size is `InvalidInput`, since
    /// AWS chooses it.
    pub fn sessions(&self) -> AccountList<UserSession> {
        static SESSIONS: Source<UserSession> = Source {
            operation: "ListUserSessions",
            items: "Sessions",
            token: "NextToken",
            page_size: None,
            read: UserSession::read,
        };
        AccountList::new(self, &SESSIONS)
    }

    /// Ends another session of the signed-in person (RevokeUserSession): its refresh token and its access tokens stop working. The
    /// client that has it learns that at its next refresh.
    ///
    /// [`Client::sign_out`](crate::Client::sign_out) ends this client's own session.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `OperationNotEnabled` if the user pool does not track sessions, `NotFound` if there is no such session, `Aws` with the code
    /// `InvalidParameterException` for the session of this client, `SignedOut`, `SessionEnded`. `InvalidInput` for an empty id.
    pub fn revoke_session(&self, id: impl Into<String>) -> RevokeSession {
        RevokeSession { account: self.clone(), id: id.into(), associated: false }
    }
}

/// A call of [`Account::revoke_session`]. Awaiting it sends the request.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct RevokeSession {
    account: Account,
    id: String,
    associated: bool,
}

impl RevokeSession {
    /// Whether the session of managed login that it comes from ends too; for a session of managed login, those that come from it.
    /// Default: false.
    pub fn associated(mut self, associated: bool) -> Self {
        self.associated = associated;
        self
    }
}

impl IntoFuture for RevokeSession {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let id = input::not_empty(&self.id, "the session id is empty")?;
            self.account.signed_in(Call::revoke_user_session(id, self.associated)).await.map(drop)
        })
    }
}

impl UserSession {
    fn read(mut session: Object) -> Result<Self, Error> {
        let mut location = session.maybe_object("LastLocation")?.unwrap_or_default();
        Ok(Self {
            id: session.text("SessionId")?,
            session_type: session.maybe_text("SessionType")?,
            client_id: session.maybe_text("ClientId")?,
            created: session.maybe_time("CreateDate")?,
            last_active: session.maybe_time("LastActiveDate")?,
            device_type: session.maybe_text("DeviceType")?,
            last_ip_address: session.maybe_text("LastIPAddress")?,
            city: location.maybe_text("City")?,
            country: location.maybe_text("Country")?,
            origin_session_id: session.maybe_text("OriginSessionId")?,
            is_current: session.flag("IsCurrentSession")?,
        })
    }
}

/// Leaves out where the person was: that is personal data.
impl fmt::Debug for UserSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSession")
            .field("id", &self.id)
            .field("is_current", &self.is_current)
            .finish_non_exhaustive()
    }
}
