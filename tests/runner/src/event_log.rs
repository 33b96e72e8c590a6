//! Collects the SDK's diagnostics while a scenario runs, to compare them with the secrets of that scenario.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail, ensure};
use bytes::Bytes;
use futures_util::TryStreamExt;
use poolpass::platform::{Body, Request, Response};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Events of this target are secrets: they reach the log of the scenario that plays on the same threads.
const SECRET: &str = "secret";

/// Shorter texts stand in harmless ones by chance.
const SHORTEST_SECRET: usize = 6;

/// The members of Cognito's requests and answers that are no secrets.
const HARMLESS: &[&str] = &[
    "AccessKeyId",
    "AttributeName",
    "AuthFlow",
    "ChallengeName",
    "ClientId",
    "DeliveryMedium",
    "Destination",
    "FriendlyDeviceName",
    "IdentityId",
    "IdentityPoolId",
    "Message",
    "Name",
    "Status",
    "TIMESTAMP",
    "TokenType",
    "USERNAME",
    "USER_ID_FOR_SRP",
    "UserPoolId",
    "UserSub",
    "Username",
    "__type",
    "message",
];

/// All events and spans of the SDK, with all their fields, and all secrets that went over the wire meanwhile. Clones share everything.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    lines: Arc<Mutex<Vec<String>>>,
    secrets: Arc<Mutex<BTreeSet<String>>>,
    /// A secret went over the wire, so that there has to be an event.
    was_used: Arc<AtomicBool>,
}

impl EventLog {
    /// Adds a secret that no event may show.
    pub fn add_secret(&self, secret: &str) {
        if secret.len() >= SHORTEST_SECRET {
            lock(&self.secrets).insert(secret.to_owned());
        }
    }

    /// Checks that no event shows a secret.
    ///
    /// # Errors
    ///
    /// Names the event that shows one, or says that there was no event although something was sent.
    pub fn check(&self) -> Result<()> {
        let lines = lock(&self.lines);
        let is_silent = lines.is_empty() && self.was_used.load(Ordering::Relaxed);
        ensure!(!is_silent, "the SDK has reported nothing");
        for secret in &*lock(&self.secrets) {
            if let Some(line) = lines.iter().find(|line| line.contains(secret)) {
                bail!("an event shows the secret {secret:?}: {line}");
            }
        }
        Ok(())
    }

    /// The events so far: their level, message and fields.
    pub fn lines(&self) -> Vec<String> {
        lock(&self.lines).clone()
    }

    fn record(&self, line: String) {
        lock(&self.lines).push(line);
    }
}

impl Subscriber for EventLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("poolpass") || metadata.target() == SECRET
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        self.record(fields.0);
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        Self::record(self, fields.0);
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if event.metadata().target() == SECRET {
            self.add_secret(fields.0.trim_start_matches(" text="));
            self.was_used.store(true, Ordering::Relaxed);
        } else {
            Self::record(self, format!("{}{}", event.metadata().level(), fields.0));
        }
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// The fields of an event as text.
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push_str(&format!(" {}={value}", field.name()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

/// Tells the log of the scenario a secret.
pub(crate) fn tell_secret(text: &str) {
    tracing::event!(target: "secret", tracing::Level::ERROR, text);
}

/// Tells the log the secrets of a request.
pub(crate) fn tell_secrets_of(request: &Request) {
    for name in ["authorization", "x-amz-security-token"] {
        let Some(value) = request.headers().get(name).and_then(|value| value.to_str().ok()) else { continue };
        tell_secret(value);
        if let Some((_, signature)) = value.rsplit_once("Signature=") {
            tell_secret(signature);
        }
    }
    if is_of_cognito(request) {
        tell_members(request.body());
    }
}

/// The answer, whose secrets the log is told as they arrive.
pub(crate) fn overheard(response: Response) -> Response {
    response.map(|body| {
        let seen = Mutex::new(Vec::new());
        Body::from_stream(body.inspect_ok(move |piece: &Bytes| {
            let mut seen = lock(&seen);
            seen.extend_from_slice(piece);
            tell_members(&seen);
        }))
    })
}

pub(crate) fn is_of_cognito(request: &Request) -> bool {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    target.is_some_and(|target| target.starts_with("AWSCognito"))
}

fn tell_members(json: &[u8]) {
    if let Ok(value) = serde_json::from_slice(json) {
        tell_value("", &value);
    }
}

fn tell_value(name: &str, value: &Value) {
    match value {
        Value::String(text) if !HARMLESS.contains(&name) => tell_secret(text),
        Value::Array(values) => values.iter().for_each(|value| tell_value(name, value)),
        Value::Object(members) => members.iter().for_each(|(name, value)| tell_value(name, value)),
        _ => {}
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_an_event_is_found() {
        let log = EventLog::default();
        log.check().unwrap();
        tracing::subscriber::with_default(log.clone(), || tell_secret("eyJ.token.of-ada"));
        let silent = log.check().unwrap_err().to_string();
        assert!(silent.contains("nothing"), "{silent}");
        tracing::subscriber::with_default(log.clone(), || {
            tracing::event!(target: "poolpass", tracing::Level::INFO, operation = Some("GetUser"), "request succeeded");
            tracing::event!(target: "hyper", tracing::Level::INFO, "eyJ.token.of-ada");
        });
        log.check().unwrap();
        tracing::subscriber::with_default(log.clone(), || {
            tracing::event!(target: "poolpass", tracing::Level::INFO, request_id = Some("x-eyJ.token.of-ada-x"), "m");
        });
        let found = log.check().unwrap_err().to_string();
        assert!(found.contains("request_id=x-eyJ.token.of-ada-x"), "{found}");
    }
}
