//! Signing in with a password, proved by SRP (USER_SRP_AUTH, USER_AUTH, CUSTOM_AUTH) or sent (USER_PASSWORD_AUTH).

use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::platform::BoxFuture;
use crate::srp::{ClientEphemeral, Identity, ServerChallenge, SrpError, claim_timestamp};
use crate::user_pool::{AuthAnswer, ClientMetadata, UserPool};

/// The first answer of a sign-in, and what the next steps need to know.
pub(super) struct Begun {
    pub(super) answer: AuthAnswer,
    /// For answering PASSWORD_VERIFIER.
    pub(super) srp: Option<SrpProof>,
    /// Whether a code that is asked for now is a second factor.
    pub(super) first_factor_proved: bool,
}

/// Sends the password.
pub(super) async fn send(
    pool: &UserPool,
    username: &str,
    password: &SecretString,
    client_metadata: &ClientMetadata,
) -> Result<Begun, Error> {
    let parameters = Object::new().with("PASSWORD", password.expose_secret());
    let answer = pool.initiate_auth("USER_PASSWORD_AUTH", username, parameters, client_metadata).await?;
    Ok(Begun { answer, srp: None, first_factor_proved: true })
}

/// The flow in which SRP proves a password.
#[derive(Clone, Copy)]
pub(super) enum SrpStart {
    /// USER_SRP_AUTH.
    Password,
    /// USER_AUTH with PASSWORD_SRP.
    Choice,
    /// CUSTOM_AUTH after SRP.
    Custom,
}

/// A proof of the password by SRP, for answering PASSWORD_VERIFIER.
pub(super) struct SrpProof {
    start: SrpStart,
    /// The user name as the person typed it.
    username: String,
    password: SecretString,
    ephemeral: ClientEphemeral,
}

impl SrpProof {
    /// A proof that has not begun.
    pub(super) fn new(
        pool: &UserPool,
        start: SrpStart,
        username: &str,
        password: SecretString,
    ) -> Result<Self, Error> {
        let mut secret = Zeroizing::new([0; 32]);
        pool.pipeline().random().fill(secret.as_mut())?;
        let ephemeral = ClientEphemeral::new(*secret).map_err(unusable)?;
        Ok(Self { start, username: username.to_owned(), password, ephemeral })
    }

    /// The client's public value.
    pub(super) fn srp_a(&self) -> &str {
        self.ephemeral.public_hex()
    }

    /// Begins a sign-in (InitiateAuth).
    pub(super) async fn begin(
        pool: &UserPool,
        start: SrpStart,
        username: &str,
        password: SecretString,
        client_metadata: &ClientMetadata,
    ) -> Result<Begun, Error> {
        let proof = Self::new(pool, start, username, password)?;
        let parameters = Object::new().with("SRP_A", proof.srp_a());
        let (flow, parameters) = match start {
            SrpStart::Password => ("USER_SRP_AUTH", parameters),
            SrpStart::Choice => ("USER_AUTH", parameters.with("PREFERRED_CHALLENGE", "PASSWORD_SRP")),
            SrpStart::Custom => ("CUSTOM_AUTH", parameters.with("CHALLENGE_NAME", "SRP_A")),
        };
        let answer = pool.initiate_auth(flow, username, parameters, client_metadata).await?;
        // The choice may turn out to be another than the password.
        let first_factor_proved = !matches!(start, SrpStart::Choice);
        Ok(Begun { answer, srp: Some(proof), first_factor_proved })
    }

    /// Answers PASSWORD_VERIFIER.
    ///
    /// The claim of the password is signed with the time. Where the answer's `Date` and the device disagree about it, Cognito decides:
    /// it takes a wrong time for a wrong password.
    pub(super) async fn answer(
        self,
        pool: &UserPool,
        challenge: AuthAnswer,
        client_metadata: &ClientMetadata,
    ) -> Result<AuthAnswer, Error> {
        let clock = pool.pipeline().clock();
        let Some([by_dates, other]) = clock.disputed() else {
            return self.prove(pool, challenge, client_metadata, clock.now()).await;
        };
        match self.prove(pool, challenge, client_metadata, clock.at(by_dates)).await {
            Err(refusal) if refusal.kind() == ErrorKind::NotAuthorized => {
                let begun =
                    Self::begin(pool, self.start, &self.username, self.password, client_metadata).await?;
                let Some(again) = begun.srp else { return Err(refusal) };
                let proved = again.prove(pool, begun.answer, client_metadata, clock.at(other)).await?;
                clock.settle(other, true);
                Ok(proved)
            }
            Ok(proved) => {
                clock.settle(by_dates, false);
                Ok(proved)
            }
            Err(error) => Err(error),
        }
    }

    /// Signs the claim at AWS's time `now`. The future is boxed so that it is compiled once.
    fn prove<'a>(
        &'a self,
        pool: &'a UserPool,
        challenge: AuthAnswer,
        client_metadata: &'a ClientMetadata,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<AuthAnswer, Error>> {
        Box::pin(async move {
            let (username, responses) = self.claim(pool, &challenge, now)?;
            let session = challenge.session.as_ref();
            pool.respond_to_auth_challenge("PASSWORD_VERIFIER", session, username, responses, client_metadata)
                .await
        })
    }

    /// The user name and the signed claim for AWS.
    fn claim<'a>(
        &'a self,
        pool: &UserPool,
        challenge: &'a AuthAnswer,
        now: SystemTime,
    ) -> Result<(&'a str, Object), Error> {
        let username = challenge.username().unwrap_or(&self.username);
        let user_id_for_srp = challenge.challenge_parameters.get("USER_ID_FOR_SRP").map_or(username, |id| id);
        let identity = Identity::user(pool.id().pool_name(), user_id_for_srp);
        Ok((username, claim(&self.ephemeral, identity, &self.password, challenge, now)?))
    }
}

/// The signed claim of a password, of a person or of a device, for AWS.
pub(super) fn claim(
    ephemeral: &ClientEphemeral,
    identity: Identity<'_>,
    password: &SecretString,
    challenge: &AuthAnswer,
    now: SystemTime,
) -> Result<Object, Error> {
    let parameter = |name: &str| {
        let value = challenge.challenge_parameters.get(name).map(String::as_str);
        value.ok_or_else(|| Error::invalid_response(format!("the SRP challenge has no {name}")))
    };
    let secret_block = parameter("SECRET_BLOCK")?;
    let server = ServerChallenge::parse(parameter("SRP_B")?, parameter("SALT")?).map_err(unusable)?;
    let key = ephemeral.password_key(identity, password.expose_secret(), &server).map_err(unusable)?;
    let timestamp = claim_timestamp(now).map_err(unusable)?;
    let signature = key.claim_signature(identity, secret_block, &timestamp).map_err(unusable)?;
    Ok(Object::new()
        .with("PASSWORD_CLAIM_SECRET_BLOCK", secret_block)
        .with("PASSWORD_CLAIM_SIGNATURE", signature)
        .with("TIMESTAMP", timestamp))
}

pub(super) fn unusable(error: SrpError) -> Error {
    Error::invalid_response(format!("the SRP challenge cannot be used: {error}"))
}
