//! Keeps the identity id of logins with third parties in the store, for each set of login providers.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::guest::is_identity_id;
use super::logins::Login;
use crate::config::IdentityPoolId;
use crate::error::Error;
use crate::json::Object;
use crate::platform::{SessionStore, sha256};

/// The version of the format; values of other versions are ignored.
const VERSION: u64 = 1;

/// The places of the identity ids in the store.
#[derive(Debug)]
pub(super) struct KeptIdentities {
    store: Arc<dyn SessionStore>,
    prefix: String,
}

impl KeptIdentities {
    pub(super) fn new(pool: &IdentityPoolId, store: Arc<dyn SessionStore>) -> Self {
        Self { store, prefix: format!("identity.{}", pool.as_str().replace(':', ".")) }
    }

    /// The identity that these providers' tokens led to last. It may be another person's.
    pub(super) async fn load(&self, login: &Login) -> Result<Option<String>, Error> {
        let Some(key) = self.key(login).await else { return Ok(None) };
        let value = self.store.load(&key).await?;
        Ok(value.and_then(|value| read(value.expose_secret())))
    }

    /// Saves the identity. If the store fails, the next start of the app asks AWS for it.
    pub(super) async fn save(&self, login: &Login, identity_id: &str) {
        let Some(key) = self.key(login).await else { return };
        let value = Object::new().with("version", VERSION).with("identityId", identity_id);
        let _ = self.store.save(&key, value.to_secret()).await;
    }

    /// Each set has a key of its own, so that two processes need no lock. The names are too long for a key.
    async fn key(&self, login: &Login) -> Option<String> {
        let digest = sha256(login.kept_as()?.as_bytes()).await;
        Some(format!("{}.{}", self.prefix, hex::encode(digest.get(..8)?)))
    }
}

fn read(value: &str) -> Option<String> {
    let mut read = Object::parse(value.as_bytes()).ok()?;
    let is_known = read.count("version").ok()? == VERSION;
    read.text("identityId").ok().filter(|id| is_known && is_identity_id(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_this_version_wrote_is_read() {
        assert_eq!(read(r#"{"version":1,"identityId":"eu-west-1:a"}"#).as_deref(), Some("eu-west-1:a"));
        for other in [
            "",
            "eu-west-1:a",
            "{}",
            r#"{"version":2,"identityId":"eu-west-1:a"}"#,
            r#"{"version":1,"identityId":"../a"}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
