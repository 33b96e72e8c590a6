//! Step-up authentication: the signed-in person proves more strongly, or again, who they are.
//!
//! AWS documents it as USER_AUTH with `TARGET_ACR_VALUES`, `ACCESS_TOKEN` and `MAX_AGE`. Nobody has tried this against AWS yet.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::flow::SignInFlow;
use super::password::Begun;
use super::record::SavedChallenge;
use super::{AuthFactor, SignInStep};
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::platform::BoxFuture;
use crate::session::{Claims, Session, is_about_a_dead_token, meets};
use crate::user_pool::{ClientMetadata, UserPool};

/// A step-up, made by [`Client::step_up`](crate::Client::step_up). Awaiting it looks at the session, and sends the first request
/// (InitiateAuth) if that does not suffice.
///
/// ```no_run
/// use std::time::Duration;
///
/// use poolpass::{Challenge, Client, Error, SignInStep};
///
/// # async fn example(client: Client, password: String) -> Result<(), Error> {
/// // A password not older than five minutes, before the account is closed.
/// let mut step = client.step_up("urn:cognito:loa:1").max_age(Duration::from_secs(300)).await?;
/// if let SignInStep::Challenge(Challenge::SelectChallenge(challenge)) = step {
///     step = challenge.answer_with_password(password).await?;
/// }
/// if let SignInStep::Done(_) = step {
///     client.account().delete_user().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until it is awaited"]
pub struct StepUpBuilder {
    /// Absent where the configuration has no user pool.
    flow: Option<Arc<SignInFlow>>,
    level: String,
    max_age: Option<Duration>,
    client_metadata: ClientMetadata,
}

impl StepUpBuilder {
    pub(crate) fn new(flow: Option<Arc<SignInFlow>>, level: String) -> Self {
        Self { flow, level, max_age: None, client_metadata: ClientMetadata::new() }
    }

    /// Sets how long ago the person may have proved who they are, to the second. Default: any time ago. A refresh does not count.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Adds data for the user pool's Lambda triggers, sent with every step of this step-up.
    pub fn client_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.client_metadata.insert(key.into(), value.into());
        self
    }

    async fn start(self) -> Result<SignInStep, Error> {
        let flow = self.flow.as_ref().ok_or_else(UserPool::is_missing)?;
        input::not_empty(&self.level, "the level is empty")?;
        if self.level.contains(char::is_whitespace) {
            return Err(Error::invalid_input("the level contains a blank: name one level"));
        }
        let _step = flow.pending().step()?;
        let mut session = flow.manager().fresh().await?;
        if self.is_met(&session, flow.pool().pipeline().latest()) {
            return Ok(SignInStep::Done(session.into()));
        }
        let begun = match self.begin(flow, &session).await {
            Err(error) if is_about_a_dead_token(&error) => {
                session = flow.manager().refresh().await?;
                self.begin(flow, &session).await?
            }
            begun => begun?,
        };
        flow.step_up(self.level, session.id_token().username().to_owned(), self.client_metadata, begun).await
    }

    fn is_met(&self, session: &Session, now: SystemTime) -> bool {
        let claims = session.id_token().claims();
        meets(claims.text("acr"), &self.level) && self.is_recent(claims, now)
    }

    fn is_recent(&self, claims: &Claims, now: SystemTime) -> bool {
        let Some(max_age) = self.max_age else { return true };
        claims.auth_time().is_some_and(|time| now.duration_since(time).unwrap_or_default() <= max_age)
    }

    /// Begins the step-up.
    ///
    /// The access token has AWS count the factors that it stands for. It is left out where they are too old to count: AWS refuses a
    /// token that has the level already.
    async fn begin(&self, flow: &SignInFlow, session: &Session) -> Result<Begun, Error> {
        let claims = session.id_token().claims();
        let is_recent = self.is_recent(claims, flow.pool().pipeline().latest());
        let parameters = Object::new()
            .with("TARGET_ACR_VALUES", self.level.as_str())
            .maybe("ACCESS_TOKEN", is_recent.then(|| session.access_token().jwt()))
            .maybe("MAX_AGE", self.max_age.map(|max_age| max_age.as_secs().to_string()));
        let username = session.id_token().username();
        let answer =
            flow.pool().initiate_auth("USER_AUTH", username, parameters, &self.client_metadata).await?;
        // A code completes a password that counts, and is a first factor otherwise.
        let first_factor_proved = is_recent && claims.get("amr").is_some();
        Ok(Begun { answer, srp: None, first_factor_proved })
    }
}

impl SignInFlow {
    /// Sends the code of a step-up again, by beginning anew. No earlier factor counts where a code comes first.
    pub(super) async fn step_up_again(
        self: &Arc<Self>,
        level: &str,
        factor: AuthFactor,
        challenge: &SavedChallenge,
    ) -> Result<SignInStep, Error> {
        let (username, metadata) = (&challenge.username, &challenge.client_metadata);
        let parameters =
            Object::new().with("TARGET_ACR_VALUES", level).with("PREFERRED_CHALLENGE", factor.as_str());
        let answer = self.pool().initiate_auth("USER_AUTH", username, parameters, metadata).await?;
        let begun = Begun { answer, srp: None, first_factor_proved: false };
        self.step_up(level.to_owned(), username.clone(), metadata.clone(), begun).await
    }
}

impl IntoFuture for StepUpBuilder {
    type Output = Result<SignInStep, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

impl fmt::Debug for StepUpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepUpBuilder")
            .field("level", &self.level)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}
