//! Secrets are planted in requests, every service quotes them in every format and encoding, and no error tells one.

use std::error::Error as _;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::*;
use crate::percent;

const ID_TOKEN: &str =
    "eyJraWQiOiJrZXkifQ.eyJzdWIiOiIwMTIzNDU2Nzg5YWJjZGVmIn0.c2lnbmF0dXJlLW9mLXRoZS1pZC10b2tlbg";
const SESSION_TOKEN: &str = "IQoJb3JpZ2luX2VjEJr//////////wEaCWV1LXdlc3QtMSJHMEUCIQD+x/9Zk=";

/// How a server quotes, given what it quotes.
type Encoding = fn(&str) -> String;
/// How a server answers, given its message.
type Format = fn(&str) -> Result<(u16, &'static str, String), TransportError>;

/// Answers every request with a message that quotes its secrets: its authorization, and those that are planted.
#[derive(Debug)]
struct Echo {
    planted: Mutex<Vec<String>>,
    encoding: Encoding,
    format: Format,
}

impl Transport for Echo {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let mut planted = self.planted.lock().unwrap();
        if let Some(header) = request.headers().get("authorization") {
            let text = header.to_str().unwrap();
            let secret = text.rsplit_once("Signature=").map_or(text, |(_, signature)| signature);
            planted.push(secret.trim_start_matches("Bearer ").to_owned());
        }
        let quoted: Vec<String> = planted.iter().map(|secret| (self.encoding)(secret)).collect();
        let answer = (self.format)(&format!("Value '{}' at 'x' failed", quoted.join("', '")));
        Box::pin(async move {
            let (status, code, body) = answer?;
            let response = http::Response::builder().status(status);
            let response = if code.is_empty() { response } else { response.header("x-amzn-errortype", code) };
            Ok(response.body(Body::from(Bytes::from(body))).unwrap())
        })
    }
}

/// Credentials with a session token.
#[derive(Debug)]
struct TemporaryCredentials;

impl CredentialsSource for TemporaryCredentials {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            Ok(Credentials::new("ASIAEXAMPLE", "secret-key-of-aws", Some(SESSION_TOKEN.to_owned()), None))
        })
    }

    fn forget<'a>(&'a self, _refused: &'a Credentials) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

fn in_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted.strip_prefix('"').unwrap().strip_suffix('"').unwrap().to_owned()
}

fn in_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

const ENCODINGS: &[Encoding] = &[
    str::to_owned,
    in_json,
    in_xml,
    |text| in_xml(&in_json(text)),
    |text| percent::component(text).to_string(),
    |text| percent::component(text).to_string().to_lowercase_escapes(),
    |text| percent::component(text).to_string().replace("%20", "+"),
    |text| percent::component(&percent::component(text).to_string()).to_string(),
    |text| STANDARD.encode(text),
    |text| STANDARD.encode(format!("Bearer {text}")),
    |text| URL_SAFE_NO_PAD.encode(format!("x-amz-security-token:{text}\n")),
    |text| format!("x-amz-security-token:{text}\nx-amz-date"),
];

trait LowercaseEscapes {
    fn to_lowercase_escapes(&self) -> String;
}

impl LowercaseEscapes for String {
    fn to_lowercase_escapes(&self) -> String {
        let mut parts = self.split('%');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (hex, rest) = part.split_at(2);
            text.extend(["%", &hex.to_lowercase(), rest]);
        }
        text
    }
}

const FORMATS: &[Format] = &[
    |text| Ok((400, "", json!({"__type": "a.b#ValidationException", "message": text}).to_string())),
    |text| Ok((400, "", json!({"code": text, "Message": text}).to_string())),
    |text| Ok((403, "IncompleteSignatureException", json!({"message": text}).to_string())),
    |text| {
        Ok((
            400,
            "",
            format!(
                "<Error><Code>Bad</Code><Message>{}</Message><RequestId>{0}</RequestId></Error>",
                in_xml(text)
            ),
        ))
    },
    |text| {
        Ok((
            400,
            "",
            format!(
                "<ErrorResponse><Error><Code>Bad</Code><Message>{}</Message></Error></ErrorResponse>",
                in_xml(text)
            ),
        ))
    },
    |text| {
        Ok((
            400,
            "",
            format!(
                "<Response><Errors><Error><Code>Bad</Code><Message>{}</Message></Error></Errors><RequestID>{0}</RequestID></Response>",
                in_xml(text)
            ),
        ))
    },
    |text| Ok((403, "", format!("<html><body>{}</body></html>", in_xml(text)))),
    |text| Ok((418, "", text.to_owned())),
    |text| Err(TransportError::interrupted(format!("{text} (https://u:pw@a.example/x?X-Amz-Signature=a)"))),
];

/// The request of one service, and the secrets that it has beside its authorization.
struct Planted {
    request: AwsRequest,
    authorization: AuthScheme<'static>,
    secrets: Vec<&'static str>,
}

fn to_cognito(target: &str, input: &serde_json::Value, secrets: &[&'static str]) -> Planted {
    let endpoint: Endpoint = "https://aws.example".parse().unwrap();
    let input = Bytes::from(input.to_string());
    let request = AwsRequest::json(&endpoint, "1.1", target, "Operation", input).unwrap();
    Planted { request, authorization: AuthScheme::None, secrets: secrets.to_vec() }
}

fn everything() -> Vec<Planted> {
    let region: &'static Region = Box::leak(Box::new("eu-west-1".parse().unwrap()));
    let signed = |service| AuthScheme::SigV4 { service, region, source: &TemporaryCredentials };
    let to_pool =
        |input, secrets: &[&'static str]| to_cognito("AWSCognitoIdentityProviderService", &input, secrets);
    let get = |uri: &'static str| AwsRequest::new("Get", Method::GET, Uri::from_static(uri));
    let mut with_key = get("https://api.example/notes?token=query%2Fsecret%2Ftoken");
    with_key.headers.insert("x-api-key", HeaderValue::from_static("Api9Key7Of5The3App"));
    let mut with_body = AwsRequest::new("Post", Method::POST, Uri::from_static("https://api.example/users"));
    with_body.body = Bytes::from_static(br#"{"user":{"newPassword":"pass word 4 the app's own"}}"#);
    vec![
        to_pool(
            json!({"ClientId": "app", "ClientMetadata": {"captchaToken": "captcha-t0ken"}, "AuthParameters": {
                "USERNAME": "ada", "PASSWORD": "p\"& <w>ö 😀?=1", "SECRET_HASH": "c2VjcmV0LWhhc2g=", "SRP_A": "0123abcdef",
            }}),
            &["captcha-t0ken", "p\"& <w>ö 😀?=1", "c2VjcmV0LWhhc2g=", "0123abcdef"],
        ),
        to_pool(
            json!({"Session": "AYABeC-session-of-the-challenge", "ChallengeResponses": {
                "SOFTWARE_TOKEN_MFA_CODE": "123456", "NEW_PASSWORD": "x7", "PASSWORD_CLAIM_SIGNATURE": "claim+signature/1=",
            }}),
            &["AYABeC-session-of-the-challenge", "123456", "x7", "claim+signature/1="],
        ),
        to_pool(
            json!({"AccessToken": ID_TOKEN, "PreviousPassword": "OldPassw0rd", "ProposedPassword": "hunter2hunter",
                "ConfirmationCode": "7654321", "UserCode": "424242", "ClientSecret": "client-secret-1", "NotYetKnown": "of-a-later-version"}),
            &[
                ID_TOKEN,
                "OldPassw0rd",
                "hunter2hunter",
                "7654321",
                "424242",
                "client-secret-1",
                "of-a-later-version",
            ],
        ),
        to_cognito(
            "AWSCognitoIdentityService",
            &json!({"IdentityId": "eu-west-1:1", "Logins": {"cognito-idp.eu-west-1.amazonaws.com/p": ID_TOKEN}}),
            &[ID_TOKEN],
        ),
        Planted {
            request: get("https://s3.example/b/k"),
            authorization: signed("s3"),
            secrets: vec![SESSION_TOKEN],
        },
        Planted {
            request: get("https://sts.example/"),
            authorization: signed("sts"),
            secrets: vec![SESSION_TOKEN],
        },
        Planted {
            request: get("https://db.example/"),
            authorization: signed("dynamodb"),
            secrets: vec![SESSION_TOKEN],
        },
        Planted {
            request: with_key,
            authorization: AuthScheme::Header(ID_TOKEN),
            secrets: vec!["query/secret/token", "Api9Key7Of5The3App"],
        },
        Planted {
            request: with_body,
            authorization: AuthScheme::Header("Bearer opaque-token-of-the-api"),
            secrets: vec!["pass word 4 the app's own"],
        },
    ]
}

/// All that a log may show of an error.
fn told(error: &Error) -> String {
    let mut told = format!("{error}\n{error:?}\n{error:#}\n{error:#?}\n{}", error.message());
    let mut source = error.source();
    while let Some(error) = source {
        told += &format!("\n{error}\n{error:?}");
        source = error.source();
    }
    told
}

async fn error_of(planted: &Planted, encoding: Encoding, format: Format) -> (Error, Vec<String>) {
    let quoted = planted.secrets.iter().map(|secret| (*secret).to_owned()).collect();
    let echo = Arc::new(Echo { planted: Mutex::new(quoted), encoding, format });
    let policy = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
    let pipeline = Pipeline::new(
        Arc::clone(&echo) as Arc<dyn Transport>,
        Arc::new(Stopped),
        Arc::new(SystemRandom),
        policy,
    );
    let error = pipeline.bytes(&planted.request, &planted.authorization).await.unwrap_err();
    let secrets = echo.planted.lock().unwrap().clone();
    (error, secrets)
}

#[tokio::test(start_paused = true)]
async fn no_error_tells_a_secret_of_its_request_whoever_quotes_it_and_however() {
    let mut redacted = 0;
    for planted in everything() {
        for &encoding in ENCODINGS {
            for &format in FORMATS {
                let (error, secrets) = error_of(&planted, encoding, format).await;
                let told = told(&error);
                redacted += usize::from(told.contains("[redacted]"));
                for secret in secrets {
                    for &encoding in ENCODINGS {
                        let quoted = encoding(&secret);
                        // Base64 of a text in which two characters are a secret does not show them.
                        if secret.len() < 4 && quoted.len() > 10 {
                            continue;
                        }
                        // A short one may be part of a word.
                        let quoted = if quoted.len() < 4 { format!("'{quoted}'") } else { quoted };
                        assert!(!told.contains(&quoted), "{quoted} of {:?} in {told}", planted.request);
                    }
                    if secret.len() > 40 {
                        assert!(
                            !told.contains(secret.split_at(secret.len() - 20).1),
                            "the end of {secret} in {told}"
                        );
                    }
                }
            }
        }
    }
    assert!(redacted > everything().len() * ENCODINGS.len() * (FORMATS.len() - 3), "{redacted}");
}

#[tokio::test]
async fn a_message_keeps_everything_but_the_secret() {
    let planted = &everything()[2];
    let (error, _) = error_of(planted, str::to_owned, FORMATS[0]).await;
    let list = vec!["[redacted]"; planted.secrets.len()].join("', '");
    assert_eq!(error.message(), format!("Value '{list}' at 'x' failed"));
    assert_eq!(error.aws_code(), Some("ValidationException"));
}

/// Answers with a body that breaks off with an error, which quotes the authorization.
#[derive(Debug)]
struct BrokenBody;

impl Transport for BrokenBody {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let header = request.headers()["authorization"].to_str().unwrap().to_owned();
        let broken = TransportError::interrupted(format!("reset while sending '{header}'"));
        let body = stream::iter([Ok(Bytes::from_static(b"start")), Err(broken)]);
        Box::pin(async { Ok(Response::new(Body::from_stream(body))) })
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_later_tells_no_secret_either() {
    let policy = RetryPolicy::default();
    let pipeline = Pipeline::new(Arc::new(BrokenBody), Arc::new(Stopped), Arc::new(SystemRandom), policy);
    let token = format!("Bearer {ID_TOKEN}");
    let request = AwsRequest::new("Get", Method::GET, Uri::from_static("https://api.example/film"));
    let answer = pipeline.send(&request, &AuthScheme::Header(&token)).await.unwrap();
    let error = answer.into_body().bytes(100).await.unwrap_err();
    assert_eq!(error.detail, "reset while sending 'Bearer [redacted]'");
}
