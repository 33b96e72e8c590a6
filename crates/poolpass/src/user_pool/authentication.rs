//! Signing in: InitiateAuth, RespondToAuthChallenge, and setting up a TOTP app on the way.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use super::{AuthenticationResult, Call, ClientMetadata, UserPool, is_unknown_device};
use crate::error::Error;
use crate::json::Object;
use crate::platform::BoxFuture;

/// The answer of InitiateAuth and RespondToAuthChallenge: tokens, or a challenge.
pub(crate) struct AuthAnswer {
    pub(crate) challenge_name: Option<String>,
    pub(crate) session: Option<SecretString>,
    pub(crate) challenge_parameters: BTreeMap<String, String>,
    /// AWS's names of the first factors to choose from.
    pub(crate) available_challenges: Vec<String>,
    pub(crate) authentication_result: Option<AuthenticationResult>,
}

impl AuthAnswer {
    fn read(mut answer: Object) -> Result<Self, Error> {
        let result = answer.maybe_object("AuthenticationResult")?;
        Ok(Self {
            challenge_name: answer.maybe_text("ChallengeName")?,
            session: answer.maybe_secret("Session")?,
            challenge_parameters: answer.text_map("ChallengeParameters")?,
            available_challenges: answer.text_list("AvailableChallenges")?,
            authentication_result: result.map(AuthenticationResult::read).transpose()?,
        })
    }

    /// AWS's user name of the person, which differs from a typed alias.
    pub(crate) fn username(&self) -> Option<&str> {
        let parameters = &self.challenge_parameters;
        parameters.get("USERNAME").or_else(|| parameters.get("USER_ID_FOR_SRP")).map(String::as_str)
    }
}

/// The person who sets up a TOTP app: signed in (the access token is added when the call is sent), or signing in.
#[derive(Clone, Copy)]
pub(crate) enum TotpOwner<'a> {
    SignedIn,
    Session(&'a SecretString),
}

impl UserPool {
    /// InitiateAuth. `username` is the name as typed; USERNAME and SECRET_HASH are added to the `AuthParameters` here.
    ///
    /// It may be repeated: the second request abandons the first one's challenge, which nobody has seen.
    pub(crate) fn initiate_auth(
        &self,
        flow: &'static str,
        username: &str,
        parameters: Object,
        client_metadata: &ClientMetadata,
    ) -> BoxFuture<'_, Result<AuthAnswer, Error>> {
        self.initiate_auth_in(None, flow, username, parameters, client_metadata)
    }

    /// InitiateAuth, with the `Session` of ConfirmSignUp if there is one.
    pub(crate) fn initiate_auth_in(
        &self,
        session: Option<&str>,
        flow: &'static str,
        username: &str,
        parameters: Object,
        client_metadata: &ClientMetadata,
    ) -> BoxFuture<'_, Result<AuthAnswer, Error>> {
        let input = Object::new()
            .with("AuthFlow", flow)
            .with("ClientId", self.client_id().as_str())
            .maybe("Session", session)
            .maybe("UserContextData", self.user_context(username))
            .texts("ClientMetadata", client_metadata);
        // The session is used up.
        let call = if session.is_some() {
            Call::once("InitiateAuth", input)
        } else {
            Call::safe("InitiateAuth", input)
        };
        let parameters = self.identified(parameters, username);
        match flow {
            "REFRESH_TOKEN_AUTH" => self.step(call.with("AuthParameters", parameters).refreshing()),
            // The answer to PASSWORD_VERIFIER names the device, when the user name is certain.
            "USER_SRP_AUTH" => self.step(call.with("AuthParameters", parameters)),
            _ => self.step_of_device(call, "AuthParameters", parameters, username, false),
        }
    }

    /// RespondToAuthChallenge. `username` is that of the challenge; USERNAME and SECRET_HASH are added to the
    /// `ChallengeResponses` here.
    pub(crate) fn respond_to_auth_challenge(
        &self,
        challenge_name: &str,
        session: Option<&SecretString>,
        username: &str,
        responses: Object,
        client_metadata: &ClientMetadata,
    ) -> BoxFuture<'_, Result<AuthAnswer, Error>> {
        let input = Object::new()
            .with("ClientId", self.client_id().as_str())
            .with("ChallengeName", challenge_name)
            .maybe("Session", session.map(|session| session.expose_secret()))
            .maybe("UserContextData", self.user_context(username))
            .texts("ClientMetadata", client_metadata);
        let call = Call::once("RespondToAuthChallenge", input);
        let responses = self.identified(responses, username);
        let proves_device = challenge_name.starts_with("DEVICE_");
        self.step_of_device(call, "ChallengeResponses", responses, username, proves_device)
    }

    /// A step that names the person's device (`DEVICE_KEY`), where there is one.
    ///
    /// If the user pool has forgotten the device, so does this client, and sends the step once more without it. A step that proves
    /// the device itself is not sent again.
    fn step_of_device(
        &self,
        call: Call,
        member: &'static str,
        parameters: Object,
        username: &str,
        proves_device: bool,
    ) -> BoxFuture<'_, Result<AuthAnswer, Error>> {
        let username = username.to_owned();
        Box::pin(async move {
            let Some(device) = self.devices.of(&username).await else {
                let answer = self.step(call.with(member, parameters)).await?;
                if let Some(name) = answer.username().filter(|name| **name != username) {
                    self.devices.note_name(name, &username).await;
                }
                return Ok(answer);
            };
            let key = device.ids.key;
            let with_key = parameters.clone().with("DEVICE_KEY", key.as_str());
            match self.step(call.clone().with(member, with_key)).await {
                Err(error) if is_unknown_device(&error) => {
                    self.devices.forget_stale(&key, &username).await;
                    if proves_device {
                        return Err(error);
                    }
                    self.step(call.with(member, parameters)).await
                }
                Ok(mut answer) => {
                    if let Some(result) = &mut answer.authentication_result {
                        result.device_key = Some(key);
                    }
                    Ok(answer)
                }
                Err(error) => Err(error),
            }
        })
    }

    fn step(&self, call: Call) -> BoxFuture<'_, Result<AuthAnswer, Error>> {
        let operation = call.operation;
        Box::pin(async move {
            let asked_at = self.pipeline().device_now();
            let answer = self.send(call).await?;
            let answer = AuthAnswer::read(answer).map_err(|error| error.during(operation))?;
            if let Some(result) = &answer.authentication_result {
                self.learn_time(result, asked_at);
            }
            Ok(answer)
        })
    }

    fn identified(&self, parameters: Object, username: &str) -> Object {
        parameters.with("USERNAME", username).maybe("SECRET_HASH", self.secret_hash(username))
    }
}

impl Call {
    /// AssociateSoftwareToken: a new TOTP secret, not active before it is verified.
    pub(crate) fn associate_software_token(owner: TotpOwner<'_>) -> Self {
        match owner {
            TotpOwner::SignedIn => Self::safe("AssociateSoftwareToken", owner.input()),
            // The answer renews the Session.
            TotpOwner::Session(_) => Self::once("AssociateSoftwareToken", owner.input()),
        }
    }

    /// VerifySoftwareToken: activates the TOTP secret with a first code.
    pub(crate) fn verify_software_token(owner: TotpOwner<'_>, code: &str, device_name: Option<&str>) -> Self {
        let input = owner.input().with("UserCode", code).maybe("FriendlyDeviceName", device_name);
        Self::once("VerifySoftwareToken", input)
    }
}

impl TotpOwner<'_> {
    fn input(self) -> Object {
        match self {
            Self::SignedIn => Object::new(),
            Self::Session(session) => Object::new().with("Session", session.expose_secret()),
        }
    }
}
