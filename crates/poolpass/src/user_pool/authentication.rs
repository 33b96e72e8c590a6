//! Signing in: InitiateAuth, RespondToAuthChallenge, and setting up a TOTP app on the way.

use std::borrow::Cow;
use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{AuthenticationResult, ClientMetadata, UserPool};
use crate::aws_request::Repeat;
use crate::error::Error;

/// `AuthParameters` and `ChallengeResponses`.
pub(crate) type Parameters<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

/// The answer of InitiateAuth and RespondToAuthChallenge: tokens, or a challenge.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AuthAnswer {
    pub(crate) challenge_name: Option<String>,
    #[serde(default)]
    pub(crate) session: Option<SecretString>,
    #[serde(default)]
    pub(crate) challenge_parameters: Option<BTreeMap<String, String>>,
    pub(crate) authentication_result: Option<AuthenticationResult>,
}

/// The answer of VerifySoftwareToken.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TotpVerification {
    pub(crate) status: Option<String>,
    pub(crate) session: Option<SecretString>,
}

/// The answer of AssociateSoftwareToken.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TotpAssociation {
    pub(crate) secret_code: SecretString,
    pub(crate) session: Option<SecretString>,
}

/// Who sets up a TOTP app: someone signed in, or someone on the way.
#[derive(Clone, Copy)]
pub(crate) enum TotpOwner<'a> {
    AccessToken(&'a str),
    Session(&'a str),
}

impl UserPool {
    /// InitiateAuth. `username` is what the person typed; USERNAME and SECRET_HASH are added here.
    ///
    /// Doing it twice abandons the first challenge, which nobody has seen: it may be repeated.
    pub(crate) async fn initiate_auth<'a>(
        &self,
        flow: &'static str,
        username: &'a str,
        mut parameters: Parameters<'a>,
        client_metadata: &ClientMetadata,
    ) -> Result<AuthAnswer, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            auth_flow: &'static str,
            client_id: &'a str,
            auth_parameters: Parameters<'a>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            client_metadata: &'a ClientMetadata,
        }
        self.identify(&mut parameters, username);
        let input = Input {
            auth_flow: flow,
            client_id: self.client_id().as_str(),
            auth_parameters: parameters,
            client_metadata,
        };
        self.call("InitiateAuth", Repeat::Safe, &input).await
    }

    /// RespondToAuthChallenge. `username` is that of the challenge; USERNAME and SECRET_HASH are added here.
    pub(crate) async fn respond_to_auth_challenge<'a>(
        &self,
        challenge_name: &'a str,
        session: Option<&'a SecretString>,
        username: &'a str,
        mut responses: Parameters<'a>,
        client_metadata: &ClientMetadata,
    ) -> Result<AuthAnswer, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            client_id: &'a str,
            challenge_name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            session: Option<&'a str>,
            challenge_responses: Parameters<'a>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            client_metadata: &'a ClientMetadata,
        }
        self.identify(&mut responses, username);
        let input = Input {
            client_id: self.client_id().as_str(),
            challenge_name,
            session: session.map(|session| session.expose_secret()),
            challenge_responses: responses,
            client_metadata,
        };
        self.call("RespondToAuthChallenge", Repeat::IfNotDone, &input).await
    }

    /// AssociateSoftwareToken: a new TOTP secret, not active before it is verified.
    pub(crate) async fn associate_software_token(
        &self,
        owner: TotpOwner<'_>,
    ) -> Result<TotpAssociation, Error> {
        let repeat = match owner {
            TotpOwner::AccessToken(_) => Repeat::Safe,
            TotpOwner::Session(_) => Repeat::IfNotDone, // the answer renews the Session
        };
        self.call("AssociateSoftwareToken", repeat, &OwnedInput::from(owner)).await
    }

    /// VerifySoftwareToken: activates the TOTP secret with a first code.
    pub(crate) async fn verify_software_token(
        &self,
        owner: TotpOwner<'_>,
        code: &str,
        device_name: Option<&str>,
    ) -> Result<TotpVerification, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            #[serde(flatten)]
            owner: OwnedInput<'a>,
            user_code: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            friendly_device_name: Option<&'a str>,
        }
        let input = Input { owner: owner.into(), user_code: code, friendly_device_name: device_name };
        self.call("VerifySoftwareToken", Repeat::IfNotDone, &input).await
    }

    fn identify<'a>(&self, parameters: &mut Parameters<'a>, username: &'a str) {
        parameters.insert("USERNAME".into(), username.into());
        if let Some(hash) = self.secret_hash(username) {
            parameters.insert("SECRET_HASH".into(), hash.into());
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OwnedInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
}

impl<'a> From<TotpOwner<'a>> for OwnedInput<'a> {
    fn from(owner: TotpOwner<'a>) -> Self {
        match owner {
            TotpOwner::AccessToken(token) => Self { access_token: Some(token), session: None },
            TotpOwner::Session(session) => Self { access_token: None, session: Some(session) },
        }
    }
}
