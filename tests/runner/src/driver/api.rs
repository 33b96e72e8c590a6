//! The app's own API.

use anyhow::{Context, Result};
use poolpass::Error;
use poolpass::api::{ApiRequest, Authorization};
use serde_json::{Value, json};

use super::{Driver, Outcome};
use crate::arguments::Arguments;

impl Driver {
    pub(super) async fn api_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        if operation == "api.presign" {
            return Some(self.presign(with).await);
        }
        if operation != "api.request" {
            return None;
        }
        Some(match self.api_request(with) {
            Ok(request) => Ok(send(request).await),
            Err(error) => Err(error),
        })
    }

    async fn presign(&self, with: Arguments<'_>) -> Outcome {
        let mut request =
            self.client().api(with.maybe_text("service").unwrap_or("execute-api")).get(with.text("url")?);
        if with.flag("sessionTokenAfterSigning") {
            request = request.session_token_after_signing();
        }
        let presigned = request.presign(with.seconds("expiresIn")?).await;
        Ok(presigned.map(|presigned| json!({ "url": presigned.as_str() })))
    }

    fn api_request(&self, with: Arguments<'_>) -> Result<ApiRequest> {
        let method = with.maybe_text("method").unwrap_or("GET").parse().context("the method")?;
        let authorization = match with.maybe_text("authorization") {
            None => Authorization::default(),
            Some(code) => Authorization::from_code(code).context("there is no such authorization")?,
        };
        let api = self.client().api("execute-api");
        let mut request = api.request(method, with.text("url")?).authorization(authorization);
        for (name, value) in &with.texts("headers")? {
            request = request.header(name, value);
        }
        if with.flag("bearer") {
            request = request.bearer();
        }
        if let Some(body) = with.maybe_text("body") {
            request = request.text(body);
        }
        Ok(request)
    }
}

async fn send(request: ApiRequest) -> Result<Value, Error> {
    let answer = request.await?;
    Ok(json!({ "status": answer.status().as_u16(), "body": answer.text()? }))
}
