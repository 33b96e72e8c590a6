//! Requests for unit tests, signed with AWS's own signer.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
        SignatureLocation, SigningSettings, UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::{
    account::Account,
    exchange::{Request, Response},
    query_protocol,
    server::dispatch,
    sts::{ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY, WebIdentity, assume_with_web_identity},
    xml_tree::Element,
};

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const HOST: &str = "127.0.0.1:4577";

pub(crate) fn account() -> Arc<Account> {
    Arc::new(Account::new("eu-west-1").expect("an account"))
}

/// The keys that sign a request.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Keys {
    pub(crate) fn root() -> Self {
        Self { id: ROOT_ACCESS_KEY_ID.into(), secret: ROOT_SECRET_ACCESS_KEY.into(), token: None }
    }

    /// A session of a role with this policy, for the identity `sub` of some identity pool.
    pub(crate) fn session(account: &Account, sub: &str, policy: &Value) -> Self {
        let trust = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity"
        }});
        let name = format!("role-{}", uuid::Uuid::new_v4());
        let mut role = crate::iam::Role::new(&name, "/", &trust.to_string(), account.clock.now())
            .expect("a valid trust policy");
        role.put_policy("policy", &policy.to_string()).expect("a valid policy");
        account.iam.create(role.clone()).expect("a new role");
        let identity = WebIdentity {
            subject: sub.to_owned(),
            audience: "eu-west-1:00000000-0000-0000-0000-000000000000".to_owned(),
            authentication_methods: vec!["authenticated".to_owned()],
            tags: std::collections::BTreeMap::new(),
        };
        let session =
            assume_with_web_identity(account, &role, &identity, "test", None, Duration::from_secs(3600))
                .expect("the role trusts everybody");
        Self {
            id: session.access_key_id.clone(),
            secret: session.secret_access_key.clone(),
            token: Some(session.session_token.clone()),
        }
    }
}

/// Calls an operation of Elastic Load Balancing as root.
pub(crate) async fn load_balancing(account: &Arc<Account>, operation: &str, input: Value) -> Answer {
    let draft = Draft::load_balancing(operation, &input);
    draft.signed("elasticloadbalancing", &Keys::root(), account.clock.now()).send(account).await
}

/// A request that tests can sign, and alter afterwards.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) method: Method,
    /// Path and query, percent-encoded.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Draft {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static(HOST));
        Self {
            method: method.parse().expect("a method"),
            target: target.to_owned(),
            headers,
            body: Bytes::new(),
        }
    }

    pub(crate) fn json(target: &str, body: &Value) -> Self {
        Self::new("POST", "/").header("x-amz-target", target).body(body.to_string())
    }

    pub(crate) fn form(action: &str, version: &str, parameters: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", action).append_pair("Version", version).extend_pairs(parameters);
        Self::new("POST", "/").header("content-type", "application/x-www-form-urlencoded").body(form.finish())
    }

    /// An operation of Elastic Load Balancing.
    pub(crate) fn load_balancing(operation: &str, input: &Value) -> Self {
        let parameters = query_protocol::parameters_of(input);
        let parameters: Vec<_> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Self::form(operation, "2015-12-01", &parameters)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(HeaderName::try_from(name).expect("a name"), value.parse().expect("a value"));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn signed(self, service: &str, keys: &Keys, time: SystemTime) -> Self {
        let body = self.body.clone();
        self.signed_as(service, keys, time, REGION, None, SignableBody::Bytes(&body))
    }

    pub(crate) fn presigned(self, service: &str, keys: &Keys, time: SystemTime, expires: Duration) -> Self {
        self.signed_as(service, keys, time, REGION, Some(expires), SignableBody::UnsignedPayload)
    }

    pub(crate) fn signed_as(
        mut self,
        service: &str,
        keys: &Keys,
        time: SystemTime,
        region: &str,
        expires: Option<Duration>,
        body: SignableBody<'_>,
    ) -> Self {
        let mut settings = SigningSettings::default();
        if service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        if expires.is_some() {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
        }
        settings.expires_in = expires;
        settings.session_token_mode = SessionTokenMode::Include;
        let identity = Credentials::new(&keys.id, &keys.secret, keys.token.clone(), None, "test").into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(service)
            .time(time)
            .settings(settings)
            .build()
            .expect("complete parameters")
            .into();
        let host = self.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or(HOST);
        let url = format!("http://{host}{}", self.target);
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
        let signable = SignableRequest::new(self.method.as_str(), &url, headers, body).expect("signable");
        let (instructions, _) = sign(signable, &parameters).expect("a signature").into_parts();
        let mut signed =
            http::Request::builder().method(self.method.clone()).uri(url).body(()).expect("a request");
        *signed.headers_mut() = self.headers.clone();
        instructions.apply_to_request_http1x(&mut signed);
        self.target = signed.uri().path_and_query().expect("a target").as_str().to_owned();
        self.headers = signed.headers().clone();
        self
    }

    pub(crate) fn into_request(self) -> Request {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.method = self.method;
        parts.uri = self.target.parse().expect("a target");
        parts.headers = self.headers;
        Request::new(parts, self.body, "request-id".to_owned())
    }

    /// Sends it, as if over HTTP.
    pub(crate) async fn send(self, account: &Arc<Account>) -> Answer {
        Answer::of(dispatch(account, &self.into_request()).await).await
    }
}

/// A complete answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Self { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The text of the first XML element of this name.
    pub(crate) fn xml(&self, element: &str) -> String {
        let text = self.text();
        let after = text.split_once(&format!("<{element}>")).map(|(_, after)| after);
        after.and_then(|after| after.split_once('<')).map(|(value, _)| value.to_owned()).unwrap_or_default()
    }

    /// The texts of all XML elements of this name.
    pub(crate) fn all_xml(&self, element: &str) -> Vec<String> {
        let root = Element::parse(&self.text()).expect("XML");
        let found = root.all().into_iter().filter(|found| found.name == element);
        found.map(|found| found.text.clone()).collect()
    }

    /// AWS's error code in any protocol; `""` for a successful answer.
    pub(crate) fn code(&self) -> String {
        if self.status.is_success() {
            return String::new();
        }
        if let Ok(json) = serde_json::from_slice::<Value>(&self.body)
            && let Some(code) = json["__type"].as_str()
        {
            return code.rsplit('#').next().unwrap_or_default().to_owned();
        }
        match self.headers.get("x-amzn-errortype") {
            Some(code) => code.to_str().expect("text").to_owned(),
            None => self.xml("Code"),
        }
    }

    #[track_caller]
    pub(crate) fn expect_ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self
    }

    #[track_caller]
    pub(crate) fn expect_error(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.code().as_str()), (status, code), "{}", self.text());
        self
    }
}
