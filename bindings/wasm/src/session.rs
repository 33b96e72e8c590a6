//! The session in JavaScript: who is signed in, tokens, credentials and events.

use futures_util::StreamExt;
use js_sys::{Function, JSON};
use poolpass::{
    AccessToken, Claims, Credentials, DeviceTokens, Events, IdToken, SessionEvent, SessionTokens, SignInStep,
    User,
};
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::challenge::JsChallenge;
use crate::error::Exception;
use crate::values::{Options, date, dictionary, list, maybe, object};

/// A user, or the challenge that has to be answered first.
pub(crate) fn step(step: SignInStep) -> JsValue {
    match step {
        SignInStep::Done(signed_in) => user(&signed_in),
        SignInStep::Challenge(challenge) => JsChallenge::new(challenge).into(),
    }
}

pub(crate) fn user(user: &User) -> JsValue {
    object(&[
        ("username", user.username().into()),
        ("sub", user.sub().into()),
        ("email", maybe(user.email())),
        ("groups", list(user.groups())),
        ("acr", maybe(user.acr())),
        ("amr", list(user.amr())),
        ("authTime", maybe(user.auth_time().map(date))),
        ("deviceConfirmationNecessary", user.device_confirmation_necessary().into()),
        ("claims", claims(user.claims())),
    ])
    .into()
}

/// The tokens that JavaScript hands in.
pub(crate) fn tokens(input: &Options) -> Result<SessionTokens, Exception> {
    let token = |name| input.needed(name);
    let tokens = SessionTokens::new(token("idToken")?, token("accessToken")?, token("refreshToken")?);
    let Some(device) = input.options("device")? else { return Ok(tokens) };
    let (key, group_key) = (device.needed("key")?, device.needed("groupKey")?);
    Ok(tokens.device(DeviceTokens::new(key, group_key, device.needed("password")?)))
}

pub(crate) fn tokens_object(tokens: &SessionTokens) -> JsValue {
    let device = tokens.device_tokens().map(|device| {
        object(&[
            ("key", device.key().into()),
            ("groupKey", device.group_key().into()),
            ("password", device.password().into()),
        ])
    });
    object(&[
        ("idToken", tokens.id_token().into()),
        ("accessToken", tokens.access_token().into()),
        ("refreshToken", tokens.refresh_token().into()),
        ("device", maybe(device)),
    ])
    .into()
}

pub(crate) fn id_token(token: &IdToken) -> JsValue {
    token_object(token.jwt(), token.expires_at(), token.claims())
}

pub(crate) fn access_token(token: &AccessToken) -> JsValue {
    token_object(token.jwt(), token.expires_at(), token.claims())
}

/// Credentials in the form of the AWS SDK for JavaScript.
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
            // `js/` reports what a listener throws.
            let _ = listener.call1(&JsValue::UNDEFINED, &event_object(&event));
        }
    });
}

fn token_object(jwt: &str, expires_at: std::time::SystemTime, its: &Claims) -> JsValue {
    object(&[("jwt", jwt.into()), ("expiresAt", date(expires_at)), ("claims", claims(its))]).into()
}

fn claims(claims: &Claims) -> JsValue {
    // serde_json writes valid JSON.
    let parsed = |value: &Value| JSON::parse(&value.to_string()).unwrap_or(JsValue::UNDEFINED);
    dictionary(claims.iter().map(|(name, value)| (name, parsed(value))))
}

fn event_object(event: &SessionEvent) -> JsValue {
    let kind = ("kind", event.code().into());
    match event {
        SessionEvent::SessionEnded { reason } => object(&[kind, ("reason", reason.code().into())]),
        SessionEvent::IdentityChanged { from, to } => {
            object(&[kind, ("from", from.into()), ("to", to.into())])
        }
        _ => object(&[kind]),
    }
    .into()
}
