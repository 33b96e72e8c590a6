//! The methods and headers that an app may send.

use http::{HeaderName, HeaderValue, Method};

use crate::error::Error;

/// The usual methods in capitals, as browsers send them, however the app writes them.
pub(super) fn in_capitals(method: Method) -> Method {
    let capitals = method.as_str().to_ascii_uppercase();
    match capitals.as_str() {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT" => {
            capitals.parse().unwrap_or(method)
        }
        _ => method,
    }
}

/// Refuses the methods that HTTP clients reserve for themselves.
pub(super) fn check_method(method: &Method) -> Result<(), Error> {
    if ["CONNECT", "TRACE", "TRACK"].iter().any(|kept| method.as_str().eq_ignore_ascii_case(kept)) {
        return Err(Error::invalid_input("a request with the method CONNECT or TRACE cannot be sent"));
    }
    Ok(())
}

pub(super) fn checked_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let name = HeaderName::try_from(name)
        .map_err(|_| Error::invalid_input(format!("\"{name}\" cannot be the name of a header")))?;
    /// Poolpass or the HTTP client sets these. A proxy drops the ones about the connection, so a signature over them fails.
    const RESERVED: [&str; 17] = [
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "x-amz-date",
        "x-amz-security-token",
    ];

    if RESERVED.contains(&name.as_str()) {
        return Err(Error::invalid_input(format!(
            "the header {} is set by Poolpass or the HTTP client",
            name.as_str()
        )));
    }
    match HeaderValue::try_from(value) {
        // Text that is not ASCII cannot be signed, and each HTTP client sends it its own way.
        Ok(value) if value.to_str().is_ok() => Ok((name, value)),
        _ => Err(Error::invalid_input(format!("the value of the header {} cannot be sent", name.as_str()))),
    }
}
