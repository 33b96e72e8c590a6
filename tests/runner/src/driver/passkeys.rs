//! Passkeys, and the authenticators that hold them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use poolpass::platform::{
    Authenticator, AuthenticatorError, AuthenticatorErrorKind, BoxFuture, SoftwareAuthenticator,
};
use poolpass::{AccountListOptions, Passkey, PasskeyRegistration};
use serde_json::{Map, Value, json};

use super::{Driver, Outcome, nothing};
use crate::arguments::Arguments;

/// The page on which a scenario's authenticators are used, unless it names another.
const ORIGIN: &str = "https://notes.example";

/// The authenticators of a device, by name. They survive a restart of the app.
pub(super) type Authenticators = BTreeMap<String, Arc<SoftwareAuthenticator>>;

/// An authenticator as a step of a scenario uses it.
#[derive(Debug)]
pub(super) struct Used {
    authenticator: Arc<SoftwareAuthenticator>,
    /// The person says no.
    cancels: bool,
    /// The domain of a page that shows the options as its own.
    phished_by: Option<String>,
}

impl Driver {
    pub(super) async fn passkey_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        Some(match operation {
            "account.registerPasskey" => self.register_passkey(with).await,
            "account.startPasskeyRegistration" => self.start_passkey_registration().await,
            "account.completePasskeyRegistration" => self.complete_passkey_registration(with).await,
            "account.passkeys" => self.passkeys(with).await,
            "account.deletePasskey" => self.delete_passkey(with).await,
            _ => return None,
        })
    }

    /// The authenticator that a step names, which is made when it is named first.
    pub(super) fn authenticator(&self, with: Arguments<'_>) -> Result<Used> {
        let nothing = Map::new();
        let with = with.0.get("authenticator").map_or(Some(&nothing), Value::as_object);
        let with = Arguments(with.context("an authenticator is an object")?);
        let (name, origin) =
            (with.maybe_text("name").unwrap_or("phone"), with.maybe_text("origin").unwrap_or(ORIGIN));
        let phished_by = with.maybe_text("phishedBy").map(str::to_owned);
        let origin = phished_by.as_ref().map_or(origin.to_owned(), |domain| format!("https://{domain}"));
        let is_set = |name: &str, default| with.0.get(name).and_then(Value::as_bool).unwrap_or(default);
        let mut all = self.authenticators();
        let authenticator = match all.get(name) {
            Some(known) => Arc::new(known.at(&origin)?),
            None => {
                Arc::new(SoftwareAuthenticator::new(&origin)?.verifies_user(is_set("verifiesUser", true)))
            }
        };
        all.insert(name.to_owned(), Arc::clone(&authenticator));
        Ok(Used { authenticator, cancels: is_set("cancels", false), phished_by })
    }

    async fn register_passkey(&self, with: Arguments<'_>) -> Outcome {
        let authenticator = self.authenticator(with)?;
        nothing(self.client().account().register_passkey(&authenticator).await)
    }

    async fn start_passkey_registration(&self) -> Outcome {
        let started = match self.client().account().start_passkey_registration().await {
            Ok(started) => started,
            Err(error) => return Ok(Err(error)),
        };
        let options = serde_json::from_str(started.creation_options())?;
        self.running().registration = Some(started);
        Ok(Ok(options))
    }

    /// Completes the registration that was started last; returns the credential.
    async fn complete_passkey_registration(&self, with: Arguments<'_>) -> Outcome {
        let registration: PasskeyRegistration =
            self.running().registration.clone().context("no registration was started")?;
        let credential = match with.maybe_text("credential") {
            Some(credential) => credential.to_owned(),
            None => self.authenticator(with)?.create(registration.creation_options()).await?,
        };
        Ok(registration.complete(&credential).await.map(|()| json!(credential)))
    }

    async fn passkeys(&self, with: Arguments<'_>) -> Outcome {
        let page_size = with.0.get("pageSize").and_then(Value::as_u64).map(u32::try_from).transpose()?;
        let list =
            self.client().account().passkeys().options(AccountListOptions { page_size, next_token: None });
        let passkeys: Result<Vec<Passkey>, _> = list.items().try_collect().await;
        Ok(passkeys.map(|passkeys| passkeys.iter().map(describe).collect()))
    }

    async fn delete_passkey(&self, with: Arguments<'_>) -> Outcome {
        nothing(self.client().account().delete_passkey(with.text("credentialId")?).await)
    }
}

fn describe(passkey: &Passkey) -> Value {
    json!({
        "credentialId": passkey.credential_id,
        "friendlyName": passkey.friendly_name,
        "relyingPartyId": passkey.relying_party_id,
        "transports": passkey.transports,
        "created": DateTime::<Utc>::from(passkey.created).to_rfc3339(),
    })
}

impl Used {
    fn check(&self) -> Result<(), AuthenticatorError> {
        if self.cancels {
            return Err(AuthenticatorError::new(AuthenticatorErrorKind::Cancelled, "the person said no"));
        }
        Ok(())
    }

    /// The options as the page shows them to the authenticator.
    fn shown(&self, options: &str) -> String {
        let Some(domain) = &self.phished_by else { return options.to_owned() };
        let mut options: Value = serde_json::from_str(options).unwrap_or_default();
        if options.get("rp").is_some() {
            options["rp"]["id"] = json!(domain);
        } else {
            options["rpId"] = json!(domain);
        }
        options.to_string()
    }
}

impl Authenticator for Used {
    fn create<'a>(&'a self, options: &'a str) -> BoxFuture<'a, Result<String, AuthenticatorError>> {
        Box::pin(async move {
            self.check()?;
            self.authenticator.create(&self.shown(options)).await
        })
    }

    fn get<'a>(&'a self, options: &'a str) -> BoxFuture<'a, Result<String, AuthenticatorError>> {
        Box::pin(async move {
            self.check()?;
            self.authenticator.get(&self.shown(options)).await
        })
    }
}
