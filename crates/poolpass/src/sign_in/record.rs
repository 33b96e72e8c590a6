//! A sign-in that waits for the person, as the store keeps it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;
use crate::json::{Object, ParseError};
use crate::platform::Random;
use crate::user_pool::ClientMetadata;

/// The version of the format. A record of another version is ignored.
const VERSION: u64 = 2;

/// A pending sign-in. A store has one, which the next sign-in replaces.
#[derive(Clone, Debug)]
pub(crate) enum PendingSignIn {
    /// It waits for the answer to a challenge.
    Challenge(SavedChallenge),
    /// It waits for a sign-up to be confirmed, or for the sign-in after that.
    SignUp(SignUpSession),
}

/// AWS's `Session` of a sign-up, with which the person signs in once the sign-up is confirmed. The session is a secret.
#[derive(Clone)]
pub(crate) struct SignUpSession {
    /// As it was typed.
    pub(crate) username: String,
    pub(crate) session: SecretString,
    pub(crate) is_confirmed: bool,
}

/// A challenge with everything that its answer needs. It holds neither the password nor anything of SRP.
///
/// `session` is AWS's handle on the sign-in. Whoever has it and the code gets in, so it is a secret.
#[derive(Clone)]
pub(crate) struct SavedChallenge {
    /// Chosen at random, to tell this challenge from the next one.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) username: String,
    pub(crate) session: Option<SecretString>,
    pub(crate) parameters: BTreeMap<String, String>,
    /// AWS's names of the first factors to choose from.
    pub(crate) available: Vec<String>,
    /// Tells the second-factor form of EMAIL_OTP from the first-factor form.
    pub(crate) first_factor_proved: bool,
    /// The level that a step-up asks for; `None` in a sign-in.
    pub(crate) step_up: Option<String>,
    pub(crate) client_metadata: ClientMetadata,
    pub(crate) totp: TotpProgress,
    /// In seconds since 1970 on the device's clock, which the next run of the app can read before it has a network.
    asked_at: u64,
}

/// How far the set-up of a TOTP app has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TotpProgress {
    NotStarted,
    Associated,
    Verified,
}

impl PendingSignIn {
    /// The text for the session store.
    pub(super) fn to_json(&self) -> SecretString {
        match self {
            Self::Challenge(challenge) => challenge.to_object().with("kind", "challenge"),
            Self::SignUp(sign_up) => sign_up.to_object().with("kind", "signUp"),
        }
        .with("version", VERSION)
        .to_secret()
    }

    /// `None` for a text that this version cannot have written.
    pub(super) fn from_json(json: &SecretString) -> Option<Self> {
        Self::read(json).ok().flatten()
    }

    fn read(json: &SecretString) -> Result<Option<Self>, ParseError> {
        let mut record = Object::parse(json.expose_secret().as_bytes())?;
        if record.count("version")? != VERSION {
            return Ok(None);
        }
        Ok(match record.text("kind")?.as_str() {
            "challenge" => Some(Self::Challenge(SavedChallenge::read(record)?)),
            "signUp" => Some(Self::SignUp(SignUpSession::read(record)?)),
            _ => None,
        })
    }
}

impl SavedChallenge {
    /// The longest that an app client can give people to answer (`AuthSessionValidity`).
    const LONGEST_LIFE: Duration = Duration::from_secs(15 * 60);

    pub(crate) fn new(
        random: &dyn Random,
        now: SystemTime,
        name: String,
        username: String,
    ) -> Result<Self, Error> {
        let mut id = [0; 16];
        random.fill(&mut id)?;
        Ok(Self {
            id: hex::encode(id),
            name,
            username,
            session: None,
            parameters: BTreeMap::new(),
            available: Vec::new(),
            first_factor_proved: true,
            step_up: None,
            client_metadata: ClientMetadata::new(),
            totp: TotpProgress::NotStarted,
            asked_at: now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
        })
    }

    /// Whether AWS has certainly forgotten it. AWS may have forgotten it earlier.
    pub(crate) fn is_over(&self, now: SystemTime) -> bool {
        let asked_at = UNIX_EPOCH.checked_add(Duration::from_secs(self.asked_at));
        let age = asked_at.map(|asked_at| now.duration_since(asked_at).unwrap_or_default());
        age.is_none_or(|age| age > Self::LONGEST_LIFE)
    }

    fn to_object(&self) -> Object {
        Object::new()
            .with("id", self.id.as_str())
            .with("name", self.name.as_str())
            .with("username", self.username.as_str())
            .maybe("session", self.session.as_ref().map(|session| session.expose_secret()))
            .with("parameters", Object::from(&self.parameters))
            .with("available", self.available.clone())
            .with("firstFactorProved", self.first_factor_proved)
            .maybe("stepUp", self.step_up.as_deref())
            .with("clientMetadata", Object::from(&self.client_metadata))
            .with("totp", self.totp.name())
            .with("askedAt", self.asked_at)
    }

    fn read(mut saved: Object) -> Result<Self, ParseError> {
        Ok(Self {
            id: saved.text("id")?,
            name: saved.text("name")?,
            username: saved.text("username")?,
            session: saved.maybe_secret("session")?,
            parameters: saved.text_map("parameters")?,
            available: saved.text_list("available")?,
            // Earlier versions had only challenges that come after the password.
            first_factor_proved: saved.maybe_flag("firstFactorProved")?.unwrap_or(true),
            step_up: saved.maybe_text("stepUp")?,
            client_metadata: saved.text_map("clientMetadata")?,
            totp: TotpProgress::named(&saved.text("totp")?).ok_or(ParseError::Member("totp"))?,
            asked_at: saved.count("askedAt")?,
        })
    }
}

impl SignUpSession {
    fn to_object(&self) -> Object {
        Object::new()
            .with("username", self.username.as_str())
            .with("session", self.session.expose_secret())
            .with("confirmed", self.is_confirmed)
    }

    fn read(mut saved: Object) -> Result<Self, ParseError> {
        Ok(Self {
            username: saved.text("username")?,
            session: saved.secret("session")?,
            is_confirmed: saved.flag("confirmed")?,
        })
    }
}

impl TotpProgress {
    const ALL: [Self; 3] = [Self::NotStarted, Self::Associated, Self::Verified];

    fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "notStarted",
            Self::Associated => "associated",
            Self::Verified => "verified",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|progress| progress.name() == name)
    }
}

impl fmt::Debug for SavedChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedChallenge").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for SignUpSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUpSession").field("is_confirmed", &self.is_confirmed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn challenge() -> Value {
        json!({
            "version": 2, "kind": "challenge", "id": "00", "name": "SMS_MFA", "username": "ada", "session": "s",
            "parameters": { "CODE_DELIVERY_DESTINATION": "+1" }, "available": ["EMAIL_OTP"],
            "firstFactorProved": false, "clientMetadata": {}, "totp": "notStarted",
            "askedAt": 1_795_847_400,
        })
    }

    fn sign_up() -> Value {
        json!({
            "version": 2, "kind": "signUp", "username": "ada", "session": "the sign-up's session",
            "confirmed": true,
        })
    }

    fn read(record: &Value) -> Option<PendingSignIn> {
        PendingSignIn::from_json(&record.to_string().into())
    }

    #[test]
    fn each_record_is_read_as_it_was_written() {
        for record in [challenge(), sign_up()] {
            let read = read(&record).unwrap();
            assert_eq!(matches!(read, PendingSignIn::Challenge(_)), record["kind"] == "challenge");
            let written: Value = serde_json::from_str(read.to_json().expose_secret()).unwrap();
            assert_eq!(written, record);
        }
    }

    #[test]
    fn a_challenge_of_an_earlier_release_comes_after_the_password() {
        let mut record = challenge();
        record.as_object_mut().unwrap().remove("available");
        record.as_object_mut().unwrap().remove("firstFactorProved");
        let Some(PendingSignIn::Challenge(saved)) = read(&record) else { panic!("it can be read") };
        assert!(saved.first_factor_proved && saved.available.is_empty());
    }

    #[test]
    fn a_record_of_another_version_or_kind_is_ignored() {
        for version in [Value::Null, json!(1), json!(3)] {
            let mut record = challenge();
            record["version"] = version;
            assert!(read(&record).is_none(), "{record}");
        }
        let mut record = sign_up();
        record["kind"] = json!("magicLink");
        assert!(read(&record).is_none());
        record["kind"].take();
        assert!(read(&record).is_none());
    }

    #[test]
    fn debug_shows_no_secret() {
        for record in [challenge(), sign_up()] {
            let shown = format!("{:?}", read(&record).unwrap());
            assert!(!shown.contains("the sign-up's session"), "{shown}");
            assert!(!shown.contains("\"s\""), "{shown}");
        }
    }
}
