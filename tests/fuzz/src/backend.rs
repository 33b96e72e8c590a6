//! A transport whose answers come from the input, and a store whose values come from the input.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use poolpass::platform::{
    Body, BoxFuture, Request, Response, SessionStore, StoreError, Transport, TransportError,
};
use poolpass::{Client, Config, Service};
use secrecy::SecretString;

pub(crate) const USER_POOL: &str = "eu-west-1_AbCdEfGhI";
pub(crate) const APP_CLIENT: &str = "1example23456789";

/// Answers every request in the same way, except those for a guest's credentials.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether the identity pool answers in the same way too.
    pub(crate) is_identity_pool: bool,
}

impl Backend {
    pub(crate) fn answering(body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body: body.into(), is_identity_pool: false }
    }

    pub(crate) fn client(self) -> Client {
        self.client_with(Stored(None))
    }

    pub(crate) fn client_with(self, store: impl SessionStore + 'static) -> Client {
        let config = Config::builder()
            .user_pool(USER_POOL, APP_CLIENT)
            .domain("auth.example.com")
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .bucket("photos")
            .table("notes")
            .endpoint(Service::S3, "http://127.0.0.1:1");
        let client = Client::builder(config.build().expect("a configuration"));
        client.transport(self).store(store).build().expect("a client")
    }
}

impl Transport for Backend {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let own = match target {
            _ if self.is_identity_pool => None,
            Some("AWSCognitoIdentityService.GetId") => Some(r#"{"IdentityId":"eu-west-1:guest"}"#),
            Some("AWSCognitoIdentityService.GetCredentialsForIdentity") => Some(
                r#"{"IdentityId":"eu-west-1:guest","Credentials":{"AccessKeyId":"ASIAGUEST","SecretKey":"s","SessionToken":"t","Expiration":4102444800}}"#,
            ),
            _ => None,
        };
        let mut response = match own {
            Some(own) => Response::new(Body::from(Bytes::from_static(own.as_bytes()))),
            None => Response::new(Body::from(self.body.clone())),
        };
        if own.is_none() {
            *response.status_mut() = self.status;
            *response.headers_mut() = self.headers.clone();
        }
        Box::pin(async { Ok(response) })
    }
}

/// A store that has this value under every key and saves nothing.
#[derive(Debug)]
pub(crate) struct Stored(pub(crate) Option<String>);

impl SessionStore for Stored {
    fn load<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        Box::pin(async { Ok(self.0.clone().map(SecretString::from)) })
    }

    fn save<'a>(&'a self, _key: &'a str, _value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn remove<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}
