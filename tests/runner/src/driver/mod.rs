//! One client of the SDK, driven by the names of operations.

mod account;
mod api;
mod items;
mod logins;
mod objects;
mod passkeys;
mod redirect;
mod session;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};
use futures_util::{FutureExt, StreamExt};
use poolpass::platform::{Clock, MemoryStore};
use poolpass::{Challenge, Client, Config, DeviceFingerprint, Error, Events, PasskeyRegistration};
use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::http;
use crate::scenario::ClientSpec;
use crate::verifying_transport::VerifyingTransport;

use self::passkeys::Authenticators;

pub(crate) use items::item_json;

/// The SDK's result: a value, or its error. The outer error is the scenario's own mistake.
pub(crate) type Outcome = Result<Result<Value, Error>>;

/// One client with its store, as one process or tab has it.
#[derive(Debug)]
pub(crate) struct Driver {
    config: String,
    store: MemoryStore,
    spec: ClientSpec,
    /// The person's authenticators, which outlive the app.
    authenticators: Mutex<Authenticators>,
    running: Mutex<Running>,
}

/// State that a restart loses.
#[derive(Debug)]
struct Running {
    client: Client,
    events: Events,
    challenge: Option<Challenge>,
    registration: Option<PasskeyRegistration>,
}

impl Driver {
    /// A client for `config` as the scenario describes it.
    ///
    /// # Errors
    ///
    /// If the configuration is refused.
    pub(crate) fn new(config: &Value, store: MemoryStore, spec: ClientSpec) -> Result<Self> {
        let config = config.to_string();
        let running = Running::start(&config, &store, &spec)?;
        Ok(Self { config, store, spec, authenticators: Mutex::default(), running: Mutex::new(running) })
    }

    /// Performs one operation of `tests/scenarios/README.md`.
    ///
    /// # Errors
    ///
    /// If there is no such operation or when its arguments are wrong.
    pub(crate) async fn perform(&self, operation: &str, with: &Map<String, Value>) -> Outcome {
        let with = Arguments(with);
        match operation {
            "restart" => {
                *self.running() = Running::start(&self.config, &self.store, &self.spec)?;
                Ok(Ok(Value::Null))
            }
            "events" => Ok(Ok(self.running().drain_events())),
            "fetch" => fetch(with).await.map(Ok),
            _ => {
                if let Some(outcome) = self.session_operation(operation, with).await {
                    return outcome;
                }
                if let Some(outcome) = self.redirect_operation(operation, with).await {
                    return outcome;
                }
                if let Some(outcome) = self.login_operation(operation, with).await {
                    return outcome;
                }
                if let Some(outcome) = self.passkey_operation(operation, with).await {
                    return outcome;
                }
                if let Some(outcome) = self.account_operation(operation, with).await {
                    return outcome;
                }
                if let Some(outcome) = self.object_operation(operation, with).await {
                    return outcome;
                }
                if let Some(outcome) = self.item_operation(operation, with).await {
                    return outcome;
                }
                if let Some(outcome) = self.api_operation(operation, with).await {
                    return outcome;
                }
                bail!("there is no operation {operation:?}")
            }
        }
    }

    fn client(&self) -> Client {
        self.running().client.clone()
    }

    fn authenticators(&self) -> std::sync::MutexGuard<'_, Authenticators> {
        self.authenticators.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn start(config: &str, store: &MemoryStore, spec: &ClientSpec) -> Result<Self> {
        let mut client = Client::builder(Config::from_json(config)?)
            .store(store.clone())
            .clock(WrongClock { offset_seconds: spec.clock_offset_seconds })
            .transport(VerifyingTransport::new()?);
        for (key, value) in &spec.refresh_metadata {
            client = client.refresh_metadata(key, value);
        }
        if let Some(name) = &spec.device_name {
            client = client.device_name(name.as_str());
        }
        if let Some(data) = &spec.device_fingerprint {
            client = client.device_fingerprint(DeviceFingerprint::android(data.clone()));
        }
        if !spec.user_context_data.is_empty() {
            let data = spec.user_context_data.clone();
            client = client.user_context_data(move |username: &str| data.get(username).cloned());
        }
        let client = client.build()?;
        Ok(Self { events: client.events(), client, challenge: None, registration: None })
    }

    /// The events since the last call.
    fn drain_events(&mut self) -> Value {
        let mut names = Vec::new();
        while let Some(Some(event)) = self.events.next().now_or_never() {
            names.push(event.code());
        }
        json!(names)
    }
}

/// A device's clock that is ahead of the true time.
#[derive(Debug)]
struct WrongClock {
    offset_seconds: i64,
}

impl Clock for WrongClock {
    fn now(&self) -> SystemTime {
        let distance = Duration::from_secs(self.offset_seconds.unsigned_abs());
        if self.offset_seconds < 0 { crate::now() - distance } else { crate::now() + distance }
    }
}

async fn fetch(with: Arguments<'_>) -> Result<Value> {
    let request = ::http::Request::builder()
        .method(with.maybe_text("method").unwrap_or("GET"))
        .uri(with.text("url")?)
        .body(with.maybe_text("body").unwrap_or_default().to_owned().into())?;
    let answer = http::send(request).await?;
    Ok(json!({ "status": answer.status, "body": answer.body }))
}

/// The result of an operation that returns nothing.
fn nothing<T>(outcome: Result<T, Error>) -> Outcome {
    Ok(outcome.map(|_| Value::Null))
}
