//! A stream of the changes of a session.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::Stream;

use crate::error::Error;

/// A change of the session.
///
/// A client notices changes by another process that shares the store when it next reads the store: in
/// [`Client::current_user`](crate::Client::current_user), and when a refresh is due.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEvent {
    /// Somebody signed in, here or in another process that shares the store.
    SignedIn,
    /// The session has new tokens.
    Refreshed,
    /// The session ended although nobody signed out here. Show the sign-in page.
    SessionEnded {
        /// Why the session ended.
        reason: SessionEndReason,
    },
    /// The person signed out here, or deleted their account.
    SignedOut,
    /// The identity id in the identity pool is another one: a guest turned out to have an identity already, AWS has merged two
    /// identities, or somebody else has signed in. Data that belongs to the old identity id is out of reach.
    IdentityChanged {
        /// The identity id until now.
        from: String,
        /// The identity id from now on.
        to: String,
    },
}

/// The reason why a session ended.
///
/// Nothing else ends a session: network failures, throttling, HTTP 5xx and malformed answers never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEndReason {
    /// The refresh token was revoked: signed out on another device or everywhere, or ended because the user is signed in too often.
    Revoked,
    /// The refresh token is older than the app client allows.
    Expired,
    /// A refresh token was used again after its rotation. Somebody may have stolen it.
    Reused,
    /// The user was disabled.
    UserDisabled,
    /// The user was deleted.
    UserDeleted,
    /// The password must be reset first.
    PasswordResetRequired,
    /// The user is no longer confirmed.
    UserNotConfirmed,
    /// Another process that shares the store signed out, or its session ended.
    SignedOutElsewhere,
    /// AWS refused the refresh token without a reason.
    Refused,
}

impl SessionEvent {
    /// The event's name, which is the same in every language, such as `signedIn`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignedIn => "signedIn",
            Self::Refreshed => "refreshed",
            Self::SessionEnded { .. } => "sessionEnded",
            Self::SignedOut => "signedOut",
            Self::IdentityChanged { .. } => "identityChanged",
        }
    }
}

impl SessionEndReason {
    /// The reason's name, which is the same in every language, such as `userDisabled`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Reused => "reused",
            Self::UserDisabled => "userDisabled",
            Self::UserDeleted => "userDeleted",
            Self::PasswordResetRequired => "passwordResetRequired",
            Self::UserNotConfirmed => "userNotConfirmed",
            Self::SignedOutElsewhere => "signedOutElsewhere",
            Self::Refused => "refused",
        }
    }

    /// The reason for which an answer to a refresh ends the session; `None` where it does not.
    pub(super) fn of(error: &Error) -> Option<Self> {
        // A failing server says nothing about the session, whatever its code.
        if error.http_status().is_some_and(|status| status >= 500) {
            return None;
        }
        match error.aws_code()? {
            "RefreshTokenReuseException" => Some(Self::Reused),
            "UserNotFoundException" => Some(Self::UserDeleted),
            "PasswordResetRequiredException" => Some(Self::PasswordResetRequired),
            "UserNotConfirmedException" => Some(Self::UserNotConfirmed),
            "NotAuthorizedException" => Self::of_refused_token(error),
            _ => None,
        }
    }

    /// Cognito has one code for a refused token and for much else: the app client's secret and flows, the user pool's settings,
    /// firewalls, too many attempts. Only words about the token or the user end the session.
    fn of_refused_token(error: &Error) -> Option<Self> {
        const TOKEN: [&str; 5] =
            ["refresh token", "refreshtoken", "refresh_token", "access token", "token has "];
        const SETTINGS: [&str; 7] =
            ["secret", "flow", "rotation", "enabled", "supported", "scope", "allowed"];

        let message = error.message().to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if says(&["user"]) && !says(&["user pool", "userpool", "client"]) {
            if says(&["disabled"]) {
                return Some(Self::UserDisabled);
            }
            if says(&["does not exist", "not found"]) {
                return Some(Self::UserDeleted);
            }
        }
        match says(&TOKEN) {
            true if says(&["revoked"]) => Some(Self::Revoked),
            true if says(&["expired"]) => Some(Self::Expired),
            true if !says(&SETTINGS) => Some(Self::Refused),
            _ => None,
        }
    }
}

/// A stream of the events of one client, from the moment of subscribing. It ends when the client is dropped.
#[derive(Debug)]
pub struct Events(UnboundedReceiver<SessionEvent>);

impl Stream for Events {
    type Item = SessionEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<SessionEvent>> {
        Pin::new(&mut self.0).poll_next(context)
    }
}

/// Sends each event to every listener.
#[derive(Debug, Default)]
pub(super) struct EventHub(Mutex<Vec<UnboundedSender<SessionEvent>>>);

impl EventHub {
    pub(super) fn subscribe(&self) -> Events {
        let (sender, receiver) = unbounded();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        Events(receiver)
    }

    pub(super) fn publish(&self, event: &SessionEvent) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.unbounded_send(event.clone()).is_ok());
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;
    use crate::error::{AwsRefusal, ErrorKind};

    fn refusal(http_status: u16, code: &str, message: &str) -> Error {
        Error::from_aws(AwsRefusal {
            http_status,
            aws_code: Some(code.to_owned()),
            message: Some(message.to_owned()),
            request_id: None,
            ..AwsRefusal::default()
        })
    }

    #[test]
    fn only_answers_about_the_session_end_it() {
        let reason = |code, message| SessionEndReason::of(&refusal(400, code, message));
        assert_eq!(
            reason("NotAuthorizedException", "Refresh Token has been revoked"),
            Some(SessionEndReason::Revoked)
        );
        assert_eq!(
            reason("NotAuthorizedException", "Refresh Token has expired"),
            Some(SessionEndReason::Expired)
        );
        assert_eq!(
            reason("NotAuthorizedException", "User is disabled."),
            Some(SessionEndReason::UserDisabled)
        );
        assert_eq!(
            reason("NotAuthorizedException", "Invalid Refresh Token"),
            Some(SessionEndReason::Refused)
        );
        assert_eq!(reason("RefreshTokenReuseException", "reused"), Some(SessionEndReason::Reused));
        assert_eq!(reason("UserNotFoundException", "gone"), Some(SessionEndReason::UserDeleted));

        assert_eq!(reason("NotAuthorizedException", "Unable to verify secret hash for client 1a2b"), None);
        assert_eq!(reason("NotAuthorizedException", "Password attempts exceeded"), None);
        assert_eq!(reason("TooManyRequestsException", "Rate exceeded"), None);
        assert_eq!(reason("ResourceNotFoundException", "User pool client 1a2b does not exist."), None);
        assert_eq!(reason("UserLambdaValidationException", "no"), None);
        assert_eq!(SessionEndReason::of(&refusal(500, "InternalErrorException", "oops")), None);
        assert_eq!(
            SessionEndReason::of(&refusal(403, "ForbiddenException", "blocked by the firewall")),
            None
        );
        assert_eq!(SessionEndReason::of(&Error::invalid_response("a page of a hotel")), None);
        assert_eq!(SessionEndReason::of(&Error::new(ErrorKind::Network, "reset")), None);
    }

    #[tokio::test]
    async fn every_listener_hears_every_event_until_the_hub_is_gone() {
        let hub = EventHub::default();
        let (first, second) = (hub.subscribe(), hub.subscribe());
        drop(hub.subscribe());
        hub.publish(&SessionEvent::SignedIn);
        hub.publish(&SessionEvent::SignedOut);
        drop(hub);
        let expected = [SessionEvent::SignedIn, SessionEvent::SignedOut];
        assert_eq!(first.collect::<Vec<_>>().await, expected);
        assert_eq!(second.collect::<Vec<_>>().await, expected);
    }
}
