//! What sign-in and the session hand out.

use futures_util::StreamExt;
use js_sys::{Function, JSON};
use poolpass::{
    AccessToken, Claims, Credentials, EndReason, Events, IdToken, SessionEvent, SignIn, SignedInUser,
};
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::challenge::JsChallenge;
use crate::values::{date, dictionary, list, maybe, object};

/// A user, or the challenge that has to be answered first.
pub(crate) fn step(step: SignIn) -> JsValue {
    match step {
        SignIn::Done(signed_in) => user(&signed_in),
        SignIn::Challenge(challenge) => JsChallenge::new(challenge).into(),
    }
}

pub(crate) fn user(user: &SignedInUser) -> JsValue {
    object(&[
        ("username", user.username().into()),
        ("sub", user.sub().into()),
        ("email", maybe(user.email())),
        ("groups", list(user.groups())),
        ("claims", claims(user.claims())),
    ])
    .into()
}

pub(crate) fn id_token(token: &IdToken) -> JsValue {
    token_of(token.expose(), token.expires_at(), token.claims())
}

pub(crate) fn access_token(token: &AccessToken) -> JsValue {
    token_of(token.expose(), token.expires_at(), token.claims())
}

/// As the AWS SDK for JavaScript has them.
pub(crate) fn credentials(credentials: &Credentials, identity_id: &str) -> JsValue {
    object(&[
        ("accessKeyId", credentials.access_key_id().into()),
        ("secretAccessKey", credentials.secret_access_key().into()),
        ("sessionToken", maybe(credentials.session_token())),
        ("expiration", maybe(credentials.expiration().map(date))),
        ("identityId", identity_id.into()),
    ])
    .into()
}

/// Calls `listener` with every event until the client is gone.
pub(crate) fn forward(mut events: Events, listener: Function) {
    spawn_local(async move {
        while let Some(event) = events.next().await {
            // What a listener throws is the app's affair: `js/` reports it.
            let _ = listener.call1(&JsValue::UNDEFINED, &event_object(&event));
        }
    });
}

fn token_of(raw: &str, expires_at: std::time::SystemTime, its: &Claims) -> JsValue {
    object(&[("raw", raw.into()), ("expiresAt", date(expires_at)), ("claims", claims(its))]).into()
}

fn claims(claims: &Claims) -> JsValue {
    // What serde_json writes is JSON.
    let parsed = |value: &Value| JSON::parse(&value.to_string()).unwrap_or(JsValue::UNDEFINED);
    dictionary(claims.iter().map(|(name, value)| (name, parsed(value))))
}

fn event_object(event: &SessionEvent) -> JsValue {
    let (kind, reason) = match event {
        SessionEvent::SignedIn => ("signedIn", None),
        SessionEvent::Refreshed => ("refreshed", None),
        SessionEvent::SignedOut => ("signedOut", None),
        SessionEvent::SessionEnded { reason } => ("sessionEnded", Some(reason_name(*reason))),
        _ => ("unknown", None),
    };
    object(&[("kind", kind.into()), ("reason", maybe(reason))]).into()
}

fn reason_name(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Revoked => "revoked",
        EndReason::Expired => "expired",
        EndReason::Reused => "reused",
        EndReason::UserDisabled => "userDisabled",
        EndReason::UserDeleted => "userDeleted",
        EndReason::PasswordResetRequired => "passwordResetRequired",
        EndReason::UserNotConfirmed => "userNotConfirmed",
        EndReason::SignedOutElsewhere => "signedOutElsewhere",
        _ => "refused",
    }
}
