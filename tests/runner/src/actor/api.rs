//! The app's own API.

use anyhow::{Context, Result, bail};
use poolpass::Error;
use poolpass::signed::SignedRequest;
use serde_json::{Value, json};

use super::{Actor, Outcome};
use crate::arguments::Arguments;

impl Actor {
    pub(super) async fn api_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        if operation != "request" {
            return None;
        }
        Some(match self.api_request(with) {
            Ok(request) => Ok(send(request).await),
            Err(error) => Err(error),
        })
    }

    fn api_request(&self, with: Arguments<'_>) -> Result<SignedRequest> {
        let method = with.maybe_text("method").unwrap_or("GET").parse().context("the method")?;
        let mut request = self.client().signed("execute-api").request(method, with.text("path")?);
        if let Some(body) = with.maybe_text("body") {
            request = request.text(body);
        }
        Ok(match with.text("auth")? {
            "iam" => request,
            "idToken" => request.with_id_token(),
            "accessToken" => request.with_access_token(),
            other => bail!("there is no way to authorize called {other:?}"),
        })
    }
}

async fn send(request: SignedRequest) -> Result<Value, Error> {
    let answer = request.send().await?;
    Ok(json!({ "status": answer.status().as_u16(), "body": answer.text()? }))
}
