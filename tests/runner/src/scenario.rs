//! The format of a scenario file; `tests/scenarios/README.md` describes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// A sentence, which is the test's name.
    pub title: String,
    /// The backends that it runs on.
    #[serde(default = "local_aws_only")]
    pub backends: Vec<BackendKind>,
    /// Users who exist before the first step.
    #[serde(default)]
    pub users: BTreeMap<String, User>,
    /// The clients, by name.
    #[serde(default)]
    pub clients: BTreeMap<String, ClientSpec>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// The backends that scenarios run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackendKind {
    /// Our own local-aws.
    LocalAws,
    /// ministack, a third-party emulator.
    Ministack,
}

/// A user who exists before the first step.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// The password.
    pub password: String,
    /// Attributes such as `email`. Addresses are verified.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// The state of the account.
    #[serde(default)]
    pub state: UserState,
}

/// The state of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UserState {
    /// Confirmed, with a permanent password.
    #[default]
    Confirmed,
    /// Created by an administrator, with a temporary password.
    ForceChangePassword,
    /// Signed up, but not confirmed.
    Unconfirmed,
}

/// One client of the SDK.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientSpec {
    /// The name of the store. Clients with the same name share a store; by default, each client has its own.
    #[serde(default)]
    pub store: Option<String>,
    /// The app client of the user pool.
    #[serde(default)]
    pub app_client: AppClient,
    /// A wrong client secret, in place of the right one.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// How far the device's clock is ahead of the true time.
    #[serde(default)]
    pub clock_offset_seconds: i64,
    /// Whether the user pool is reached in another region, where it has a replica.
    #[serde(default)]
    pub replica: bool,
    /// Metadata for the triggers, sent with every refresh.
    #[serde(default)]
    pub refresh_metadata: BTreeMap<String, String>,
    /// Data about the device, in the format of Amazon's library for Android.
    #[serde(default)]
    pub device_fingerprint: Option<BTreeMap<String, String>>,
    /// The name of the device, for user pools that track devices.
    #[serde(default)]
    pub device_name: Option<String>,
    /// The encoded device data for each user name.
    #[serde(default)]
    pub user_context_data: BTreeMap<String, String>,
}

/// The app clients that every backend has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AppClient {
    /// Without a secret.
    #[default]
    Public,
    /// With a secret.
    Secret,
    /// With rotating refresh tokens.
    Rotating,
    /// None: the configuration has no user pool.
    None,
}

/// One step.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// Calls the SDK.
    Do(Call),
    /// Calls AWS as an administrator.
    Admin(AdminCall),
    /// Makes requests fail.
    Fault(FaultStep),
    /// Sets the server's clock.
    ServerClock(ServerClockStep),
    /// Counts requests.
    Requests(RequestsStep),
    /// Sets the user pool's Lambda triggers.
    Triggers(TriggersStep),
    /// Checks the device data that requests have carried.
    UserContexts(UserContextsStep),
}

/// A call of the SDK.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The operation.
    #[serde(rename = "do")]
    pub operation: String,
    /// Its arguments.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// The client that is called.
    #[serde(default = "default_client")]
    pub on: String,
    /// The number of simultaneous calls.
    #[serde(default)]
    pub times: Option<usize>,
    /// The members that the result must contain.
    #[serde(default, deserialize_with = "present")]
    pub returns: Option<Value>,
    /// The expected error.
    #[serde(default)]
    pub fails: Option<Box<ExpectedError>>,
    /// Makes the answers quote the secrets of the requests.
    #[serde(default)]
    pub echo: Option<Box<EchoSpec>>,
    /// The name under which the result is kept.
    #[serde(default, rename = "as")]
    pub keep_as: Option<String>,
}

/// Answers that quote the secrets of the requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EchoSpec {
    /// The AWS operation with such answers.
    pub of: String,
    /// The combinations of formats and encodings.
    #[serde(default)]
    pub each: EachEcho,
    /// Secrets that must be among the echoed ones.
    pub secrets: Vec<String>,
}

/// Combinations of formats and encodings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EachEcho {
    /// Each format with each encoding.
    All,
    /// Each format and each encoding once.
    #[default]
    Some,
}

/// The expected error of a call.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedError {
    /// The code of the `ErrorKind`.
    pub kind: String,
    /// AWS's own code.
    #[serde(default)]
    pub aws_code: Option<String>,
    /// The members that the error's item must contain.
    #[serde(default, deserialize_with = "present")]
    pub item: Option<Value>,
    /// The members that the reasons of a cancelled transaction must contain: `code`, `message` and `item` of each.
    #[serde(default)]
    pub cancellation_reasons: Option<Value>,
    /// The members that the required authentication must contain: `acrValues`, `maxAge` in seconds.
    #[serde(default)]
    pub step_up: Option<Value>,
    /// Texts that no printed form of the error may contain.
    #[serde(default)]
    pub hides: Vec<String>,
}

/// A call of an administrator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminCall {
    /// The operation of `cognito-idp`.
    #[serde(rename = "admin")]
    pub operation: String,
    /// Its input, without `UserPoolId`.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// The name under which the answer is kept.
    #[serde(default, rename = "as")]
    pub keep_as: Option<String>,
}

/// Makes requests fail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultStep {
    /// The rule for local-aws. Null removes all rules.
    pub fault: Value,
}

/// Sets the server's clock.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerClockStep {
    /// Seconds ahead of the machine's clock.
    pub server_clock: i64,
}

/// Counts requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestsStep {
    /// Requests by operation.
    pub requests: BTreeMap<String, u64>,
}

/// Sets the user pool's Lambda triggers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggersStep {
    /// The script for local-aws, without `userPoolId`.
    pub triggers: Map<String, Value>,
}

/// Checks the device data that requests have carried since the last such step.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserContextsStep {
    /// The members that the data must contain.
    pub user_contexts: Value,
}

impl Scenario {
    /// Every scenario of the project, by file name.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is not a scenario.
    pub fn all() -> Result<Vec<(String, Self)>> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(directory())?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        paths.sort();
        paths.into_iter().map(|path| Ok((file_stem(&path), Self::read(&path)?))).collect()
    }

    fn read(path: &Path) -> Result<Self> {
        let json = std::fs::read_to_string(path)?;
        serde_json::from_str(&json).with_context(|| format!("{} is not a scenario", path.display()))
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn local_aws_only() -> Vec<BackendKind> {
    vec![BackendKind::LocalAws]
}

fn default_client() -> String {
    "app".to_owned()
}

/// `"returns": null` expects null, which differs from a missing `returns`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
