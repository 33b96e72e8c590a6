//! The ceremonies of WebAuthn. The crate webauthn_rp checks them: challenge, origin, relying party, signature, counter and user
//! verification.

use std::{num::NonZeroU32, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use webauthn_rp::{
    AuthenticatedCredential, NonDiscoverableAuthenticationServerState,
    NonDiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration as Response,
    RegistrationServerState,
    bin::{Decode as _, Encode as _},
    request::{
        AsciiDomain, Credentials as _, PublicKeyCredentialDescriptor, RpId, UserVerificationRequirement,
        auth::{AllowedCredentials, AuthenticationVerificationOptions},
        register::{
            CoseAlgorithmIdentifier, PublicKeyCredentialUserEntity, RegistrationVerificationOptions,
            UserHandle16,
        },
    },
    response::{
        AuthTransports, CredentialId,
        auth::NonDiscoverableAuthentication,
        register::{DynamicState, StaticState, error::RegCeremonyErr},
    },
};

use super::{
    super::{authentication::AuthMethod, invalid_parameter, user::User},
    configuration::UserVerification,
    origin::AllowedOrigin,
    registration::TIMEOUT,
};
use crate::error::AwsError;

/// A registered passkey.
pub(in super::super) struct Credential {
    pub(super) id: Vec<u8>,
    pub(super) relying_party_id: String,
    /// As WebAuthn's JSON names them.
    pub(super) transports: Vec<String>,
    pub(super) attachment: Option<String>,
    pub(super) created: SystemTime,
    ways: AuthTransports,
    /// The public key, in webauthn_rp's own form.
    static_state: Vec<u8>,
    /// The counter of signatures, and whether the user was ever verified.
    dynamic_state: DynamicState,
}

/// A registration that was started.
pub(super) struct Registration {
    state: RegistrationServerState<16>,
    relying_party_id: String,
}

/// A request for a signature.
pub(in super::super) struct Assertion {
    state: NonDiscoverableAuthenticationServerState,
    relying_party_id: String,
}

/// The reason why a new passkey is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Challenge,
    Origin,
    RelyingParty,
    NotSupported,
    Malformed,
}

impl Registration {
    /// Starts a registration; returns it with the options for the authenticator.
    pub(super) fn start(
        relying_party_id: &str,
        user: &User,
        verification: UserVerification,
    ) -> Result<(Self, Value), AwsError> {
        let domain = relying_party(relying_party_id)?;
        let handle = user_handle(user);
        let entity = PublicKeyCredentialUserEntity { name: placeholder()?, id: &handle, display_name: None };
        let known = user.passkeys.of_relying_party(relying_party_id).filter_map(Credential::descriptor);
        let mut options = PublicKeyCredentialCreationOptions::second_factor(&domain, entity, known.collect());
        options.extensions = Default::default();
        options.timeout = timeout();
        options.authenticator_selection.resident_key =
            webauthn_rp::request::register::ResidentKeyRequirement::Required;
        options.authenticator_selection.user_verification = verification.into();
        // Cognito's two.
        options.pub_key_cred_params = options
            .pub_key_cred_params
            .remove(CoseAlgorithmIdentifier::Eddsa)
            .remove(CoseAlgorithmIdentifier::Es384);
        let (state, client) = options.start_ceremony().map_err(|error| internal(&error))?;
        let mut options = as_cognito_sends(json!(client));
        options["user"]["name"] = json!(user.username);
        options["user"]["displayName"] = json!(user.username);
        options["rp"]["name"] = json!(relying_party_id);
        Ok((Self { state, relying_party_id: relying_party_id.to_owned() }, options))
    }

    /// Checks the authenticator's answer. A challenge counts once.
    pub(super) fn verify(self, credential: &Value, now: SystemTime) -> Result<Credential, Refusal> {
        let response =
            Response::from_json_relaxed(credential.to_string().as_bytes()).map_err(|_| Refusal::Malformed)?;
        let domain = relying_party(&self.relying_party_id).map_err(|_| Refusal::RelyingParty)?;
        let options = RegistrationVerificationOptions::<_, AllowedOrigin<'_>> {
            allowed_origins: &[AllowedOrigin(&self.relying_party_id)],
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let registered = self.state.verify(&domain, &response, &options).map_err(|error| refusal(&error))?;
        let texts = |list: &Value| -> Vec<String> {
            list.as_array()
                .into_iter()
                .flatten()
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        };
        Ok(Credential {
            id: registered.id().as_ref().to_vec(),
            transports: texts(&credential["response"]["transports"]),
            attachment: credential["authenticatorAttachment"].as_str().map(str::to_owned),
            created: now,
            ways: registered.transports(),
            static_state: registered.static_state().encode().map_err(|_| Refusal::NotSupported)?,
            dynamic_state: registered.dynamic_state(),
            relying_party_id: self.relying_party_id,
        })
    }
}

impl Assertion {
    /// Asks for a signature by one of the user's passkeys; returns the request with the options for the authenticator.
    pub(super) fn start(
        relying_party_id: &str,
        user: &User,
        verification: UserVerification,
    ) -> Result<(Self, Value), AwsError> {
        let domain = relying_party(relying_party_id)?;
        let mut allowed = AllowedCredentials::with_capacity(user.passkeys.credentials.len());
        let known = user.passkeys.of_relying_party(relying_party_id).filter_map(Credential::descriptor);
        known.for_each(|descriptor| {
            allowed.push(descriptor.into());
        });
        let mut options = NonDiscoverableCredentialRequestOptions::second_factor(&domain, allowed)
            .map_err(|error| internal(&error))?;
        options.options().timeout = timeout();
        options.options().user_verification = verification.into();
        let (state, client) = options.start_ceremony().map_err(|error| internal(&error))?;
        let options = as_cognito_sends(json!(client));
        Ok((Self { state, relying_party_id: relying_party_id.to_owned() }, options))
    }

    /// The method by which `credential`, the authenticator's answer as JSON, proves that the user is here. Each request counts once.
    pub(super) fn proof(self, credential: &str, user: &mut User) -> Option<AuthMethod> {
        let handle = user_handle(user);
        let response = NonDiscoverableAuthentication::<16>::from_json_relaxed(credential.as_bytes()).ok()?;
        let id = response.raw_id();
        let known = user.passkeys.credentials.iter_mut().find(|known| known.id == id.as_ref());
        let known = known.filter(|known| known.relying_party_id == self.relying_party_id)?;
        let domain = relying_party(&self.relying_party_id).ok()?;
        let static_state = StaticState::decode(known.static_state.as_slice()).ok()?;
        let id = CredentialId::<&[u8]>::try_from(known.id.as_slice()).ok()?;
        let mut credential =
            AuthenticatedCredential::new(id, &handle, static_state, known.dynamic_state).ok()?;
        let options = AuthenticationVerificationOptions::<_, AllowedOrigin<'_>> {
            allowed_origins: &[AllowedOrigin(&self.relying_party_id)],
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        self.state.verify(&domain, &response, &mut credential, &options).ok()?;
        known.dynamic_state = credential.dynamic_state();
        let is_roaming = known.attachment.as_deref() == Some("cross-platform");
        Some(if is_roaming { AuthMethod::HardwareKey } else { AuthMethod::SoftwareKey })
    }
}

impl Credential {
    /// The id as WebAuthn's JSON has it.
    pub(super) fn id_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.id)
    }

    fn descriptor(&self) -> Option<PublicKeyCredentialDescriptor<Vec<u8>>> {
        let id = CredentialId::try_from(self.id.clone()).ok()?;
        Some(PublicKeyCredentialDescriptor { id, transports: self.ways })
    }
}

impl From<UserVerification> for UserVerificationRequirement {
    fn from(verification: UserVerification) -> Self {
        match verification {
            UserVerification::Required => Self::Required,
            UserVerification::Preferred => Self::Preferred,
        }
    }
}

impl Refusal {
    /// The error of CompleteWebAuthnRegistration.
    pub(super) fn of_registration(self) -> AwsError {
        let (code, message) = match self {
            Self::Challenge => (
                "WebAuthnChallengeNotFoundException",
                "The challenge from StartWebAuthnRegistration was not found or has expired.",
            ),
            Self::Origin => (
                "WebAuthnOriginNotAllowedException",
                "The passkey credential's registration origin does not align with the user pool relying party id.",
            ),
            Self::RelyingParty => (
                "WebAuthnRelyingPartyMismatchException",
                "The given passkey credential is associated with a different relying party ID than the user pool relying party ID.",
            ),
            Self::NotSupported => (
                "WebAuthnCredentialNotSupportedException",
                "The passkey credentials are from an unsupported device or provider.",
            ),
            Self::Malformed => return invalid_parameter("Invalid credential."),
        };
        AwsError::new(code, message)
    }
}

fn refusal(error: &RegCeremonyErr) -> Refusal {
    use RegCeremonyErr as Error;

    match error {
        Error::Timeout | Error::ChallengeMismatch => Refusal::Challenge,
        Error::OriginMismatch | Error::CrossOrigin | Error::TopOriginMismatch => Refusal::Origin,
        Error::RpIdHashMismatch => Refusal::RelyingParty,
        Error::UserNotVerified
        | Error::UserNotPresent
        | Error::PublicKeyAlgorithmMismatch
        | Error::PubKey(_)
        | Error::Credential(_) => Refusal::NotSupported,
        _ => Refusal::Malformed,
    }
}

/// Cognito's options have fewer members.
fn as_cognito_sends(mut options: Value) -> Value {
    if let Some(members) = options.as_object_mut() {
        members.retain(|name, _| {
            !matches!(name.as_str(), "hints" | "attestation" | "attestationFormats" | "extensions")
        });
    }
    options
}

fn relying_party(id: &str) -> Result<RpId, AwsError> {
    AsciiDomain::try_from(id.to_owned()).map(RpId::Domain).map_err(|error| internal(&error))
}

/// The user's id in passkeys: the `sub`, a UUID.
fn user_handle(user: &User) -> UserHandle16 {
    uuid::Uuid::parse_str(&user.sub).unwrap_or_default().into_bytes().into()
}

/// webauthn_rp takes fewer names than Cognito: the user's own is put into the options afterwards.
fn placeholder() -> Result<webauthn_rp::request::register::Username<'static>, AwsError> {
    "user".try_into().map_err(|_| invalid_parameter("Invalid user name."))
}

fn timeout() -> NonZeroU32 {
    u32::try_from(TIMEOUT.as_millis()).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX)
}

fn internal(error: &dyn std::fmt::Display) -> AwsError {
    AwsError::new("InternalErrorException", error.to_string())
}
