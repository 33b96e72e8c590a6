//! A challenge as it is kept until it is answered.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Error, ErrorKind};
use crate::platform::Random;
use crate::user_pool::ClientMetadata;

/// The version of the format; a challenge of another version is forgotten.
const VERSION: u32 = 1;

/// A challenge with all that its answer needs. It holds neither the password nor anything of SRP.
///
/// `session` is AWS's handle on the sign-in: whoever has it and the code gets in, so it is a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavedChallenge {
    version: u32,
    /// Chosen at random, to tell this challenge from the next one.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) username: String,
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<SecretString>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) client_metadata: ClientMetadata,
    pub(crate) totp: TotpProgress,
    /// In seconds since 1970 on the device's clock, which the next run of the app can read before it has a network.
    asked_at: u64,
}

/// How far the set-up of a TOTP app has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TotpProgress {
    #[default]
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
            version: VERSION,
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

    pub(crate) fn to_json(&self) -> Result<SecretString, Error> {
        let json = serde_json::to_string(self);
        json.map(SecretString::from).map_err(|error| Error::new(ErrorKind::Store, error.to_string()))
    }

    /// `None` where the value is not a challenge of this version.
    pub(crate) fn from_json(json: &SecretString) -> Option<Self> {
        let saved: Self = serde_json::from_str(json.expose_secret()).ok()?;
        (saved.version == VERSION).then_some(saved)
    }
}

impl fmt::Debug for SavedChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedChallenge").field("name", &self.name).finish_non_exhaustive()
    }
}

fn exposed<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|secret| secret.expose_secret()).serialize(serializer)
}
