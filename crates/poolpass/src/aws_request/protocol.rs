//! How a service answers: the form of its successes, and what only its refusals contain.
//!
//! Firewalls, proxies and captive portals answer in AWS's place, often with a status 2xx. An answer counts as a success only when
//! it has the form that AWS documents for the operation.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use super::refusal_details::RefusalDetails;
use crate::error::{AwsRefusal, Error, ErrorKind};

/// How a service answers an operation. A service with rules of its own has a constant of this type in its own module.
#[derive(Debug)]
pub(crate) struct Protocol {
    /// AWS answers, rather than an API which the app or its maker wrote.
    pub(crate) is_of_aws: bool,
    /// A refusal may have neither body nor request id.
    pub(crate) refuses_silently: bool,
    /// 304 is an answer of the service, and not of a cache.
    pub(crate) compares_versions: bool,
    /// The resource that lies in another region when the service redirects or names one, such as "the bucket".
    pub(crate) regional_resource: Option<&'static str>,
    /// Whether the head of an answer with status 2xx can be that of a success.
    pub(crate) allows_head: fn(&Parts) -> bool,
    /// Whether the answer, whose head is allowed, has a body that a success can have.
    pub(crate) allows_body: fn(&http::Response<Bytes>) -> bool,
    /// Whether the body has another checksum than the service sends along.
    pub(crate) is_damaged: fn(&HeaderMap, &[u8]) -> bool,
    /// Reads what only this service says when it refuses.
    pub(crate) read_refusal: fn(&mut RefusalDetails, &http::Response<Bytes>),
}

impl Protocol {
    /// The app's own API, or a service whose protocol the app speaks itself: any status 2xx is a success.
    pub(crate) const API: Self = Self {
        is_of_aws: false,
        refuses_silently: false,
        compares_versions: false,
        regional_resource: None,
        allows_head: |_| true,
        allows_body: |_| true,
        is_damaged: |_, _| false,
        read_refusal: |_, _| {},
    };

    /// 200 with a JSON object, whose members are like AWS's where no request id of AWS's comes along.
    pub(crate) const JSON: Self = Self {
        is_of_aws: true,
        allows_head: |head| head.status == StatusCode::OK && !is_html(&head.headers),
        allows_body: |answer| is_json_of_aws(answer, true),
        ..Self::API
    };

    /// 200 with an empty JSON object, or with any, or without a body, where AWS's request id shows that AWS has answered.
    pub(crate) const JSON_OR_EMPTY: Self = Self {
        allows_body: |answer| {
            if answer.body().is_empty() { has_request_id(answer) } else { is_json_of_aws(answer, false) }
        },
        ..Self::JSON
    };
}

/// A JSON object that is empty, or whose members are like AWS's if they may be, or that comes with AWS's request id.
fn is_json_of_aws(answer: &http::Response<Bytes>, may_have_members: bool) -> bool {
    let mut bytes = answer.body().iter().filter(|byte| !byte.is_ascii_whitespace()).copied();
    if bytes.next() != Some(b'{') {
        return false;
    }
    // AWS's members begin with a capital letter.
    let is_like_aws = match (bytes.next(), bytes.next()) {
        (Some(b'}'), None) => true,
        (Some(b'"'), Some(first)) => may_have_members && first.is_ascii_uppercase(),
        _ => false,
    };
    is_like_aws || has_request_id(answer)
}

fn has_request_id(answer: &http::Response<Bytes>) -> bool {
    answer.headers().contains_key("x-amzn-requestid")
}

/// The refusal of a firewall (AWS WAF), which names its action in a header of an answer with any status: a silent challenge has 202.
pub(super) fn firewall_refusal(status: StatusCode, headers: &HeaderMap) -> Option<Error> {
    let action = headers.get("x-amzn-waf-action").or_else(|| headers.get("x-amz-waf-action"))?;
    let action = match action.as_bytes() {
        b"challenge" => "a challenge",
        b"captcha" => "a CAPTCHA",
        _ => "a refusal",
    };
    let id = headers.get("x-amzn-requestid").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let refusal = AwsRefusal { http_status: status.as_u16(), request_id: id, ..AwsRefusal::default() };
    Some(Error::from_aws(refusal).with_kind(ErrorKind::AccessDenied).with_message(format!(
        "the firewall (AWS WAF) answered with {action}, which only a browser page can pass; nothing was done. \
         Change the rules of its web ACL for this request"
    )))
}

/// An answer with status 2xx that is not AWS's success.
pub(super) fn unproven(status: StatusCode) -> Error {
    let refusal = AwsRefusal { http_status: status.as_u16(), ..AwsRefusal::default() };
    Error::from_aws(refusal).with_kind(ErrorKind::InvalidResponse).with_message(format!(
        "the answer (status {}) is not a success that AWS documents, so it is unknown whether anything was done: a proxy, firewall \
         or captive portal may have answered in AWS's place",
        status.as_u16()
    ))
}

pub(super) fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}
