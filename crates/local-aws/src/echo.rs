//! Answers that quote the secrets of the request, as careless servers do. Tests check that no error shows them.

mod encoding;
mod format;
mod secrets;

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use encoding::EchoEncoding;
pub use format::EchoFormat;

use crate::exchange::{Request, Response};

/// How a server quotes the secrets of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Echo {
    /// Where the answer quotes them.
    pub format: EchoFormat,
    /// How they are encoded.
    pub encoding: EchoEncoding,
}

/// Records what was echoed. At `/_local/echoes`, `GET` lists the combinations; `DELETE` ends all echoes and returns what was
/// echoed.
#[derive(Debug, Default)]
pub(crate) struct Echoes(Mutex<Echoed>);

#[derive(Debug, Default)]
struct Echoed {
    answers: u64,
    secrets: Vec<String>,
    leaks: Vec<String>,
}

impl Echoes {
    /// The answer to `request`, which quotes all of its secrets.
    pub(crate) fn answer(&self, request: &Request, echo: Echo) -> Response {
        let secrets = secrets::in_request(request);
        let quoted: Vec<_> = secrets.iter().map(|secret| echo.encoding.quote(secret)).collect();
        {
            let mut echoed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            echoed.answers += 1;
            for secret in &secrets {
                echoed.secrets.push(secret.name.clone());
                echoed.leaks.extend(EchoEncoding::leaks(secret));
            }
            echoed.leaks.sort_unstable();
            echoed.leaks.dedup();
        }
        echo.format.answer(request.service, &format!("Value '{}' at 'member' failed", quoted.join("', '")))
    }

    /// Returns and forgets what was echoed. `leaks` are the texts that no error may contain.
    pub(crate) fn take(&self) -> Value {
        let echoed = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        json!({ "answers": echoed.answers, "secrets": echoed.secrets, "leaks": echoed.leaks })
    }

    /// The combinations: `all` has each format with each encoding, `some` has each format and each encoding at least once.
    pub(crate) fn combinations() -> Value {
        let all = EchoFormat::ALL.iter().flat_map(|format| {
            EchoEncoding::ALL.iter().map(|encoding| Echo { format: *format, encoding: *encoding })
        });
        let most = EchoFormat::ALL.len().max(EchoEncoding::ALL.len());
        let some = (0..most).map(|index| Echo {
            format: EchoFormat::ALL[index % EchoFormat::ALL.len()],
            encoding: EchoEncoding::ALL[index % EchoEncoding::ALL.len()],
        });
        json!({ "all": all.collect::<Vec<_>>(), "some": some.collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::BodyExt as _;

    use super::*;

    fn request() -> Request {
        let (parts, ()) = http::Request::post("/?X-Amz-Signature=signature-of-a-url&Action=a")
            .header("x-amz-target", "AWSCognitoIdentityService.GetId")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=0123456789abcdef0123456789abcdef",
            )
            .header("x-amz-security-token", "token+of/the session==")
            .body(())
            .unwrap()
            .into_parts();
        let body =
            json!({ "IdentityId": "id", "Logins": { "cognito": "login-token" }, "Password": "p\"ä <w>& 7" });
        Request::new(parts, Bytes::from(body.to_string()), "1".to_owned())
    }

    #[test]
    fn the_secrets_of_a_request_are_known() {
        let mut secrets: Vec<_> =
            secrets::in_request(&request()).into_iter().map(|secrets| secrets.secret).collect();
        secrets.sort_unstable();
        assert_eq!(
            secrets,
            [
                "0123456789abcdef0123456789abcdef",
                "login-token",
                "p\"ä <w>& 7",
                "signature-of-a-url",
                "token+of/the session=="
            ]
        );
    }

    #[tokio::test]
    async fn every_combination_shows_something_to_look_for_in_its_head_or_body() {
        for &format in EchoFormat::ALL {
            for &encoding in EchoEncoding::ALL {
                let echoes = Echoes::default();
                let (head, body) = echoes.answer(&request(), Echo { format, encoding }).into_parts();
                let mut shown = String::new();
                for (name, value) in &head.headers {
                    shown += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
                }
                shown += &String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes());
                // As an XML parser decodes it.
                let shown = shown.replace("&#13;", "\r").replace("&#10;", "\n");
                let json = echoes.take();
                let mut leaks = json["leaks"].as_array().unwrap().iter().filter_map(Value::as_str);
                // A header's name holds only a part of the text, in lowercase.
                if format != EchoFormat::HeaderName {
                    assert!(leaks.any(|leak| shown.contains(leak)), "{format:?} {encoding:?}: {shown}");
                }
                assert_eq!(json["answers"], 1);
            }
        }
    }
}
