//! The surface that every language of Poolpass offers, in `tests/surface.json`: read from the SDK's own source, and held against the
//! file, against which the tests of the other languages hold themselves. Who adds an operation, a kind of error or an event to the
//! SDK has to write it there, and then finds out where it is missing:
//!
//! ```sh
//! UPDATE_SURFACE=1 cargo test -p poolpass-tests --test surface
//! ```
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test's helpers do not expect fails the test")]

mod glossary;
mod old_names;
mod prose;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use poolpass::api::Authorization;
use poolpass::dynamodb::ReturnValues;
use poolpass::{
    AuthFactor, AuthFlow, Config, ErrorKind, LoginProvider, MfaMethod, MfaSetting, SessionEndReason,
    SessionEvent, SignOut,
};
use serde_json::{Value, json};

/// The types whose public methods every language has.
const OPERATIONS: [&str; 26] = [
    "Client",
    "Account",
    "Bucket",
    "ListObjects",
    "Table",
    "Query",
    "Scan",
    "UpdateItem",
    "Attribute",
    "SmsMfaChallenge",
    "EmailMfaChallenge",
    "EmailOtpChallenge",
    "SmsOtpChallenge",
    "SoftwareTokenMfaChallenge",
    "SelectMfaTypeChallenge",
    "MfaSetupChallenge",
    "NewPasswordRequiredChallenge",
    "SelectChallenge",
    "PasswordChallenge",
    "WebAuthnChallenge",
    "CustomChallenge",
    "OtherChallenge",
    "Error",
    "ErrorKind",
    "CancellationReason",
    "StepUpRequirement",
];

/// The enums whose cases every language has.
const CASES: [&str; 12] = [
    "SessionEvent",
    "SessionEndReason",
    "SignOut",
    "AuthFlow",
    "AuthFactor",
    "Challenge",
    "MfaMethod",
    "MfaSetting",
    "IdentityProvider",
    "LoginProvider",
    "Authorization",
    "ReturnValues",
];

/// The options of calls, which every language has.
const OPTIONS: [&str; 9] = [
    "QueryOptions",
    "AccountOptions",
    "PasswordlessSignInOptions",
    "RedirectOptions",
    "SignUpOptions",
    "CopyOptions",
    "GetOptions",
    "ListOptions",
    "PutOptions",
];

/// Builders whose setters are options in other languages.
const BUILDERS: [&str; 3] = ["ListObjects", "Query", "Scan"];

/// How Rust makes a client and reads its own types: elsewhere these are constructors and other words of the language.
const RUST_ALONE: [&str; 7] = [
    "Client::builder",
    "Client::new",
    "Client::config",
    "UpdateItem::condition",
    "UpdateItem::return_old_on_condition_check_failure",
    "UpdateItem::return_values",
    "QueryOptions::projection",
];

#[test]
fn the_file_lists_what_the_sdk_offers() {
    let surface = surface().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../surface.json");
    if std::env::var_os("UPDATE_SURFACE").is_some() {
        let mut sorted = surface.clone();
        // Other crates of the build may have serde_json keep the order in which members were written.
        sorted.sort_all_objects();
        fs::write(&file, serde_json::to_string_pretty(&sorted).unwrap() + "\n").unwrap();
    }
    let listed: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(
        listed, surface,
        "tests/surface.json is not what the SDK offers: see this test's documentation"
    );
}

#[test]
fn the_list_is_read_from_the_source_as_it_is() {
    let surface = surface().unwrap();
    let has = |list: &Value, name: &str| list.as_array().unwrap().contains(&json!(name));
    assert!(has(&surface["operations"]["Client"], "signOutEverywhere"));
    assert!(has(&surface["operations"]["Client"], "transactWrite"));
    assert!(has(&surface["operations"]["Bucket"], "deleteMany"));
    assert!(has(&surface["operations"]["MfaSetupChallenge"], "verifySoftwareToken"));
    assert!(has(&surface["cases"]["SessionEvent"], "sessionEnded"));
    assert!(!has(&surface["operations"]["Client"], "manager"), "what is not public is not offered");
    let mut lists = ["operations", "options", "cases"]
        .iter()
        .flat_map(|part| surface[*part].as_object().unwrap().values());
    assert!(lists.all(|list| !list.as_array().unwrap().is_empty()));
}

#[test]
fn what_a_language_writes_in_its_own_way_is_an_operation() {
    let surface = surface().unwrap();
    for (language, operations) in glossary::differences() {
        assert!(!operations.is_empty(), "{language}");
        for operation in operations.keys() {
            assert!(
                is_offered(&surface, operation),
                "{language} writes {operation}, which Rust does not have"
            );
        }
    }
    assert!(!is_offered(&surface, "Client.teleport"));
}

/// Steps of a scenario that are the runners' own. The last is `complete` of a `PasskeyRegistration`, which a runner keeps.
const OF_THE_RUNNERS: [&str; 4] = ["browse", "fetch", "restart", "account.completePasskeyRegistration"];

#[test]
fn each_operation_of_the_scenarios_has_the_sdks_name() {
    let surface = surface().unwrap();
    let mut played = BTreeSet::new();
    for entry in fs::read_dir(glossary::root().join("tests/scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let scenario: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            let steps = scenario["steps"].as_array().unwrap().iter();
            played.extend(steps.filter_map(|step| step["do"].as_str().map(str::to_owned)));
        }
    }
    assert!(played.len() > 40, "{played:?}");
    let is_of_the_sdk = |operation: &String| match operation.split_once('.') {
        None => is_offered(&surface, &format!("Client.{operation}")),
        Some(("challenge", method)) => {
            CHALLENGES.iter().any(|name| is_offered(&surface, &format!("{name}.{method}")))
        }
        Some(("api", method)) => ["request", "presign"].contains(&method),
        Some((object, method)) => {
            let mut letters = object.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            let of: String = first.into_iter().chain(letters).collect();
            is_offered(&surface, &format!("{of}.{method}"))
        }
    };
    let others: Vec<_> = played
        .iter()
        .filter(|operation| !OF_THE_RUNNERS.contains(&operation.as_str()) && !is_of_the_sdk(operation))
        .collect();
    assert!(others.is_empty(), "the SDK has no {others:?}");
}

/// The types of the challenges, whose operations a scenario calls by `challenge`.
const CHALLENGES: [&str; 13] = [
    "SmsMfaChallenge",
    "EmailMfaChallenge",
    "EmailOtpChallenge",
    "SmsOtpChallenge",
    "SoftwareTokenMfaChallenge",
    "SelectMfaTypeChallenge",
    "MfaSetupChallenge",
    "NewPasswordRequiredChallenge",
    "SelectChallenge",
    "PasswordChallenge",
    "WebAuthnChallenge",
    "CustomChallenge",
    "OtherChallenge",
];

fn is_offered(surface: &Value, operation: &str) -> bool {
    let (name, method) = operation.split_once('.').unwrap();
    let methods = surface["operations"][name].as_array();
    methods.is_some_and(|methods| methods.contains(&json!(method)))
}

#[test]
fn each_case_has_its_name_as_its_code() {
    let cases = surface().unwrap()["cases"].clone();
    let check = |name: &str, codes: &[&str]| {
        let codes: BTreeSet<_> = codes.iter().collect();
        assert_eq!(cases[name], json!(codes), "{name}");
    };
    let settings = [MfaSetting::Off, MfaSetting::On, MfaSetting::Preferred];
    check("MfaSetting", &settings.map(MfaSetting::code));
    assert_eq!(settings.map(|setting| MfaSetting::from_code(setting.code())), settings.map(Some));
    let flows = [AuthFlow::UserSrpAuth, AuthFlow::UserPasswordAuth, AuthFlow::UserAuth, AuthFlow::CustomAuth];
    check("AuthFlow", &flows.map(AuthFlow::code));
    assert_eq!(flows.map(|flow| AuthFlow::from_code(flow.code())), flows.map(Some));
    let authorizations = [
        Authorization::Iam,
        Authorization::IdToken,
        Authorization::AccessToken,
        Authorization::LoadBalancerSession,
    ];
    check("Authorization", &authorizations.map(Authorization::code));
    assert_eq!(authorizations.map(|one| Authorization::from_code(one.code())), authorizations.map(Some));
    let values =
        [ReturnValues::AllOld, ReturnValues::UpdatedOld, ReturnValues::AllNew, ReturnValues::UpdatedNew];
    check("ReturnValues", &values.map(ReturnValues::code));
    assert_eq!(values.map(|one| ReturnValues::from_code(one.code())), values.map(Some));
    let methods = [
        MfaMethod::SmsMfa,
        MfaMethod::SoftwareTokenMfa,
        MfaMethod::EmailMfa,
        MfaMethod::Other("other".to_owned()),
    ];
    check("MfaMethod", &methods.each_ref().map(MfaMethod::code));
    let factors = [
        AuthFactor::Password,
        AuthFactor::PasswordSrp,
        AuthFactor::EmailOtp,
        AuthFactor::SmsOtp,
        AuthFactor::WebAuthn,
        AuthFactor::Other("other".to_owned()),
    ];
    check("AuthFactor", &factors.each_ref().map(AuthFactor::code));
    let reasons = [
        SessionEndReason::Revoked,
        SessionEndReason::Expired,
        SessionEndReason::Reused,
        SessionEndReason::UserDisabled,
        SessionEndReason::UserDeleted,
        SessionEndReason::PasswordResetRequired,
        SessionEndReason::UserNotConfirmed,
        SessionEndReason::SignedOutElsewhere,
        SessionEndReason::Refused,
    ];
    check("SessionEndReason", &reasons.map(SessionEndReason::code));
    let ended = SessionEvent::SessionEnded { reason: SessionEndReason::Revoked };
    let changed = SessionEvent::IdentityChanged { from: "a".to_owned(), to: "b".to_owned() };
    let events = [SessionEvent::SignedIn, SessionEvent::Refreshed, ended, SessionEvent::SignedOut, changed];
    let providers = [
        LoginProvider::Google,
        LoginProvider::Facebook,
        LoginProvider::Apple,
        LoginProvider::Amazon,
        LoginProvider::OpenId("name".to_owned()),
        LoginProvider::Saml("name".to_owned()),
        LoginProvider::Developer("name".to_owned()),
    ];
    check("LoginProvider", &providers.each_ref().map(LoginProvider::code));
    check("SessionEvent", &events.each_ref().map(SessionEvent::code));
    let local_only = SignOut::LocalOnly(Config::from_json("{}").unwrap_err());
    check("SignOut", &[SignOut::Revoked.code(), local_only.code(), SignOut::NotSignedIn.code()]);
}

fn surface() -> io::Result<Value> {
    let mut operations: BTreeMap<&str, BTreeSet<String>> =
        OPERATIONS.map(|name| (name, BTreeSet::new())).into();
    let mut cases: BTreeMap<&str, BTreeSet<String>> = CASES.map(|name| (name, BTreeSet::new())).into();
    let mut options: BTreeMap<&str, BTreeSet<String>> = OPTIONS.map(|name| (name, BTreeSet::new())).into();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/poolpass/src"))? {
        let source = fs::read_to_string(file)?;
        read(&source, &mut operations, &mut cases);
        read_options(&source, &mut options);
    }
    for list in operations.values_mut() {
        // A call with options is the same operation.
        let names = list.clone();
        list.retain(|name| !name.strip_suffix("With").is_some_and(|plain| names.contains(plain)));
    }
    let codes = |kinds: &mut dyn Iterator<Item = &ErrorKind>| kinds.map(|kind| kind.code()).collect();
    let (kinds, transient): (Vec<&str>, Vec<&str>) = (
        codes(&mut ErrorKind::ALL.iter()),
        codes(&mut ErrorKind::ALL.iter().filter(|kind| kind.is_transient())),
    );
    Ok(json!({
        "operations": operations,
        "options": options,
        "cases": cases,
        "errorKinds": kinds,
        "transientErrorKinds": transient,
        "differences": glossary::differences(),
        "types": glossary::types(),
    }))
}

/// Reads one file, laid out as rustfmt does: a block begins and ends in the first column, and what is in it is indented once.
fn read(
    source: &str,
    operations: &mut BTreeMap<&str, BTreeSet<String>>,
    cases: &mut BTreeMap<&str, BTreeSet<String>>,
) {
    let mut block = "";
    for line in source.lines() {
        if !line.is_empty() && !line.starts_with([' ', '}']) {
            block = line;
        }
        if let Some(name) = implemented(block)
            && let Some(list) = operations.get_mut(name)
            && let Some(method) = public_method(line)
            && !(BUILDERS.contains(&name) && line.contains("(mut self"))
            && !RUST_ALONE.contains(&format!("{name}::{method}").as_str())
        {
            list.insert(camel_case(method));
        }
        if let Some(name) = block.strip_prefix("pub enum ").and_then(|rest| rest.strip_suffix(" {"))
            && let Some(list) = cases.get_mut(name)
            && let Some(case) = case(line)
        {
            list.insert(case);
        }
    }
}

/// Reads the fields of option structs.
fn read_options(source: &str, options: &mut BTreeMap<&str, BTreeSet<String>>) {
    let mut block = "";
    for line in source.lines() {
        if !line.is_empty() && !line.starts_with([' ', '}']) {
            block = line;
        }
        if let Some(name) = block.strip_prefix("pub struct ").and_then(|rest| rest.strip_suffix(" {"))
            && let Some(list) = options.get_mut(name)
            && let Some((field, _)) = line.strip_prefix("    pub ").and_then(|rest| rest.split_once(':'))
            && !RUST_ALONE.contains(&format!("{name}::{field}").as_str())
        {
            list.insert(camel_case(field));
        }
    }
}

/// The type of an `impl` block, without its parameters.
fn implemented(block: &str) -> Option<&str> {
    let rest = block.strip_prefix("impl")?.strip_suffix(" {")?;
    let rest = if rest.starts_with('<') { rest.split_once("> ")?.1 } else { rest.strip_prefix(' ')? };
    (!rest.contains(" for ")).then(|| rest.split('<').next()).flatten()
}

fn public_method(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("    pub ")?;
    let rest = rest.strip_prefix("async ").unwrap_or(rest).strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

fn case(line: &str) -> Option<String> {
    let rest = line.strip_prefix("    ").filter(|rest| rest.starts_with(char::is_uppercase))?;
    let name = rest.split([',', '(', ' ']).next()?;
    let mut letters = name.chars();
    Some(letters.next()?.to_lowercase().chain(letters).collect())
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        name + &letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    })
}

fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}
