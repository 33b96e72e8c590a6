//! Requests to the app's own API behind API Gateway, or to an AWS service that Poolpass has no operations for.
//!
//! ```no_run
//! # async fn example(client: poolpass::Client, note: serde_json::Value) -> Result<(), poolpass::Error> {
//! use poolpass::api::Authorization;
//!
//! let api = client.api("execute-api"); // paths are below the configuration's api.url
//! let notes: Vec<serde_json::Value> = api.get("/notes").query("tag", "a & b").await?.json()?;
//!
//! let answer = api.post("/notes").json(&note).any_status().await?;
//! if answer.status() == 422 {
//!     println!("not accepted: {}", answer.text()?);
//! }
//!
//! // An API with a user pool authorizer.
//! let mine = api.get("/me").authorization(Authorization::IdToken).await?;
//!
//! // Another AWS service, whose protocol the app speaks itself.
//! let things = client.api("iotdata").get("https://example-ats.iot.eu-west-1.amazonaws.com/things").await?;
//! # Ok(())
//! # }
//! ```

mod checks;
mod options;
mod request;
mod response;
mod session_token;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::Method;

pub use options::{ApiOptions, Authorization};
pub use request::ApiRequest;
pub use response::ApiResponse;

pub use crate::presigned_url::PresignedUrl;

use crate::client::Client;
use crate::config::{Endpoint, Region, Service};
use crate::error::Error;

/// The service name of APIs behind API Gateway.
const EXECUTE_API: &str = "execute-api";

impl Client {
    /// Makes requests to `service`, its name in signatures: `execute-api` for API Gateway, `lambda`, `iotdata` and so on.
    pub fn api(&self, service: impl Into<String>) -> ApiClient {
        ApiClient {
            client: self.clone(),
            service: service.into().into(),
            region: self.config().region().clone(),
        }
    }
}

/// Makes requests to one service; [`Client::api`] creates it. Clones are cheap.
///
/// The URL of a request is absolute, or a path below the service's base URL: for `execute-api` the configuration's `api.url`, for every
/// other service its configured endpoint or AWS's own, `https://SERVICE.REGION.amazonaws.com`. Write it as in a browser's address bar:
/// characters that a URL cannot hold are percent-encoded, `%XX` is kept, and a `+` in the query is a space.
#[derive(Clone, Debug)]
pub struct ApiClient {
    client: Client,
    service: Arc<str>,
    region: Region,
}

impl ApiClient {
    /// Signs for `region`. Default: the configuration's.
    #[must_use]
    pub fn in_region(self, region: Region) -> Self {
        Self { region, ..self }
    }

    /// Starts a request with any method but CONNECT and TRACE.
    pub fn request(&self, method: Method, url: &str) -> ApiRequest {
        ApiRequest::new(self, method, url)
    }

    /// Starts a GET request.
    pub fn get(&self, url: &str) -> ApiRequest {
        self.request(Method::GET, url)
    }

    /// Starts a POST request.
    pub fn post(&self, url: &str) -> ApiRequest {
        self.request(Method::POST, url)
    }

    /// Starts a PUT request.
    pub fn put(&self, url: &str) -> ApiRequest {
        self.request(Method::PUT, url)
    }

    /// Starts a PATCH request.
    pub fn patch(&self, url: &str) -> ApiRequest {
        self.request(Method::PATCH, url)
    }

    /// Starts a DELETE request.
    pub fn delete(&self, url: &str) -> ApiRequest {
        self.request(Method::DELETE, url)
    }

    fn base(&self) -> Result<Endpoint, Error> {
        let config = self.client.config();
        if &*self.service == EXECUTE_API {
            return config.api_url().cloned().ok_or_else(|| {
                Error::invalid_config(
                    "a path needs the base URL of the API (api.url), which is not configured",
                )
            });
        }
        if self.service.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            return Err(Error::invalid_input(format!(
                "\"{}\" has no address: give the whole URL",
                self.service
            )));
        }
        let known =
            [Service::CognitoIdp, Service::CognitoIdentity, Service::Sts, Service::S3, Service::DynamoDb]
                .into_iter()
                .find(|known| known.signing_name() == &*self.service);
        Ok(match known {
            Some(known) => config.endpoint(known, &self.region),
            None => Endpoint::of_aws(&self.service, &self.region),
        })
    }
}
