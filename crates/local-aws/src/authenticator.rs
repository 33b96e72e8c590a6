//! Software authenticators for tests in languages that have none: they create passkeys and sign with them, over the control endpoints.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use passkey::{
    authenticator::{
        Authenticator, CredentialStore, DiscoverabilitySupport, StoreInfo, UiHint, UserCheck,
        UserValidationMethod,
    },
    client::{Client, DefaultClientData, WebauthnError},
    types::{
        Passkey,
        ctap2::{
            Aaguid, Ctap2Error, StatusCode,
            make_credential::{Options, PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity},
        },
        webauthn::PublicKeyCredentialDescriptor,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex as AsyncMutex;
use url::Url;

/// The authenticators by name. A passkey stays in the one that made it.
#[derive(Default)]
pub(crate) struct Authenticators(Mutex<BTreeMap<String, Keys>>);

/// A page's question to the authenticator.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Question {
    ceremony: Ceremony,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    options: Value,
    #[serde(default)]
    settings: Settings,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Ceremony {
    Create,
    Get,
}

/// How the person and the page behave.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Settings {
    /// The name, which the path has too: players send a scenario's object as it is.
    #[serde(rename = "name")]
    _name: Option<String>,
    /// The page's origin.
    origin: String,
    /// Whether the authenticator can check who uses it.
    verifies_user: bool,
    /// Whether the person says no.
    cancels: bool,
    /// The domain of a page that shows the options as its own.
    phished_by: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let origin = "https://notes.example".to_owned();
        Self { _name: None, origin, verifies_user: true, cancels: false, phished_by: None }
    }
}

impl Authenticators {
    /// The credential, or why there is none, in the words of the SDK's `AuthenticatorErrorKind`.
    pub(crate) async fn ask(&self, name: &str, question: Question) -> Value {
        let keys =
            self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default().clone();
        match keys.ask(question).await {
            Ok(credential) => json!({ "credential": credential }),
            Err((kind, detail)) => json!({ "error": { "kind": kind, "detail": detail } }),
        }
    }
}

/// The passkeys of one authenticator.
#[derive(Clone, Default)]
struct Keys(Arc<AsyncMutex<Vec<Passkey>>>);

/// A person who says yes, and proves who they are if the authenticator can check it.
struct Person {
    is_verified: bool,
}

impl Keys {
    async fn ask(self, question: Question) -> Result<Value, (&'static str, String)> {
        let Question { ceremony, mut options, settings } = question;
        if settings.cancels {
            return Err(("cancelled", "the person said no".to_owned()));
        }
        let mut origin = settings.origin;
        if let Some(domain) = settings.phished_by {
            origin = format!("https://{domain}");
            match ceremony {
                Ceremony::Create => options["rp"]["id"] = json!(domain),
                Ceremony::Get => options["rpId"] = json!(domain),
            }
        }
        let origin = Url::parse(&origin).map_err(|error| ("failed", error.to_string()))?;
        let person = Person { is_verified: settings.verifies_user };
        let mut authenticator = Authenticator::new(Aaguid::new_empty(), self, person);
        authenticator.set_make_credentials_with_signature_counter(true);
        let mut client = Client::new(authenticator).allows_insecure_localhost(true);
        // User verification is not asked of an authenticator that cannot do it and need not.
        for place in ["/userVerification", "/authenticatorSelection/userVerification"] {
            if let Some(verification) = options.pointer_mut(place)
                && verification == "preferred"
                && !settings.verifies_user
            {
                *verification = json!("discouraged");
            }
        }
        let malformed = |error: serde_json::Error| ("failed", error.to_string());
        let options = json!({ "publicKey": options });
        let credential = match ceremony {
            Ceremony::Create => {
                let options = serde_json::from_value(options).map_err(malformed)?;
                let created = client
                    .register(&origin, options, DefaultClientData)
                    .await
                    .map_err(|error| kind(&error))?;
                serde_json::to_value(created)
            }
            Ceremony::Get => {
                let options = serde_json::from_value(options).map_err(malformed)?;
                let signed = client
                    .authenticate(&origin, options, DefaultClientData)
                    .await
                    .map_err(|error| kind(&error))?;
                serde_json::to_value(signed)
            }
        };
        credential.map_err(malformed)
    }
}

fn kind(error: &WebauthnError) -> (&'static str, String) {
    let excluded = u8::from(StatusCode::from(Ctap2Error::CredentialExcluded));
    let kind = match error {
        WebauthnError::CredentialNotFound => "cancelled",
        WebauthnError::AuthenticatorError(code) if *code == excluded => "alreadyRegistered",
        WebauthnError::OriginRpMissmatch
        | WebauthnError::InvalidRpId
        | WebauthnError::RequiresRelatedOriginsSupport => "notAssociated",
        WebauthnError::AuthenticatorError(_) => "unsupported",
        _ => "failed",
    };
    (kind, format!("{error:?}"))
}

#[async_trait]
impl CredentialStore for Keys {
    type PasskeyItem = Passkey;

    async fn find_credentials(
        &self,
        ids: Option<&[PublicKeyCredentialDescriptor]>,
        rp_id: &str,
        _user_handle: Option<&[u8]>,
    ) -> Result<Vec<Passkey>, StatusCode> {
        let is_asked =
            |key: &Passkey| ids.is_none_or(|ids| ids.iter().any(|known| known.id == key.credential_id));
        let keys = self.0.lock().await;
        Ok(keys.iter().filter(|key| key.rp_id == rp_id && is_asked(key)).cloned().collect())
    }

    async fn save_credential(
        &mut self,
        key: Passkey,
        _user: PublicKeyCredentialUserEntity,
        _rp: PublicKeyCredentialRpEntity,
        _options: Options,
    ) -> Result<(), StatusCode> {
        self.0.lock().await.push(key);
        Ok(())
    }

    async fn update_credential(&mut self, key: &Passkey) -> Result<(), StatusCode> {
        let mut keys = self.0.lock().await;
        keys.retain(|known| known.credential_id != key.credential_id);
        keys.push(key.clone());
        Ok(())
    }

    async fn get_info(&self) -> StoreInfo {
        StoreInfo { discoverability: DiscoverabilitySupport::ForcedDiscoverable }
    }
}

#[async_trait]
impl UserValidationMethod for Person {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        hint: UiHint<'a, Passkey>,
        _presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        match hint {
            UiHint::InformExcludedCredentialFound(_) => Err(Ctap2Error::CredentialExcluded),
            UiHint::InformNoCredentialsFound => Err(Ctap2Error::NoCredentials),
            _ => Ok(UserCheck { presence: true, verification: verification && self.is_verified }),
        }
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        self.is_verified.then_some(true)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use passkey::types::ctap2::get_assertion::Request;
    use sha2::{Digest as _, Sha256};

    use super::*;

    impl Authenticators {
        /// Asks as a page of this origin does, which may alter the options.
        pub(crate) async fn credential(&self, name: &str, question: Value) -> Value {
            let answer = self.ask(name, serde_json::from_value(question).unwrap()).await;
            answer.get("credential").cloned().unwrap_or_else(|| panic!("{answer}"))
        }

        /// Signs what no browser would: client data of any origin.
        pub(crate) async fn forged(&self, name: &str, rp_id: &str, client_data: &Value) -> Value {
            let keys = self.0.lock().unwrap().get(name).cloned().unwrap();
            let person = Person { is_verified: true };
            let mut authenticator = Authenticator::new(Aaguid::new_empty(), keys, person);
            let client_data = client_data.to_string();
            let request = Request {
                rp_id: rp_id.to_owned(),
                client_data_hash: Sha256::digest(&client_data).to_vec().into(),
                allow_list: None,
                extensions: None,
                options: Options { rk: false, up: true, uv: true },
                pin_auth: None,
                pin_protocol: None,
            };
            let signed = authenticator.get_assertion(request).await.unwrap();
            let text = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
            let id = text(&signed.credential.unwrap().id);
            json!({
                "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
                "response": {
                    "clientDataJSON": text(client_data.as_bytes()),
                    "authenticatorData": text(&signed.auth_data.to_vec()),
                    "signature": text(&signed.signature),
                },
            })
        }

        /// Gives every passkey of an authenticator to another domain.
        pub(crate) async fn move_to(&self, name: &str, rp_id: &str) {
            let keys = self.0.lock().unwrap().get(name).cloned().unwrap();
            keys.0.lock().await.iter_mut().for_each(|key| rp_id.clone_into(&mut key.rp_id));
        }
    }
}
