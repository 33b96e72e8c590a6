//! Signing in by redirect, with local-aws's browser in place of a person's.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use poolpass::RedirectOptions;
use poolpass::platform::{BoxFuture, RedirectUserAgent, UserAgentError, UserAgentErrorKind};
use serde_json::{Map, Value, json};

use super::session::user;
use super::{Driver, Outcome};
use crate::arguments::Arguments;
use crate::http;

/// The person's browser as a step of a scenario describes it.
#[derive(Clone, Debug)]
struct Browser {
    /// Where local-aws has it walk through the pages.
    control: String,
    settings: Map<String, Value>,
}

impl Driver {
    pub(super) async fn redirect_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        Some(match operation {
            "signInWithRedirect" => self.sign_in_with_redirect(with).await,
            "signInWithUserAgent" => self.sign_in_with_user_agent(with).await,
            "handleRedirect" => self.handle_redirect(with).await,
            "logoutUrl" => with
                .text("logoutUri")
                .map(|uri| self.client().logout_url(uri).map(|url| json!({ "url": url }))),
            "browse" => self.browse(with).await,
            _ => return None,
        })
    }

    async fn sign_in_with_redirect(&self, with: Arguments<'_>) -> Outcome {
        let sign_in = self.client().sign_in_with_redirect(with.text("redirectUri")?);
        Ok(sign_in.options(options(with)?).await.map(|sign_in| json!({ "url": sign_in.url() })))
    }

    async fn sign_in_with_user_agent(&self, with: Arguments<'_>) -> Outcome {
        let browser = self.browser(with)?;
        let sign_in = self.client().sign_in_with_user_agent(browser, with.text("redirectUri")?);
        Ok(sign_in.options(options(with)?).await.map(|person| user(&person)))
    }

    async fn handle_redirect(&self, with: Arguments<'_>) -> Outcome {
        let result = self.client().handle_redirect(with.text("url")?).await;
        Ok(result.map(|result| match result {
            Some(result) => json!({ "user": user(&result.user), "customState": result.custom_state }),
            None => Value::Null,
        }))
    }

    async fn browse(&self, with: Arguments<'_>) -> Outcome {
        let browser = self.browser(with)?;
        let visited = browser.visit(with.text("url")?, with.text("redirectUri")?).await;
        Ok(Ok(json!({ "url": visited.context("the browser did not come back")? })))
    }

    fn browser(&self, with: Arguments<'_>) -> Result<Browser> {
        let config: Value = serde_json::from_str(&self.config)?;
        let endpoint = config["endpoints"]["cognitoIdp"].as_str().context("there is no endpoint")?;
        let control = format!("{}/_local/user-agent", endpoint.trim_end_matches('/'));
        let settings = with.0.get("userAgent").and_then(Value::as_object).cloned().unwrap_or_default();
        Ok(Browser { control, settings })
    }
}

impl Browser {
    async fn visit(&self, url: &str, redirect_uri: &str) -> Result<String> {
        let mut script = self.settings.clone();
        let mut url = url.to_owned();
        for (from, to) in script.remove("tamper").iter().flat_map(Value::as_object).flatten() {
            url = url.replace(from, to.as_str().context("a replacement is a text")?);
        }
        script.insert("url".to_owned(), json!(url));
        script.insert("redirectUri".to_owned(), json!(redirect_uri));
        let body = Value::Object(script).to_string();
        let request = ::http::Request::post(&self.control).body(body.into())?;
        let answer = http::send(request).await?;
        if answer.status != 200 {
            bail!("{} {}", answer.status, answer.body);
        }
        let answer: Value = serde_json::from_str(&answer.body)?;
        Ok(answer["url"].as_str().context("no URL")?.to_owned())
    }
}

impl RedirectUserAgent for Browser {
    fn authenticate<'a>(
        &'a self,
        url: &'a str,
        redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<String, UserAgentError>> {
        Box::pin(async move {
            if self.settings.get("cancels") == Some(&json!(true)) {
                let detail = "the person closed the window";
                return Err(UserAgentError::new(UserAgentErrorKind::Cancelled, detail));
            }
            let failed =
                |error: anyhow::Error| UserAgentError::new(UserAgentErrorKind::Failed, format!("{error:#}"));
            self.visit(url, redirect_uri).await.map_err(failed)
        })
    }
}

fn options(with: Arguments<'_>) -> Result<RedirectOptions> {
    let text = |name: &str| with.maybe_text(name).map(str::to_owned);
    let scopes = with.0.get("scopes").and_then(Value::as_array).into_iter().flatten();
    let scopes = scopes.map(|scope| Ok(scope.as_str().context("a scope is a text")?.to_owned()));
    Ok(RedirectOptions {
        provider: text("provider").map(Into::into),
        idp_identifier: text("idpIdentifier"),
        scopes: scopes.collect::<Result<_>>()?,
        prompt: text("prompt"),
        login_hint: text("loginHint"),
        lang: text("lang"),
        acr_values: text("acrValues"),
        max_age: with.maybe_number("maxAge").map(Duration::from_secs),
        nonce: text("nonce").map(Into::into),
        custom_state: text("customState"),
    })
}
