//! Logins of third parties at the identity pool, and the classic flow.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use poolpass::platform::BoxFuture;
use poolpass::{Client, LoginProvider, LoginToken, LoginTokenError, ProviderToken};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Driver, Outcome, nothing};
use crate::arguments::Arguments;
use crate::http;

impl Driver {
    pub(super) async fn login_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        let client = self.client();
        Some(match operation {
            "addLogin" => add(&client, with),
            "removeLogin" => {
                provider(with).map(|provider| client.remove_login(&provider).map(|()| Value::Null))
            }
            "unlinkLogin" => match provider(with) {
                Ok(provider) => nothing(client.unlink_login(&provider).await),
                Err(error) => Err(error),
            },
            "logins" => Ok(Ok(client
                .logins()
                .iter()
                .map(|login| json!({ "provider": login.code(), "name": login.name() }))
                .collect())),
            "classicFlow" => self.classic_flow(&client, with),
            _ => return None,
        })
    }

    /// From here on, the client is that of the role.
    fn classic_flow(&self, client: &Client, with: Arguments<'_>) -> Outcome {
        let mut builder = client.classic_flow(with.text("roleArn")?);
        if let Some(name) = with.maybe_text("sessionName") {
            builder = builder.session_name(name);
        }
        if with.0.contains_key("duration") {
            builder = builder.duration(with.seconds("duration")?);
        }
        if let Some(policy) = with.maybe_text("policy") {
            builder = builder.policy(policy);
        }
        Ok(builder.build().map(|client| {
            self.running().client = client;
            Value::Null
        }))
    }
}

fn add(client: &Client, with: Arguments<'_>) -> Outcome {
    let source = Source {
        url: with.text("url")?.to_owned(),
        request: with.value("request")?.to_string(),
        keeps: with.flag("keep"),
        kept: Arc::default(),
    };
    Ok(client.add_login(provider(with)?, source).map(|()| Value::Null))
}

fn provider(with: Arguments<'_>) -> Result<LoginProvider> {
    LoginProvider::from_code(with.text("provider")?, with.maybe_text("name").unwrap_or_default())
        .context("there is no such login provider")
}

/// Asks a server for the token: a provider's stand-in, or the app's backend.
#[derive(Debug)]
struct Source {
    url: String,
    request: String,
    /// Whether the first token is used for ever.
    keeps: bool,
    kept: Arc<Mutex<Option<ProviderToken>>>,
}

impl Source {
    async fn ask(&self) -> Result<ProviderToken> {
        let request = ::http::Request::post(&self.url).body(self.request.clone().into())?;
        let answer = http::send(request).await?;
        ensure!(answer.status == 200, "the provider answered {}", answer.status);
        let answer: Value = serde_json::from_str(&answer.body)?;
        let token = answer["token"].as_str().context("no token")?;
        Ok(match answer["identityId"].as_str() {
            Some(id) => ProviderToken::developer(id, token),
            None => ProviderToken::new(token),
        })
    }
}

impl LoginToken for Source {
    fn token(&self) -> BoxFuture<'_, Result<ProviderToken, LoginTokenError>> {
        Box::pin(async move {
            let mut kept = self.kept.lock().await;
            match &*kept {
                Some(token) if self.keeps => Ok(token.clone()),
                _ => {
                    let token = self.ask().await.map_err(|error| LoginTokenError(error.to_string()))?;
                    Ok(kept.insert(token).clone())
                }
            }
        })
    }
}
