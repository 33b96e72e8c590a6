//! An answer that is not a success: its error, and whether sending again may help.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Method, StatusCode};

use super::load_balancer::{self, load_balancer_session_ended};
use super::protocol::Protocol;
use super::refusal_details::{RefusalDetails, XML_LIMIT, first, has_error_type};
use super::step_up;
use crate::config::Region;
use crate::error::{AwsRefusal, Error, ErrorKind};
use crate::platform::{Body, Response};
use crate::xml::Element;

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) error: Error,
    pub(super) retry_after: Option<Duration>,
    /// The server's time, if the service refuses because of the time and states it.
    pub(crate) server_time: Option<SystemTime>,
    /// The region of the resource, if the service names it.
    region: Option<Region>,
    is_passing: bool,
    protocol: &'static Protocol,
    answer: http::Response<Bytes>,
}

impl Refusal {
    /// Explains the refusal of a request that was signed for `region`, if the resource is in another one.
    pub(crate) fn of_request_to(mut self, region: &Region) -> Self {
        if let (Some(resource), Some(actual)) = (self.protocol.regional_resource, &self.region)
            && actual != region
        {
            let message = format!("{resource} is in {actual}, and the request was made for {region}");
            self.error = self.error.with_kind(ErrorKind::SignatureRefused).with_message(message);
        }
        self
    }

    /// The refusal inside an answer that began as a success: some operations send the status before they know the outcome.
    pub(crate) fn inside(answer: &http::Response<Bytes>, protocol: &'static Protocol) -> Option<Self> {
        let body = answer.body();
        // White space keeps the connection alive until the outcome is known.
        let is_error = body.len() <= XML_LIMIT && (Element::is_root("Error", body) || has_error_type(body));
        is_error.then(|| Self::parse(answer.clone(), protocol))
    }

    /// The answer, for callers that accept any status.
    pub(super) fn into_answer(self) -> Response {
        self.answer.map(Body::from)
    }

    /// Reads the refusal of a service that answers by `protocol`.
    pub(crate) fn parse(answer: http::Response<Bytes>, protocol: &'static Protocol) -> Self {
        let (status, headers) = (answer.status(), answer.headers());
        let mut details = RefusalDetails::parse(answer.body());
        let of_header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        // Services that once spoke XML keep its codes in `x-amzn-query-error`: `NonExistentQueue;Sender`.
        let codes = [of_header("x-amzn-errortype"), of_header("x-amzn-query-error"), details.code];
        details.code = codes.into_iter().flatten().map(|code| bare_code(&code)).find(|code| !code.is_empty());
        if status == StatusCode::NOT_MODIFIED {
            details.code.get_or_insert_with(|| "NotModified".to_owned());
        }
        (protocol.read_refusal)(&mut details, &answer);
        let error = Error::from_aws(AwsRefusal {
            http_status: status.as_u16(),
            aws_code: details.code,
            message: details.message.or_else(|| of_header("x-amzn-errormessage")),
            request_id: of_header("x-amzn-requestid")
                .or_else(|| of_header("x-amz-request-id"))
                .or_else(|| of_header("apigw-requestid"))
                .or(details.request_id),
            cancellation_reasons: details.cancellation_reasons,
            item: details.item,
        });
        let error = if protocol.is_of_aws {
            without_pages(error, answer.body(), protocol)
        } else {
            as_of_an_api(error, &answer)
        };
        Self {
            error,
            retry_after: retry_after(headers),
            server_time: details.server_time,
            region: details.region,
            is_passing: details.is_passing,
            protocol,
            answer,
        }
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.answer.headers()
    }

    /// Whether AWS refused because of the difference between its clock and the signature's.
    pub(crate) fn is_about_time(&self) -> bool {
        match self.error.aws_code() {
            Some("RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture") => true,
            // Most services have no code for it, but their messages say so.
            Some("InvalidSignatureException" | "SignatureDoesNotMatch") => {
                let message = self.error.message();
                message.contains("Signature expired") || message.contains("not yet current")
            }
            // The refusal of a HEAD request has no body; the caller checks whether the clock was corrected.
            None => self.error.http_status() == Some(403),
            Some(_) => false,
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.answer.status()
    }

    /// Whether another token of the same person may be accepted. No token of the same sign-in has a higher authentication level.
    pub(super) fn is_about_the_token(&self) -> bool {
        self.status() == StatusCode::UNAUTHORIZED && self.error.step_up().is_none()
    }

    /// Whether a load balancer wants the person to sign in, where its session would have authorized the request.
    pub(super) fn is_about_a_load_balancer_session(&self) -> bool {
        self.status() == StatusCode::UNAUTHORIZED || self.status().is_redirection()
    }

    /// Whether AWS considers the credentials expired. The refusal of a HEAD request has no body, only the status.
    pub(crate) fn is_about_expiry(&self, method: &Method) -> bool {
        match self.error.kind() {
            ErrorKind::CredentialsExpired => true,
            ErrorKind::Aws => {
                method == Method::HEAD
                    && self.error.aws_code().is_none()
                    && self.error.http_status() == Some(400)
            }
            _ => false,
        }
    }

    /// Whether AWS refused because of its load, so that nothing was done.
    ///
    /// Only its throttling codes say that, never a status 5xx alone: API Gateway answers 503 and 504 while an app's function still
    /// works. An app's function may pass on the code of a service that throttled it halfway; API Gateway itself has its code in a
    /// header, or status 429.
    pub(crate) fn is_throttled(&self) -> bool {
        if self.protocol.is_of_aws {
            return self.error.kind() == ErrorKind::Throttled;
        }
        self.error.http_status() == Some(429)
            || (self.error.kind() == ErrorKind::Throttled
                && self.answer.headers().contains_key("x-amzn-errortype"))
    }

    /// Whether the same request may succeed in a moment. It will not on a server that does not implement it (501, 505).
    pub(crate) fn is_passing(&self) -> bool {
        match self.error.http_status() {
            Some(501 | 505) => false,
            Some(408 | 500..) => true,
            _ => self.is_passing || self.error.kind() == ErrorKind::Unavailable,
        }
    }
}

/// AWS's errors have a code, unless they have no body, which few services may lack. Any other answer without a code is that of a proxy, a
/// firewall or a captive portal, whose status says nothing about the request; that a server is overloaded or broken is true of a proxy
/// as well. Where AWS redirects, it has a code.
fn without_pages(error: Error, body: &[u8], protocol: &Protocol) -> Error {
    let Some(status) = error.http_status() else { return error };
    let is_believed = match status {
        304 => protocol.compares_versions,
        407 => false,
        429 | 500.. => true,
        _ if error.aws_code().is_some() => true,
        400.. => body.trim_ascii().is_empty() && (protocol.refuses_silently || error.request_id().is_some()),
        _ => false,
    };
    if is_believed {
        return error;
    }
    error.with_kind(ErrorKind::InvalidResponse).with_message(format!(
        "the answer (status {status}) is not AWS's: a proxy, firewall or captive portal may have answered in its place"
    ))
}

/// The SDK does not know the codes of an app's own API, so the status decides. API Gateway gives two of AWS's codes another meaning.
fn as_of_an_api(error: Error, answer: &http::Response<Bytes>) -> Error {
    if answer.status() == StatusCode::UNAUTHORIZED
        && let Some(requirement) = step_up::required(answer.headers())
    {
        return error.with_step_up(requirement);
    }
    let is_of_gateway = answer.headers().contains_key("x-amzn-errortype");
    match (error.aws_code(), error.http_status()) {
        // These are API Gateway's limits; Cognito's concern a person.
        (Some("LimitExceededException"), _) => error.with_kind(ErrorKind::Throttled),
        (Some("MissingAuthenticationTokenException"), _) => {
            let message = format!("{}. The API may have no such route or method.", error.message());
            error.with_message(message)
        }
        // A browser does not follow it either, and hides the target.
        (None, Some(302)) if load_balancer::is_sign_in(answer.headers()) => {
            load_balancer_session_ended(Some(answer.status()))
        }
        (None, Some(301..=303 | 307 | 308)) => {
            let message = "the server answered with a redirect, which is not followed";
            error.with_kind(ErrorKind::InvalidResponse).with_message(message)
        }
        (Some(_), Some(http_status))
            if error.kind() == ErrorKind::Aws && !is_of_gateway && first(answer.body()) == Some(&b'{') =>
        {
            let by_status = Error::from_aws(AwsRefusal { http_status, ..AwsRefusal::default() });
            error.with_kind(by_status.kind())
        }
        _ => error,
    }
}

/// Removes the surroundings from codes such as `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` and
/// `NotFoundException:http://…`.
fn bare_code(code: &str) -> String {
    let code = code.split([':', ';', ',']).next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim().to_owned()
}

/// The wait that AWS asks for, if it does.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
