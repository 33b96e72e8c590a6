//! Runs the steps of one scenario.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Mutex;

use anyhow::{Context, Result, anyhow, bail, ensure};
use futures_util::future::join_all;
use poolpass::platform::MemoryStore;
use poolpass::{CancellationReason, Error};
use serde_json::{Map, Value, json};

use crate::backend::Backend;
use crate::driver::{Driver, item_json};
use crate::echo;
use crate::matching;
use crate::scenario::{AppClient, Call, ClientSpec, ExpectedError, Scenario, Step};
use crate::template;
use crate::totp::TotpCodes;

/// Runs `scenario` on `backend`.
///
/// # Errors
///
/// The error names the failed step.
pub async fn play(scenario: &Scenario, backend: &Backend) -> Result<()> {
    let run = ScenarioRun::start(scenario, backend).await?;
    let outcome = run.play_steps(&scenario.steps).await;
    run.clear().await?;
    outcome
}

struct ScenarioRun<'a> {
    backend: &'a Backend,
    drivers: HashMap<String, Driver>,
    kept: Mutex<Map<String, Value>>,
    totp: TotpCodes,
}

impl<'a> ScenarioRun<'a> {
    async fn start(scenario: &Scenario, backend: &'a Backend) -> Result<Self> {
        let random = random_word();
        let mut run = Self {
            backend,
            drivers: HashMap::new(),
            kept: Mutex::new(Map::from_iter([
                ("config".to_owned(), backend.config().clone()),
                ("demo".to_owned(), backend.config()["demo"].clone()),
                ("random".to_owned(), json!(random)),
            ])),
            totp: TotpCodes::default(),
        };
        run.create_users(scenario).await?;
        run.create_clients(scenario)?;
        Ok(run)
    }

    async fn create_users(&self, scenario: &Scenario) -> Result<()> {
        let mut users = Map::new();
        for (name, user) in &scenario.users {
            self.backend.create_user(name, user).await.with_context(|| format!("creating {name}"))?;
            let kept = json!({ "username": name, "password": user.password, "attributes": user.attributes });
            users.insert(name.clone(), kept);
        }
        self.keep("users", Value::Object(users));
        Ok(())
    }

    fn create_clients(&mut self, scenario: &Scenario) -> Result<()> {
        let mut specs = scenario.clients.clone();
        if specs.is_empty() {
            specs = BTreeMap::from([("app".to_owned(), ClientSpec::default())]);
        }
        let mut stores: HashMap<String, MemoryStore> = HashMap::new();
        for (name, spec) in specs {
            let store = stores.entry(spec.store.clone().unwrap_or_else(|| name.clone())).or_default().clone();
            let mut config = config_of(self.backend.config(), spec.app_client)?;
            if let Some(secret) = &spec.client_secret {
                config["userPool"]["clientSecret"] = json!(secret);
            }
            if spec.replica {
                let endpoint = config["endpoints"]["cognitoIdp"].as_str().unwrap_or_default();
                config["endpoints"]["cognitoIdp"] =
                    json!(format!("{}/_region/us-west-2", endpoint.trim_end_matches('/')));
            }
            self.drivers.insert(name, Driver::new(&config, store, spec)?);
        }
        Ok(())
    }

    async fn play_steps(&self, steps: &[Step]) -> Result<()> {
        for (index, step) in steps.iter().enumerate() {
            self.play_step(step).await.with_context(|| format!("step {} ({})", index + 1, step.name()))?;
        }
        Ok(())
    }

    async fn play_step(&self, step: &Step) -> Result<()> {
        match step {
            Step::Do(call) => self.call(call).await,
            Step::Admin(admin) => {
                let with = self.filled(&admin.with).await?;
                let answer = self.backend.admin(&admin.operation, with).await?;
                if let Some(name) = &admin.keep_as {
                    self.keep(name, answer);
                }
                Ok(())
            }
            Step::Fault(step) => self.backend.fault(&step.fault).await,
            Step::ServerClock(step) => {
                self.totp.set_clock_offset(step.server_clock);
                self.backend.set_clock(step.server_clock).await
            }
            Step::Requests(step) => {
                let counts = self.backend.take_request_counts().await?;
                for (operation, expected) in &step.requests {
                    let count = counts[operation].as_u64().unwrap_or(0);
                    ensure!(count == *expected, "{operation}: expected {expected} requests, counted {count}");
                }
                Ok(())
            }
            Step::Triggers(step) => self.backend.set_triggers(self.filled(&step.triggers).await?).await,
            Step::UserContexts(step) => {
                let contexts = self.backend.take_user_contexts().await?;
                matching::contains(&contexts, &step.user_contexts).map_err(|difference| anyhow!(difference))
            }
        }
    }

    async fn call(&self, call: &Call) -> Result<()> {
        let driver = self.drivers.get(&call.on).with_context(|| format!("no client {:?}", call.on))?;
        // Swift's events arrive a moment later: its player waits for as many as the step names.
        ensure!(call.operation != "events" || call.returns.is_some(), "the step names no events");
        let with = self.filled(&call.with).await?;
        if let Some(spec) = &call.echo {
            return echo::play(self.backend, driver, call, &with, spec).await;
        }
        let expected = match &call.returns {
            Some(expected) => Some(template::fill(expected, &|name| self.look_up(name)).await?),
            None => None,
        };
        let calls = (0..call.times.unwrap_or(1)).map(|_| driver.perform(&call.operation, &with));
        for outcome in join_all(calls).await {
            let value = match (outcome.with_context(|| call.operation.clone())?, &call.fails) {
                (Ok(value), None) => value,
                (Ok(value), Some(_)) => bail!("expected an error, got {value}"),
                (Err(error), None) => return Err(anyhow!(error)),
                (Err(error), Some(expected)) => {
                    self.expect_error(&error, expected).await?;
                    continue;
                }
            };
            if let Some(expected) = &expected {
                matching::contains(&value, expected).map_err(|difference| anyhow!(difference))?;
            }
            if let Some(name) = &call.keep_as {
                self.keep(name, value);
            }
        }
        Ok(())
    }

    async fn expect_error(&self, error: &Error, expected: &ExpectedError) -> Result<()> {
        ensure!(error.kind().code() == expected.kind, "expected {}, got {error:?}", expected.kind);
        if let Some(code) = &expected.aws_code {
            ensure!(error.aws_code() == Some(code.as_str()), "expected {code}, got {error:?}");
        }
        let reason = |reason: &CancellationReason| json!({ "code": reason.code(), "message": reason.message(), "item": item_json(reason.item()) });
        let reasons: Value = error.cancellation_reasons().iter().map(reason).collect();
        let told = [
            (item_json(error.item()), &expected.item),
            (reasons, &expected.cancellation_reasons),
            (step_up_json(error), &expected.step_up),
        ];
        for (told, expected) in told {
            let Some(expected) = expected else { continue };
            let expected = template::fill(expected, &|name| self.look_up(name)).await?;
            matching::contains(&told, &expected).map_err(|difference| anyhow!(difference))?;
        }
        let printed = printed(error);
        for text in &expected.hides {
            ensure!(!printed.contains(text), "the error shows {text:?}: {printed}");
        }
        Ok(())
    }

    async fn filled(&self, with: &Map<String, Value>) -> Result<Map<String, Value>> {
        match template::fill(&Value::Object(with.clone()), &|name| self.look_up(name)).await? {
            Value::Object(filled) => Ok(filled),
            other => bail!("{other} is not an object"),
        }
    }

    async fn look_up(&self, name: String) -> Result<Value> {
        if let Some(address) = name.strip_prefix("code:") {
            return self.backend.code_sent_to(&self.resolve(address)).await.map(Value::String);
        }
        if let Some(secret) = name.strip_prefix("totp:") {
            return self.totp.next(&self.resolve(secret)).map(Value::String);
        }
        if let Some(secret) = name.strip_prefix("lastTotp:") {
            return self.totp.last(&self.resolve(secret)).map(Value::String);
        }
        self.kept(&name).with_context(|| format!("nothing is kept as {name:?}"))
    }

    /// The kept value at a dotted path, or the text itself.
    fn resolve(&self, text: &str) -> String {
        match self.kept(text) {
            Some(Value::String(kept)) => kept,
            _ => text.to_owned(),
        }
    }

    fn kept(&self, path: &str) -> Option<Value> {
        let kept = self.kept.lock().ok()?;
        let mut members = path.split('.');
        let mut value = kept.get(members.next()?)?;
        for member in members {
            value = match value {
                Value::Array(values) => values.get(member.parse::<usize>().ok()?)?,
                value => value.get(member)?,
            };
        }
        Some(value.clone())
    }

    fn keep(&self, name: &str, value: Value) {
        if let Ok(mut kept) = self.kept.lock() {
            kept.insert(name.to_owned(), value);
        }
    }

    /// Resets the server, which other scenarios may share.
    async fn clear(&self) -> Result<()> {
        if self.backend.kind() == crate::scenario::BackendKind::LocalAws {
            self.backend.fault(&Value::Null).await?;
            self.backend.set_clock(0).await?;
        }
        Ok(())
    }
}

impl Step {
    fn name(&self) -> String {
        match self {
            Self::Do(call) => format!("do {} on {}", call.operation, call.on),
            Self::Admin(call) => format!("admin {}", call.operation),
            Self::Fault(_) => "fault".to_owned(),
            Self::ServerClock(_) => "serverClock".to_owned(),
            Self::Requests(_) => "requests".to_owned(),
            Self::Triggers(_) => "triggers".to_owned(),
            Self::UserContexts(_) => "userContexts".to_owned(),
        }
    }
}

/// The backend's configuration for one of its app clients.
fn config_of(config: &Value, app_client: AppClient) -> Result<Value> {
    let mut config = config.clone();
    let other = match app_client {
        AppClient::Public => return Ok(config),
        AppClient::None => {
            config["userPool"] = Value::Null;
            return Ok(config);
        }
        AppClient::Secret => &config["demo"]["secretClient"],
        AppClient::Rotating => &config["demo"]["rotatingClient"],
    }
    .clone();
    ensure!(other.is_object(), "the backend has no app client {app_client:?}");
    config["userPool"]["clientId"] = other["clientId"].clone();
    config["userPool"]["clientSecret"] = other["clientSecret"].clone();
    Ok(config)
}

/// As JSON has it: the age in seconds.
fn step_up_json(error: &Error) -> Value {
    error.step_up().map_or(Value::Null, |required| {
        json!({ "acrValues": required.acr_values(), "maxAge": required.max_age().map(|age| age.as_secs()) })
    })
}

/// An error in all printed forms.
fn printed(error: &Error) -> String {
    let mut printed = format!("{error} {error:?} {error:#?} {:?}", error.cancellation_reasons());
    let mut source = std::error::Error::source(error);
    while let Some(below) = source {
        let _ = write!(printed, " {below} {below:?}");
        source = below.source();
    }
    printed
}

fn random_word() -> String {
    format!("{:08x}", rand::random::<u32>())
}
