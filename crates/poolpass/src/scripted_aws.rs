//! For tests: a guest's client, whose requests are answered by a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::client::Client;
use crate::config::{Config, ConfigBuilder};
use crate::platform::{Body, BoxFuture, Request, Response, Transport, TransportError};

/// The identity pool gives credentials to everyone; all else is answered in turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptedAws(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    answers: Mutex<VecDeque<Result<Scripted, TransportError>>>,
    sent: Mutex<Vec<Request>>,
}

type Scripted = http::Response<Result<Bytes, Bytes>>;

impl ScriptedAws {
    /// An answer in any form, such as S3's.
    pub(crate) fn answer_text(self, status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        self.scripted(status, headers, Ok(body.to_owned().into()))
    }

    /// An answer whose body breaks off after `body`.
    pub(crate) fn answer_cut_off(self, status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        self.scripted(status, headers, Err(body.to_owned().into()))
    }

    fn scripted(self, status: u16, headers: &[(&str, &str)], body: Result<Bytes, Bytes>) -> Self {
        let answer = http::Response::builder().status(status);
        let answer = headers.iter().fold(answer, |answer, (name, value)| {
            answer.header(*name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap())
        });
        self.0.answers.lock().unwrap().push_back(Ok(answer.body(body).unwrap()));
        self
    }

    pub(crate) fn answer(self, answer: Value) -> Self {
        self.answer_with(200, answer)
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests pass what json! makes")]
    pub(crate) fn answer_with(self, status: u16, answer: Value) -> Self {
        self.answer_text(status, &[], &answer.to_string())
    }

    pub(crate) fn lose_the_answer(self) -> Self {
        self.0.answers.lock().unwrap().push_back(Err(TransportError::interrupted("connection reset")));
        self
    }

    /// A client with an identity pool and no session.
    pub(crate) fn client(&self, configure: impl FnOnce(ConfigBuilder) -> ConfigBuilder) -> Client {
        let config = Config::builder().identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11");
        let config = configure(config).build().unwrap();
        Client::builder(config).transport(self.clone()).build().unwrap()
    }

    /// The requests since the last call, except those to the identity pool.
    pub(crate) fn take_sent(&self) -> Vec<Request> {
        self.0.sent.lock().unwrap().drain(..).collect()
    }

    /// The bodies of [`take_sent`](Self::take_sent).
    pub(crate) fn take_sent_json(&self) -> Vec<Value> {
        self.take_sent().iter().map(|request| serde_json::from_slice(request.body()).unwrap()).collect()
    }
}

impl Transport for ScriptedAws {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let target = request.headers().get("x-amz-target").map(|target| target.to_str().unwrap().to_owned());
        let json = |answer: Value| Ok(http::Response::new(Ok(Bytes::from(answer.to_string()))));
        let answer = match target.as_deref() {
            Some("AWSCognitoIdentityService.GetId") => json(json!({"IdentityId": "eu-west-1:guest"})),
            Some("AWSCognitoIdentityService.GetCredentialsForIdentity") => json(json!({
                "IdentityId": "eu-west-1:guest",
                "Credentials": {
                    "AccessKeyId": "ASIAGUEST", "SecretKey": "secret", "SessionToken": "token-of-a-guest",
                    "Expiration": 4_102_444_800_u64,
                },
            })),
            _ => {
                self.0.sent.lock().unwrap().push(request);
                self.0.answers.lock().unwrap().pop_front().expect("the script has no answer left")
            }
        };
        Box::pin(async {
            Ok(answer?.map(|body| match body {
                Ok(whole) => Body::from(whole),
                Err(start) => Body::from_stream(futures_util::stream::iter([
                    Ok(start),
                    Err(TransportError::interrupted("connection reset")),
                ])),
            }))
        })
    }
}
