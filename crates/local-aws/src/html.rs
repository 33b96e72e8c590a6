//! Answers with pages, and the files beside them.

use askama::Template;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::exchange::{Response, full};

/// Scripts and styles only from files, no other content at all. Forms may lead anywhere, since the last one leads to the app.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    let Ok(html) = template.render() else {
        let mut response = http::Response::new(full("The page could not be written."));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let mut response = http::Response::new(full(html));
    *response.status_mut() = status;
    let headers: [(HeaderName, &str); 6] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The style of all pages.
pub(crate) fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("../templates/style.css"))
}

pub(crate) fn script(content: &'static str) -> Response {
    file("text/javascript; charset=utf-8", content)
}

/// Sends the browser to another page, which it gets by GET.
pub(crate) fn see_other(location: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, location)
}

pub(crate) fn found(location: &str) -> Response {
    redirect(StatusCode::FOUND, location)
}

fn redirect(status: StatusCode, location: &str) -> Response {
    let mut response = http::Response::new(full(""));
    *response.status_mut() = status;
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn file(content_type: &'static str, content: &'static str) -> Response {
    let mut response = http::Response::new(full(content));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
