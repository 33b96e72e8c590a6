//! A transport that only sends requests whose signature another implementation accepts.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use poolpass::platform::{Body, BoxFuture, HttpTransport, Request, Response, Transport, TransportError};
use serde::Deserialize;
use serde_json::Value;

use crate::event_log::{is_of_cognito, overheard, tell_secret, tell_secrets_of};
use crate::signature_check::{SigningKey, access_key_id, verify};

/// The platform's HTTP client, which checks every signature with [`signature_check`](crate::signature_check) first.
///
/// It takes the keys from the identity pool's answers. A request with an invalid signature fails as not sent, with the reason. Clones
/// share their state.
#[derive(Clone, Debug)]
pub struct VerifyingTransport {
    inner: HttpTransport,
    keys: Arc<Mutex<HashMap<String, SigningKey>>>,
    verified: Arc<AtomicUsize>,
}

impl VerifyingTransport {
    /// A transport without keys.
    ///
    /// # Errors
    ///
    /// If the platform's HTTP client cannot be made.
    pub fn new() -> Result<Self, TransportError> {
        Ok(Self { inner: HttpTransport::new()?, keys: Arc::default(), verified: Arc::default() })
    }

    /// The number of verified requests.
    pub fn verified(&self) -> usize {
        self.verified.load(Ordering::Relaxed)
    }

    async fn check(&self, request: &Request) -> Result<(), TransportError> {
        let Some(id) = access_key_id(request) else { return Ok(()) };
        let key = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        let key = key.ok_or_else(|| TransportError::not_sent(format!("{id} is nobody's access key")))?;
        verify(request, &key).await.map_err(|error| TransportError::not_sent(format!("{error:#}")))?;
        self.verified.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn learn(&self, response: Response) -> Result<Response, TransportError> {
        let (head, body) = response.into_parts();
        let body = body.bytes(1 << 20).await?;
        if let Some((id, key)) = granted(&body) {
            self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(id, key);
        }
        Ok(Response::from_parts(head, Body::from(body)))
    }
}

impl Transport for VerifyingTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            self.check(&request).await?;
            tell_secrets_of(&request);
            let has_secrets = is_of_cognito(&request);
            let target = request.headers().get("x-amz-target").cloned();
            let is_of_sts = request.body().starts_with(b"Action=AssumeRoleWithWebIdentity&");
            let response = self.inner.send(request).await?;
            let response = if has_secrets { overheard(response) } else { response };
            match target {
                None if is_of_sts => self.learn(response).await,
                Some(target) if target == "AWSCognitoIdentityService.GetCredentialsForIdentity" => {
                    self.learn(response).await
                }
                _ => Ok(response),
            }
        })
    }
}

/// The key in an answer of the identity pool, or of STS.
fn granted(body: &Bytes) -> Option<(String, SigningKey)> {
    if body.starts_with(b"<") {
        return granted_by_sts(body);
    }
    let answer: Value = serde_json::from_slice(body).ok()?;
    let member = |name: &str| Some(answer["Credentials"][name].as_str()?.to_owned());
    let key =
        SigningKey { secret_access_key: member("SecretKey")?, session_token: Some(member("SessionToken")?) };
    Some((member("AccessKeyId")?, key))
}

fn granted_by_sts(document: &[u8]) -> Option<(String, SigningKey)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document {
        assume_role_with_web_identity_result: Granted,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Granted {
        credentials: Credentials,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Credentials {
        access_key_id: String,
        secret_access_key: String,
        session_token: String,
    }
    let document: Document = quick_xml::de::from_reader(document).ok()?;
    let Credentials { access_key_id, secret_access_key, session_token } =
        document.assume_role_with_web_identity_result.credentials;
    tell_secret(&secret_access_key);
    tell_secret(&session_token);
    Some((access_key_id, SigningKey { secret_access_key, session_token: Some(session_token) }))
}
