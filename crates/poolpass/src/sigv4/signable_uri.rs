//! The URL as it is signed: it must mean the same as the URL that the server receives.

use http::Uri;
use percent_encoding::percent_decode_str;

use crate::authority;
use crate::error::Error;
use crate::percent;

/// The schemes of requests.
pub(super) const HTTP: &[&str] = &["http", "https"];
/// The schemes of presigned URLs.
pub(super) const HTTP_AND_WEBSOCKET: &[&str] = &["http", "https", "ws", "wss"];

/// The query parameters of a presigned URL's signature.
const SIGNATURE_PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// Libraries hold URLs of up to 65,534 bytes, the parameters of a signature included. AWS accepts only far shorter ones.
const MAX_LENGTH: usize = 32 * 1024;

/// The URL to sign for `uri`, the URL that is sent.
///
/// # Errors
///
/// Kind `InvalidInput` where clients and servers would read the URL differently.
pub(super) fn signable(uri: &Uri, schemes: &[&str], path_as_sent: bool) -> Result<String, Error> {
    let refused = |complaint: &'static str| Err(Error::invalid_input(complaint));
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return refused("only an absolute URL can be signed");
    };
    let scheme = scheme.to_ascii_lowercase();
    let sent = authority::as_sent(authority, &scheme);
    let Some(authority) = sent.filter(|_| schemes.contains(&scheme.as_str())) else {
        return refused("only a URL with http or https and a host, and without a user, can be signed");
    };
    let (path, query) = (uri.path(), uri.query().unwrap_or_default());
    if !percent::is_well_formed(path) || !percent::is_well_formed(query) {
        return refused("a percent sign in a URL starts an escape: encode it as %25");
    }
    if !path.bytes().all(percent::stays_in_path) {
        return refused("the URL's path has characters that have to be percent-encoded before it is signed");
    }
    if path.split('/').any(percent::is_dot_segment) {
        return refused(
            "a path with a segment \".\" or \"..\" cannot be signed: HTTP clients resolve it before they send it",
        );
    }
    if query.contains('+') {
        return refused("a plus in a query means different things: encode a plus as %2B and a space as %20");
    }
    if !query.is_empty() && query.split('&').any(str::is_empty) {
        return refused("a query with an empty parameter cannot be signed: leave out the extra &");
    }
    if encoded_length(query) + path.len() + authority.as_str().len() > MAX_LENGTH {
        return refused("the URL is too long to be signed");
    }
    if percent_decode_str(query).decode_utf8().is_err() {
        return refused("a query whose percent-encoded text is not UTF-8 cannot be signed");
    }
    let mark = if query.is_empty() { "" } else { "?" };
    if !path_as_sent {
        return Ok(format!("{scheme}://{authority}{path}{mark}{query}"));
    }
    // The server decodes each segment and encodes it again in its own way.
    let segments =
        path.split('/').map(|segment| percent::bytes(&percent_decode_str(segment).collect::<Vec<_>>()));
    let path = segments.collect::<Vec<_>>().join("/");
    Ok(format!("{scheme}://{authority}{path}{mark}{query}"))
}

/// The longest that the strictly encoded query can be.
fn encoded_length(query: &str) -> usize {
    let length = |byte: u8| if byte.is_ascii_alphanumeric() || byte == b'%' { 1 } else { 3 };
    query.bytes().map(length).sum()
}

/// Refuses a URL that is presigned already.
pub(super) fn check_unsigned(uri: &Uri) -> Result<(), Error> {
    let mut names = uri.query().unwrap_or_default().split('&').map(|pair| pair.split('=').next());
    if names.any(|name| name.is_some_and(|name| SIGNATURE_PARAMETERS.contains(&name))) {
        return Err(Error::invalid_input("the URL's query already carries a signature"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn signed(uri: &str, path_as_sent: bool) -> Result<String, Error> {
        signable(&uri.parse().unwrap(), HTTP, path_as_sent)
    }

    #[test]
    fn what_client_and_server_would_understand_differently_is_refused() {
        for uri in [
            "/relative",
            "example.com:80",
            "*",
            "ftp://x.example/",
            "wss://x.example/",
            "https://user@x.example/",
            "https://x.example:/",
            "https://x.example:99999/",
            "https://1.2.3/",
            "https://x.example/?q=%FF",
            "https://x.example/?q=%C3%28",
            "https://x.example/?q=%zz",
            "https://x.example/%zz",
            "https://x.example/100%",
            "https://x.example/?q=a+b",
            "https://x.example/?a=1&&b=2",
            "https://x.example/?a=1&",
            "https://x.example/ü",
            "https://x.example/a{b}",
            "https://x.example/a\"b",
            "https://x.example/a/../b",
            "https://x.example/a/%2E%2e/b",
        ] {
            for path_as_sent in [true, false] {
                let error = signed(uri, path_as_sent).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{uri}");
            }
        }
    }

    #[test]
    fn the_host_is_signed_as_http_clients_send_it() {
        for path_as_sent in [true, false] {
            let signed =
                signable(&"WSS://X.Example:443/mqtt?a".parse().unwrap(), HTTP_AND_WEBSOCKET, path_as_sent);
            assert_eq!(signed.unwrap(), "wss://x.example/mqtt?a");
            assert_eq!(self::signed("http://[0:0::1]:80/", path_as_sent).unwrap(), "http://[::1]/");
        }
    }

    #[test]
    fn a_path_that_is_signed_as_it_is_sent_is_encoded_as_s3_encodes_it() {
        for (sent, as_signed) in [
            ("https://x.example/a:b/c%c3%a9/%7Ed", "https://x.example/a%3Ab/c%C3%A9/~d"),
            ("https://x.example//a//%2F?uploads", "https://x.example//a//%2F?uploads"),
            ("https://x.example/?a=b%20c", "https://x.example/?a=b%20c"),
        ] {
            assert_eq!(signed(sent, true).unwrap(), as_signed);
            assert_eq!(signed(sent, false).unwrap(), sent);
        }
    }
}
