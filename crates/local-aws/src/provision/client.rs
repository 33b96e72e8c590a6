//! Signed calls to any server with AWS's protocols.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use super::ProvisionError;
use crate::{clock::Clock, query_protocol, xml_tree::Element};

/// Calls one server with one set of credentials.
pub(super) struct Client {
    http: HttpClient<HttpConnector, Full<Bytes>>,
    endpoint: String,
    pub(super) region: String,
    credentials: Credentials,
    pub(super) clock: Clock,
}

impl Client {
    pub(super) fn new(endpoint: &str, region: &str, access_key_id: &str, secret_access_key: &str) -> Self {
        Self {
            http: HttpClient::builder(TokioExecutor::new()).build_http(),
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            region: region.to_owned(),
            credentials: Credentials::new(access_key_id, secret_access_key, None, None, "provision"),
            clock: Clock::default(),
        }
    }

    /// An operation of a JSON service, such as `AWSCognitoIdentityProviderService.CreateUserPool`.
    pub(super) async fn json(
        &self,
        service: &str,
        target: &str,
        input: &Value,
    ) -> Result<Value, ProvisionError> {
        let version = if service == "dynamodb" { "1.0" } else { "1.1" };
        let request = http::Request::post(format!("{}/", self.endpoint))
            .header(header::CONTENT_TYPE, format!("application/x-amz-json-{version}"))
            .header("x-amz-target", target);
        let operation = target.split('.').next_back().unwrap_or(target);
        let answer = self.send(operation, service, request, input.to_string().into()).await?;
        serde_json::from_slice(&answer).map_err(|_| ProvisionError::unexpected(operation))
    }

    /// An operation of IAM. Returns the whole XML document.
    pub(super) async fn iam(
        &self,
        operation: &'static str,
        parameters: &BTreeMap<&str, &str>,
    ) -> Result<Bytes, ProvisionError> {
        let parameters: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.query("iam", "2010-05-08", operation, &parameters).await
    }

    /// An operation of Elastic Load Balancing. Returns the whole XML document.
    pub(super) async fn load_balancing(
        &self,
        operation: &'static str,
        input: &Value,
    ) -> Result<Bytes, ProvisionError> {
        let parameters = query_protocol::parameters_of(input);
        self.query("elasticloadbalancing", "2015-12-01", operation, &parameters).await
    }

    async fn query(
        &self,
        service: &str,
        version: &str,
        operation: &'static str,
        parameters: &[(String, String)],
    ) -> Result<Bytes, ProvisionError> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", operation).append_pair("Version", version).extend_pairs(parameters);
        let request = http::Request::post(format!("{}/", self.endpoint))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(operation, service, request, form.finish().into()).await
    }

    /// An operation of S3, in path style.
    pub(super) async fn s3(
        &self,
        operation: &'static str,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Bytes, ProvisionError> {
        let mut request = http::Request::builder().method(method).uri(format!("{}/{target}", self.endpoint));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(operation, "s3", request, body.into()).await
    }

    /// A document that anybody may read.
    pub(super) async fn get(&self, path: &str) -> Result<String, ProvisionError> {
        let request = http::Request::get(format!("{}{path}", self.endpoint));
        let answer = self.send(path, "execute-api", request, Bytes::new()).await?;
        String::from_utf8(answer.into()).map_err(|_| ProvisionError::unexpected(path))
    }

    async fn send(
        &self,
        operation: &str,
        service: &str,
        request: http::request::Builder,
        body: Bytes,
    ) -> Result<Bytes, ProvisionError> {
        let mut request = request
            .body(Full::new(body.clone()))
            .map_err(|error| ProvisionError::unsent(operation, error))?;
        self.sign(service, &mut request, &body).map_err(|error| ProvisionError::unsent(operation, error))?;
        let response =
            self.http.request(request).await.map_err(|error| ProvisionError::unsent(operation, error))?;
        let status = response.status();
        let answer =
            response.into_body().collect().await.map_err(|error| ProvisionError::unsent(operation, error))?;
        let answer = answer.to_bytes();
        if status.is_success() { Ok(answer) } else { Err(refused(operation, status, &answer)) }
    }

    fn sign(
        &self,
        service: &str,
        request: &mut http::Request<Full<Bytes>>,
        body: &[u8],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let authority = request.uri().authority().map(|authority| HeaderValue::from_str(authority.as_str()));
        request.headers_mut().insert(header::HOST, authority.ok_or("the endpoint has no host")??);
        let mut settings = SigningSettings::default();
        if service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(self.clock.now())
            .settings(settings)
            .build()?
            .into();
        let url = request.uri().to_string();
        let headers = request.headers().iter();
        let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let signable =
            SignableRequest::new(request.method().as_str(), &url, headers, SignableBody::Bytes(body))?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(request);
        Ok(())
    }
}

/// The text of the first element of this name in an XML document.
pub(super) fn element(document: &[u8], name: &str, operation: &str) -> Result<String, ProvisionError> {
    let root = Element::parse(&String::from_utf8_lossy(document)).ok();
    let found = root.iter().flat_map(Element::all).find(|element| element.name == name);
    found.map(|element| element.text.clone()).ok_or_else(|| ProvisionError::unexpected(operation))
}

/// The server's error in JSON or XML. It contains nothing of the request.
fn refused(operation: &str, status: StatusCode, answer: &[u8]) -> ProvisionError {
    let text = String::from_utf8_lossy(answer);
    let element = |name: &str| {
        let (_, after) = text.split_once(&format!("<{name}>"))?;
        after.split_once("</").map(|(value, _)| value.to_owned())
    };
    let json: Value = serde_json::from_slice(answer).unwrap_or_default();
    let member = |name: &str| json[name].as_str().map(str::to_owned);
    ProvisionError::Refused {
        operation: operation.to_owned(),
        status: status.as_u16(),
        code: member("__type").or_else(|| element("Code")).unwrap_or_default(),
        message: member("message")
            .or_else(|| member("Message"))
            .or_else(|| element("Message"))
            .unwrap_or_default(),
    }
}
