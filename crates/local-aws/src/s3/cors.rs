//! CORS with the rules of the bucket.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use s3s::dto::CORSRule;

use super::store::Store;
use crate::{
    error::AwsError,
    exchange::{Request, Response, full},
};

/// The answer to a preflight request.
///
/// # Errors
/// `AccessForbidden` if no rule of the bucket allows it, `BadRequest` if the preflight request is incomplete.
pub(super) fn preflight(store: &Store, request: &Request) -> Result<Response, AwsError> {
    let text = |name| request.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (Some(origin), Some(method)) = (text(header::ORIGIN), text(header::ACCESS_CONTROL_REQUEST_METHOD))
    else {
        return Err(AwsError::new("BadRequest", "Insufficient information. Origin request header needed."));
    };
    let requested: Vec<String> = text(header::ACCESS_CONTROL_REQUEST_HEADERS)
        .unwrap_or_default()
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    let rules = rules(store, request);
    if rules.is_empty() {
        return Err(forbidden("CORSResponse: CORS is not enabled for this bucket."));
    }
    let rule = rules
        .iter()
        .find(|rule| allows(rule, origin, method) && requested.iter().all(|name| allows_header(rule, name)))
        .ok_or_else(|| {
            forbidden(
                "CORSResponse: This CORS request is not allowed. This is usually because the evalution of \
                 Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers \
                 are not whitelisted by the resource's CORS spec.",
            )
        })?;
    let mut response = http::Response::new(full(""));
    put_headers(rule, origin, response.headers_mut());
    let mut put = |name, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    if !requested.is_empty() {
        put(header::ACCESS_CONTROL_ALLOW_HEADERS, requested.join(", "));
    }
    if let Some(seconds) = rule.max_age_seconds {
        put(header::ACCESS_CONTROL_MAX_AGE, seconds.to_string());
    }
    Ok(response)
}

/// Adds the headers that let the page read the answer, if a rule of the bucket allows it.
pub(super) fn allow(store: &Store, request: &Request, response: &mut Response) {
    let Some(origin) = request.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return;
    };
    let rules = rules(store, request);
    if let Some(rule) = rules.iter().find(|rule| allows(rule, origin, request.method.as_str())) {
        put_headers(rule, origin, response.headers_mut());
    }
}

/// Rejects rules that S3 does not accept.
pub(super) fn check(rules: &[CORSRule]) -> Result<(), String> {
    const METHODS: [Method; 5] = [Method::GET, Method::PUT, Method::HEAD, Method::POST, Method::DELETE];

    for rule in rules {
        if let Some(method) =
            rule.allowed_methods.iter().find(|method| !METHODS.iter().any(|m| m == method.as_str()))
        {
            return Err(format!(
                "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            ));
        }
        if let Some(origin) = rule.allowed_origins.iter().find(|origin| origin.matches('*').count() > 1) {
            return Err(format!("AllowedOrigin \"{origin}\" can not have more than one wildcard."));
        }
        if let Some(name) = rule.expose_headers.iter().flatten().find(|name| name.contains('*')) {
            return Err(format!(
                "ExposeHeader \"{name}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
            ));
        }
    }
    Ok(())
}

fn rules(store: &Store, request: &Request) -> Vec<CORSRule> {
    let bucket = request.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    store.cors_rules(bucket)
}

fn allows(rule: &CORSRule, origin: &str, method: &str) -> bool {
    rule.allowed_methods.iter().any(|allowed| allowed == method)
        && rule.allowed_origins.iter().any(|allowed| matches_wildcard(allowed, origin))
}

fn allows_header(rule: &CORSRule, name: &str) -> bool {
    let mut allowed = rule.allowed_headers.iter().flatten();
    allowed.any(|allowed| matches_wildcard(&allowed.to_ascii_lowercase(), name))
}

/// Rules may have one `*`.
fn matches_wildcard(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
        None => pattern == text,
    }
}

fn put_headers(rule: &CORSRule, origin: &str, headers: &mut HeaderMap) {
    let is_anyone = rule.allowed_origins.iter().any(|allowed| allowed == "*");
    let mut put = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::ACCESS_CONTROL_ALLOW_ORIGIN, if is_anyone { "*" } else { origin });
    if !is_anyone {
        put(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    put(header::ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
    if let Some(exposed) = rule.expose_headers.as_ref().filter(|exposed| !exposed.is_empty()) {
        put(header::ACCESS_CONTROL_EXPOSE_HEADERS, &exposed.join(", "));
    }
    put(header::VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

fn forbidden(message: &'static str) -> AwsError {
    AwsError::new("AccessForbidden", message).with_status(StatusCode::FORBIDDEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wildcard_matches_the_middle() {
        assert!(matches_wildcard("https://*.example.com", "https://app.example.com"));
        assert!(!matches_wildcard("https://*.example.com", "https://example.com"));
        assert!(!matches_wildcard("ab*ba", "aba"));
        assert!(matches_wildcard("x-amz-*", "x-amz-date"));
    }
}
