//! The places in an answer that quote the secrets.

use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::encoding::xml;
use crate::{
    exchange::{Response, full},
    route::Service,
};

/// The place in an answer that quotes the secrets. The answer is an error, unless noted otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EchoFormat {
    /// AWS JSON 1.1: `message`.
    Json11,
    /// AWS JSON 1.0: `Message`.
    Json10,
    /// The code of AWS JSON, `__type`.
    JsonType,
    /// S3's XML.
    RestXml,
    /// The XML of STS and IAM.
    QueryXml,
    /// The XML of EC2.
    Ec2Xml,
    /// API Gateway's JSON, with its code in a header.
    ApiGateway,
    /// An app's own JSON.
    AppJson,
    /// The headers `x-amzn-errortype` and `x-amzn-errormessage`.
    ErrorHeaders,
    /// The request id, in each of the headers that have one, and in the body.
    RequestId,
    /// The type of the body.
    ContentType,
    /// The name of a header.
    HeaderName,
    /// The target of a redirect.
    Location,
    /// A proxy's HTML page.
    Html,
    /// Plain text.
    Text,
    /// An error of the service with status 200.
    Status200,
    /// A firewall's answer with status 202, in the request ID.
    Firewall,
}

impl EchoFormat {
    pub(super) const ALL: &[Self] = &[
        Self::Json11,
        Self::Json10,
        Self::JsonType,
        Self::RestXml,
        Self::QueryXml,
        Self::Ec2Xml,
        Self::ApiGateway,
        Self::AppJson,
        Self::ErrorHeaders,
        Self::RequestId,
        Self::ContentType,
        Self::HeaderName,
        Self::Location,
        Self::Html,
        Self::Text,
        Self::Status200,
        Self::Firewall,
    ];

    pub(super) fn answer(self, service: Service, message: &str) -> Response {
        const CODE: &str = "ValidationException";
        let escaped = xml(message);
        let json = json!({ "__type": CODE, "message": message }).to_string();
        let rest_xml = |id: &str| {
            format!(
                "<Error><Code>{CODE}</Code><Message>{escaped}</Message><RequestId>{id}</RequestId></Error>"
            )
        };
        match self {
            Self::Json11 => reply(400, "application/x-amz-json-1.1", json),
            Self::Json10 => {
                let body = json!({ "__type": format!("com.amazon#{CODE}"), "Message": message });
                reply(400, "application/x-amz-json-1.0", body.to_string())
            }
            Self::JsonType => {
                let body = json!({ "__type": message, "message": "no" });
                reply(400, "application/x-amz-json-1.1", body.to_string())
            }
            Self::RestXml => reply(400, "application/xml", rest_xml("1")),
            Self::QueryXml => {
                let error = format!("<Error><Code>{CODE}</Code><Message>{escaped}</Message></Error>");
                let body = format!("<ErrorResponse>{error}<RequestId>{escaped}</RequestId></ErrorResponse>");
                reply(400, "text/xml", body)
            }
            Self::Ec2Xml => {
                let error = format!("<Error><Code>{escaped}</Code><Message>{escaped}</Message></Error>");
                let errors = format!("<Errors>{error}</Errors>");
                reply(400, "text/xml", format!("<Response>{errors}<RequestID>1</RequestID></Response>"))
            }
            Self::ApiGateway => {
                let body = json!({ "message": message }).to_string();
                let answer = reply(403, "application/json", body);
                with(answer, "x-amzn-errortype", "IncompleteSignatureException")
            }
            Self::AppJson => {
                let body = json!({ "code": message, "errorMessage": message, "detail": message });
                reply(422, "application/json", body.to_string())
            }
            Self::ErrorHeaders => {
                let answer = with(reply(400, "text/plain", String::new()), "x-amzn-errormessage", message);
                with(answer, "x-amzn-errortype", &format!("{CODE}{message}"))
            }
            Self::RequestId => {
                let body = if service == Service::S3 { rest_xml(&escaped) } else { json };
                let mut answer = reply(400, "application/octet-stream", body);
                for name in
                    ["x-amzn-requestid", "x-amz-request-id", "x-amz-id-2", "apigw-requestid", "x-amz-cf-id"]
                {
                    answer = with(answer, name, message);
                }
                answer
            }
            Self::ContentType => reply(400, message, json),
            Self::HeaderName => {
                let name: String = message.chars().filter(char::is_ascii_alphanumeric).take(4000).collect();
                with(reply(400, "text/plain", String::new()), &name, "1")
            }
            Self::Location => {
                let place = format!("/redirected?{}", message.replace([' ', '\r', '\n'], "+"));
                with(reply(307, "text/plain", message.to_owned()), "location", &place)
            }
            Self::Html => {
                let page = format!("<html><head><title>Refused</title></head><body>{escaped}</body></html>");
                reply(403, "text/html", page)
            }
            Self::Text => reply(403, "text/plain", message.to_owned()),
            Self::Status200 if service == Service::S3 => reply(200, "application/xml", rest_xml("1")),
            Self::Status200 => reply(200, "application/x-amz-json-1.1", json),
            Self::Firewall => {
                let answer = with(reply(202, "text/plain", String::new()), "x-amzn-waf-action", message);
                with(answer, "x-amzn-requestid", message)
            }
        }
    }
}

fn reply(status: u16, content_type: &str, body: String) -> Response {
    let mut response = http::Response::new(full(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    with(response, header::CONTENT_TYPE.as_str(), content_type)
}

fn with(mut response: Response, name: &str, value: &str) -> Response {
    // A header cannot contain line ends.
    let value: String = value.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    if let (Ok(name), Ok(value)) =
        (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
    {
        response.headers_mut().insert(name, value);
    }
    response
}
