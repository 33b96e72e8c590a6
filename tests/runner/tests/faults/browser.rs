//! The person's browser: local-aws's own, which walks through the pages of managed login.

use std::sync::Arc;

use anyhow::{Context, Result};
use poolpass::platform::{BoxFuture, RedirectUserAgent, UserAgentError, UserAgentErrorKind};
use poolpass_tests::PASSWORD;
use serde_json::json;

use crate::fixture::Environment;

/// The redirect URI of the tests.
pub const REDIRECT_URI: &str = "https://notes.example/callback";

/// A browser in which the person signs in with the password.
#[derive(Clone, Debug)]
pub struct Browser {
    environment: Arc<Environment>,
    user: String,
}

impl Browser {
    /// A browser without cookies.
    pub fn new(environment: Arc<Environment>, user: String) -> Self {
        Self { environment, user }
    }

    /// Signs in at `url`. Returns the URL that the browser is sent back to.
    ///
    /// # Errors
    ///
    /// If the browser does not come back.
    pub async fn sign_in(&self, url: &str) -> Result<String> {
        let script = json!({
            // The faults are those of the app's requests, and not of the browser's.
            "url": self.environment.past_the_proxy(url),
            "redirectUri": REDIRECT_URI,
            "steps": [{ "fill": { "username": self.user } }, { "fill": { "password": PASSWORD } }],
        });
        let came_back = self.environment.post("/_local/user-agent", script).await?;
        Ok(came_back["url"].as_str().context("the browser did not come back")?.to_owned())
    }
}

impl RedirectUserAgent for Browser {
    fn authenticate<'a>(
        &'a self,
        url: &'a str,
        _redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<String, UserAgentError>> {
        Box::pin(async move {
            let failed = |error| UserAgentError::new(UserAgentErrorKind::Failed, format!("{error:#}"));
            self.sign_in(url).await.map_err(failed)
        })
    }
}
