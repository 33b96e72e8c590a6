//! S3 in path style. Signatures, policies and CORS are checked here, `s3s` implements the protocol, and a store in memory holds
//! the objects.
//!
//! The store is our own rather than `s3s-fs`, because a file system is not S3: there `a//b` is `a/b`, `a` and
//! `a/b` cannot both exist, a put into a missing bucket creates it, a body with a wrong checksum stays, an
//! upload cannot be resumed with renewed credentials, and its parts cannot be told apart by ETag.

mod access;
#[cfg(test)]
mod behaviour_tests;
mod body;
mod buckets;
mod conditions;
mod cors;
mod delete;
mod list;
mod multipart;
mod objects;
mod parameters;
mod service;
mod store;
#[cfg(test)]
mod tests;
mod xml;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use s3s::{
    S3Result,
    config::{S3Config, StaticConfigProvider},
    dto::Range,
    host::{S3Host, VirtualHost},
    service::{S3Service, S3ServiceBuilder},
};
use serde::Deserialize;

use self::{
    access::{Access, PolicyCheck, SecretKeys},
    service::Operations,
    store::Store,
};
use crate::{
    account::Account,
    caller::Caller,
    error::AwsError,
    exchange::{Request, Response, full},
    route::bucket_of_host,
    sigv4::{self, Payload},
    sts::Sts,
};

/// The buckets of the account.
pub(crate) struct S3 {
    service: S3Service,
    store: Arc<Store>,
}

impl S3 {
    pub(crate) fn new(sts: Arc<Sts>) -> Self {
        let store = Arc::new(Store::default());
        let mut config = S3Config::default();
        // The time of signatures has been checked before, by this server's clock.
        config.presigned_url_max_skew_time_secs = u32::MAX;
        let mut builder = S3ServiceBuilder::new(Operations(store.clone()));
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        builder.set_auth(SecretKeys(sts));
        builder.set_access(PolicyCheck);
        builder.set_host(Hosts);
        Self { service: builder.build(), store }
    }
}

/// Tells s3s which hosts belong to buckets.
struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match bucket_of_host(host) {
            Some(bucket) => virtual_host.with_bucket(bucket),
            None => virtual_host,
        })
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").finish_non_exhaustive()
    }
}

/// Handles a request to S3.
pub(crate) async fn handle(account: &Arc<Account>, request: &Request) -> Response {
    if request.method == Method::OPTIONS {
        return cors::preflight(&account.s3.store, request)
            .unwrap_or_else(|error| error_response(request, &error));
    }
    let mut response = match respond(account, request).await {
        Ok(response) => response,
        Err(error) => error_response(request, &error),
    };
    allow(account, request, &mut response);
    response
}

/// Adds the headers that let the page read the answer, if the bucket's rules allow it.
pub(crate) fn allow(account: &Account, request: &Request, response: &mut Response) {
    cors::allow(&account.s3.store, request, response);
}

/// An error as S3 writes it.
pub(crate) fn error_response(request: &Request, error: &AwsError) -> Response {
    let mut writer = Writer::new(Vec::new());
    // Writing to memory does not fail.
    let _ = write_error(&mut writer, request, error);
    let mut response = http::Response::new(full(writer.into_inner()));
    *response.status_mut() = error.status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

async fn respond(account: &Arc<Account>, request: &Request) -> Result<Response, AwsError> {
    let caller = Caller::of(account, request)?;
    if matches!(request.operation.as_str(), "DeleteObjects" | "PutBucketCors") {
        body::check_digest(&request.headers, &request.body).map_err(|error| {
            let message = error.message().unwrap_or_default().to_owned();
            AwsError::new(error.code().as_str().to_owned(), message)
        })?;
    }
    if request.operation == "DeleteObjects" && !xml::is_text(&request.body) {
        return Err(AwsError::new("MalformedXML", default_message("MalformedXML")));
    }
    let s3_request = for_s3s(account, request, caller)?;
    let response = account
        .s3
        .service
        .call(s3_request)
        .await
        .map_err(|error| AwsError::internal(&Into::<s3s::StdError>::into(error)))?;
    let (mut parts, body) = response.into_parts();
    if parts.status.is_client_error() || parts.status.is_server_error() {
        return Err(with_details(error_of(parts.status, body).await, request));
    }
    if parts.status == StatusCode::NOT_MODIFIED {
        return Ok(Response::from_parts(parts, full("")));
    }
    if request.operation == "HeadObject" && parts.headers.contains_key(header::CONTENT_RANGE) {
        // s3s sets the status only for GetObject.
        parts.status = StatusCode::PARTIAL_CONTENT;
    }
    if request.operation.starts_with("List") || request.operation == "DeleteObjects" {
        let body = body.collect().await.map_err(|error| AwsError::internal(&error))?.to_bytes();
        let body = xml::escape_controls(&body);
        parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
        return Ok(Response::from_parts(parts, full(body)));
    }
    Ok(Response::from_parts(parts, body.boxed_unsync()))
}

/// The request for s3s. Its signature is already verified, so s3s sees it only for the chunk signatures of an `aws-chunked` body.
fn for_s3s(account: &Arc<Account>, request: &Request, caller: Caller) -> Result<s3s::HttpRequest, AwsError> {
    let is_streaming = sigv4::payload(&request.headers) == Payload::Streaming;
    let mut s3_request = http::Request::new(s3s::Body::from(request.body.clone()));
    *s3_request.method_mut() = request.method.clone();
    *s3_request.uri_mut() =
        if is_streaming { request.sent_uri().clone() } else { without_signature(request.sent_uri())? };
    *s3_request.headers_mut() = request.headers.clone();
    // For a malformed range or several ranges, S3 returns the whole object.
    let is_range = |value: &HeaderValue| {
        value.to_str().is_ok_and(|value| value != "bytes=-" && Range::parse(value).is_ok())
    };
    if !request.headers.get(header::RANGE).is_some_and(is_range) {
        s3_request.headers_mut().remove(header::RANGE);
    }
    if !is_streaming {
        s3_request.headers_mut().remove(header::AUTHORIZATION);
    }
    s3_request.extensions_mut().insert(Access { account: account.clone(), caller });
    Ok(s3_request)
}

fn without_signature(uri: &http::Uri) -> Result<http::Uri, AwsError> {
    let Some(query) = uri.query() else { return Ok(uri.clone()) };
    let kept: Vec<_> = query
        .split('&')
        .filter(|parameter| {
            !parameter.split('=').next().is_some_and(|name| name.to_ascii_lowercase().starts_with("x-amz-"))
        })
        .collect();
    let target =
        if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) };
    target.parse().map_err(|_| AwsError::new("InvalidURI", "Couldn't parse the specified URI."))
}

/// Converts an error of s3s, so that all errors have the same form.
async fn error_of(status: StatusCode, body: s3s::Body) -> AwsError {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document {
        code: String,
        #[serde(default)]
        message: Option<String>,
    }
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_else(|_| Bytes::new());
    let document: Document = quick_xml::de::from_reader(body.as_ref()).unwrap_or_default();
    if document.code.is_empty() {
        return AwsError::new("InternalError", "We encountered an internal error. Please try again.")
            .with_status(status);
    }
    let message = document.message.unwrap_or_else(|| default_message(&document.code).to_owned());
    AwsError::new(document.code, message).with_status(status)
}

/// Adds the name of the missing resource, as S3 does.
fn with_details(error: AwsError, request: &Request) -> AwsError {
    // For a copy, the source is missing.
    let source = request.headers.get("x-amz-copy-source").and_then(|source| source.to_str().ok());
    let path = source.and_then(|source| source.split('?').next()).unwrap_or(request.uri.path());
    let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
    let (bucket, key) = path.trim_start_matches('/').split_once('/').unwrap_or((&path, ""));
    match error.code.as_ref() {
        "NoSuchKey" => error.with_detail("Key", key),
        "NoSuchBucket" | "BucketNotEmpty" | "BucketAlreadyOwnedByYou" => {
            error.with_detail("BucketName", bucket.trim_start_matches('/'))
        }
        "PreconditionFailed" => match *conditions(request) {
            [condition] => error.with_detail("Condition", condition),
            // If there are several, the failed one is unknown here.
            _ => error,
        },
        "NoSuchUpload" => match sigv4::query_value(&request.uri, "uploadId") {
            Some(id) => error.with_detail("UploadId", id),
            None => error,
        },
        _ => error,
    }
}

/// The condition headers of a request, as S3 writes them.
fn conditions(request: &Request) -> Box<[&'static str]> {
    [
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "x-amz-copy-source-If-Match",
        "x-amz-copy-source-If-None-Match",
        "x-amz-copy-source-If-Modified-Since",
        "x-amz-copy-source-If-Unmodified-Since",
    ]
    .into_iter()
    .filter(|name| request.headers.contains_key(*name))
    .collect()
}

/// The messages of errors that s3s returns without one.
fn default_message(code: &str) -> &'static str {
    match code {
        "AccessDenied" => "Access Denied",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check your key \
             and signing method."
        }
        _ => "The request was refused.",
    }
}

fn write_error(writer: &mut Writer<Vec<u8>>, request: &Request, error: &AwsError) -> std::io::Result<()> {
    let element = |name: &str, text: &str, writer: &mut Writer<Vec<u8>>| -> std::io::Result<()> {
        writer.write_event(Event::Start(BytesStart::new(name)))?;
        writer.write_event(Event::Text(BytesText::new(text)))?;
        writer.write_event(Event::End(BytesEnd::new(name)))
    };
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.write_event(Event::Start(BytesStart::new("Error")))?;
    element("Code", &error.code, writer)?;
    element("Message", &error.message, writer)?;
    for (name, value) in &error.details {
        element(name, value, writer)?;
    }
    element("Resource", request.uri.path(), writer)?;
    element("RequestId", &request.request_id, writer)?;
    writer.write_event(Event::End(BytesEnd::new("Error")))
}
