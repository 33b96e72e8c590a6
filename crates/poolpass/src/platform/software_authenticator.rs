//! An authenticator in software, for tests.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::lock::Mutex;
use passkey::authenticator::{
    Authenticator as Ctap2, CredentialStore, DiscoverabilitySupport, StoreInfo, UiHint, UserCheck,
    UserValidationMethod,
};
use passkey::client::{Client, DefaultClientData, WebauthnError};
use passkey::types::Passkey;
use passkey::types::ctap2::make_credential::{
    Options, PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity,
};
use passkey::types::ctap2::{Aaguid, Ctap2Error, StatusCode};
use passkey::types::webauthn::PublicKeyCredentialDescriptor;
use reqwest::Url;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Authenticator, AuthenticatorError, AuthenticatorErrorKind, BoxFuture};

/// An authenticator in software, for tests of apps with passkeys: it creates passkeys in memory and signs with them at once, for a person
/// who always says yes. The crate `passkey` does WebAuthn's part.
///
/// Clones share their passkeys. Nothing protects these, so it is not for people.
///
/// ```no_run
/// # async fn example(client: poolpass::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use poolpass::platform::SoftwareAuthenticator;
///
/// let authenticator = SoftwareAuthenticator::new("https://notes.example")?;
/// client.account().register_passkey(&authenticator).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SoftwareAuthenticator {
    origin: Url,
    verifies_user: bool,
    keys: Keys,
}

/// The passkeys of one authenticator.
#[derive(Clone, Default)]
struct Keys(Arc<Mutex<Vec<Passkey>>>);

/// A person who says yes, and proves who they are if the authenticator can check it.
struct Person {
    is_verified: bool,
}

impl SoftwareAuthenticator {
    /// An authenticator without passkeys, used from a page of this origin, such as `https://notes.example`.
    ///
    /// # Errors
    ///
    /// [`AuthenticatorError`] for a text that is not a URL.
    pub fn new(origin: &str) -> Result<Self, AuthenticatorError> {
        Ok(Self { origin: parsed(origin)?, verifies_user: true, keys: Keys::default() })
    }

    /// The same authenticator with its passkeys, used from a page of another origin.
    ///
    /// # Errors
    ///
    /// [`AuthenticatorError`] for a text that is not a URL.
    pub fn at(&self, origin: &str) -> Result<Self, AuthenticatorError> {
        Ok(Self { origin: parsed(origin)?, ..self.clone() })
    }

    /// Sets whether the authenticator can check who uses it, for example by a fingerprint. Default: true.
    #[must_use]
    pub fn verifies_user(mut self, verifies: bool) -> Self {
        self.verifies_user = verifies;
        self
    }

    fn ctap2(&self) -> Ctap2<Keys, Person> {
        let person = Person { is_verified: self.verifies_user };
        let mut authenticator = Ctap2::new(Aaguid::new_empty(), self.keys.clone(), person);
        authenticator.set_make_credentials_with_signature_counter(true);
        authenticator
    }

    /// Reads options. User verification is not asked of an authenticator that cannot do it and need not.
    fn read<T: DeserializeOwned>(&self, options: &str) -> Result<T, AuthenticatorError> {
        let mut options: Value = serde_json::from_str(options).map_err(|error| failed(&error))?;
        for place in ["/userVerification", "/authenticatorSelection/userVerification"] {
            if let Some(verification) = options.pointer_mut(place)
                && verification == "preferred"
                && !self.verifies_user
            {
                *verification = json!("discouraged");
            }
        }
        serde_json::from_value(json!({ "publicKey": options })).map_err(|error| failed(&error))
    }
}

impl Authenticator for SoftwareAuthenticator {
    fn create<'a>(&'a self, options: &'a str) -> BoxFuture<'a, Result<String, AuthenticatorError>> {
        Box::pin(async move {
            let mut client = Client::new(self.ctap2()).allows_insecure_localhost(true);
            let created = client.register(&self.origin, self.read(options)?, DefaultClientData).await;
            written(&created.map_err(|it| error(&it))?)
        })
    }

    fn get<'a>(&'a self, options: &'a str) -> BoxFuture<'a, Result<String, AuthenticatorError>> {
        Box::pin(async move {
            let mut client = Client::new(self.ctap2()).allows_insecure_localhost(true);
            let signed = client.authenticate(&self.origin, self.read(options)?, DefaultClientData).await;
            written(&signed.map_err(|it| error(&it))?)
        })
    }
}

/// Shows no key.
impl fmt::Debug for SoftwareAuthenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareAuthenticator").field("origin", &self.origin.as_str()).finish_non_exhaustive()
    }
}

fn parsed(origin: &str) -> Result<Url, AuthenticatorError> {
    Url::parse(origin).map_err(|error| failed(&error))
}

fn written(credential: &impl Serialize) -> Result<String, AuthenticatorError> {
    serde_json::to_string(credential).map_err(|error| failed(&error))
}

fn failed(error: &dyn fmt::Display) -> AuthenticatorError {
    AuthenticatorError::new(AuthenticatorErrorKind::Failed, error.to_string())
}

fn error(error: &WebauthnError) -> AuthenticatorError {
    let excluded = u8::from(StatusCode::from(Ctap2Error::CredentialExcluded));
    let kind = match error {
        WebauthnError::CredentialNotFound => AuthenticatorErrorKind::Cancelled,
        WebauthnError::AuthenticatorError(code) if *code == excluded => {
            AuthenticatorErrorKind::AlreadyRegistered
        }
        WebauthnError::OriginRpMissmatch
        | WebauthnError::InvalidRpId
        | WebauthnError::RequiresRelatedOriginsSupport => AuthenticatorErrorKind::NotAssociated,
        WebauthnError::AuthenticatorError(_) => AuthenticatorErrorKind::Unsupported,
        _ => AuthenticatorErrorKind::Failed,
    };
    AuthenticatorError::new(kind, format!("the software authenticator refused: {error:?}"))
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
