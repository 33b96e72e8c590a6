//! The changes of the session.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;

use crate::call::{Cancel, CancelHandle, call};
use crate::error::PoolpassError;

/// A change of the session.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
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

impl From<poolpass::SessionEndReason> for SessionEndReason {
    fn from(reason: poolpass::SessionEndReason) -> Self {
        use poolpass::SessionEndReason as Reason;

        match reason {
            Reason::Revoked => Self::Revoked,
            Reason::Expired => Self::Expired,
            Reason::Reused => Self::Reused,
            Reason::UserDisabled => Self::UserDisabled,
            Reason::UserDeleted => Self::UserDeleted,
            Reason::PasswordResetRequired => Self::PasswordResetRequired,
            Reason::UserNotConfirmed => Self::UserNotConfirmed,
            Reason::SignedOutElsewhere => Self::SignedOutElsewhere,
            _ => Self::Refused,
        }
    }
}

/// A stream of the events of one client, from the moment of subscribing. It ends when the client is dropped.
#[derive(Debug, uniffi::Object)]
pub struct Events {
    stream: Arc<Mutex<Option<poolpass::Events>>>,
    cancel: Cancel,
}

impl Events {
    pub(crate) fn new(stream: poolpass::Events) -> Arc<Self> {
        Arc::new(Self { stream: Arc::new(Mutex::new(Some(stream))), cancel: Cancel::default() })
    }
}

#[uniffi::export]
impl Events {
    /// The same events whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { stream: Arc::clone(&self.stream), cancel: handle.cancel_of() })
    }

    /// Waits for the next event; none when the client is dropped. One call at a time.
    pub async fn next(&self) -> Result<Option<SessionEvent>, PoolpassError> {
        let Some(stream) = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(None);
        };
        // A call that is cancelled puts the stream back, so that nothing is missed.
        let mut stream = ReturnedStream { stream: Some(stream), owner: Arc::clone(&self.stream) };
        call(&self.cancel, async move {
            while let Some(event) = stream.next().await {
                if let Some(event) = mirrored(&event) {
                    return Ok(Some(event));
                }
            }
            Ok(None)
        })
        .await
    }
}

/// A stream that returns to its owner when a call ends or is cancelled.
struct ReturnedStream {
    stream: Option<poolpass::Events>,
    owner: Arc<Mutex<Option<poolpass::Events>>>,
}

impl ReturnedStream {
    async fn next(&mut self) -> Option<poolpass::SessionEvent> {
        self.stream.as_mut()?.next().await
    }
}

impl Drop for ReturnedStream {
    fn drop(&mut self) {
        *self.owner.lock().unwrap_or_else(PoisonError::into_inner) = self.stream.take();
    }
}

fn mirrored(event: &poolpass::SessionEvent) -> Option<SessionEvent> {
    use poolpass::SessionEvent as Event;

    Some(match event {
        Event::SignedIn => SessionEvent::SignedIn,
        Event::Refreshed => SessionEvent::Refreshed,
        Event::SignedOut => SessionEvent::SignedOut,
        Event::SessionEnded { reason } => SessionEvent::SessionEnded { reason: (*reason).into() },
        Event::IdentityChanged { from, to } => {
            SessionEvent::IdentityChanged { from: from.clone(), to: to.clone() }
        }
        _ => return None,
    })
}
