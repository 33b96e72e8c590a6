//! A challenge as it is kept until it is answered.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;
use crate::json::{Object, ParseError};
use crate::platform::Random;
use crate::user_pool::ClientMetadata;

/// The version of the format; a challenge of another version is forgotten.
const VERSION: u64 = 1;

/// A challenge with all that its answer needs. It holds neither the password nor anything of SRP.
///
/// `session` is AWS's handle on the sign-in: whoever has it and the code gets in, so it is a secret.
#[derive(Clone)]
pub(crate) struct SavedChallenge {
    /// Chosen at random, to tell this challenge from the next one.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) username: String,
    pub(crate) session: Option<SecretString>,
    pub(crate) parameters: BTreeMap<String, String>,
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
            client_metadata: ClientMetadata::new(),
            totp: TotpProgress::NotStarted,
            asked_at: now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
        })
    }

    /// Whether AWS has certainly forgotten it. It may have done so before.
    pub(crate) fn is_over(&self, now: SystemTime) -> bool {
        let asked_at = UNIX_EPOCH.checked_add(Duration::from_secs(self.asked_at));
        let age = asked_at.map(|asked_at| now.duration_since(asked_at).unwrap_or_default());
        age.is_none_or(|age| age > Self::LONGEST_LIFE)
    }

    /// The text for the session store.
    pub(crate) fn to_json(&self) -> SecretString {
        Object::new()
            .with("version", VERSION)
            .with("id", self.id.as_str())
            .with("name", self.name.as_str())
            .with("username", self.username.as_str())
            .maybe("session", self.session.as_ref().map(|session| session.expose_secret()))
            .with("parameters", Object::from(&self.parameters))
            .with("clientMetadata", Object::from(&self.client_metadata))
            .with("totp", self.totp.name())
            .with("askedAt", self.asked_at)
            .to_secret()
    }

    /// `None` for what this version cannot have written.
    pub(crate) fn from_json(json: &SecretString) -> Option<Self> {
        Self::read(json).ok().flatten()
    }

    fn read(json: &SecretString) -> Result<Option<Self>, ParseError> {
        let mut saved = Object::parse(json.expose_secret().as_bytes())?;
        if saved.count("version")? != VERSION {
            return Ok(None);
        }
        Ok(Some(Self {
            id: saved.text("id")?,
            name: saved.text("name")?,
            username: saved.text("username")?,
            session: saved.maybe_secret("session")?,
            parameters: saved.text_map("parameters")?,
            client_metadata: saved.text_map("clientMetadata")?,
            totp: TotpProgress::named(&saved.text("totp")?).ok_or(ParseError::Member("totp"))?,
            asked_at: saved.count("askedAt")?,
        }))
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
