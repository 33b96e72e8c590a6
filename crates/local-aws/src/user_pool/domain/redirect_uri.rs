//! Which redirect and sign-out URIs an app client may have.

use crate::{error::AwsError, user_pool::invalid_parameter};

/// Checks a URI of `CallbackURLs` or `LogoutURLs`: absolute, without a fragment, and `http` only for this machine. Apps may have
/// schemes of their own.
///
/// # Errors
/// `InvalidParameterException`.
pub(super) fn check_registered(uri: &str) -> Result<(), AwsError> {
    let refused = |reason: &str| Err(invalid_parameter(format!("{uri} {reason}")));
    let Ok(url) = url::Url::parse(uri) else {
        return refused("is not an absolute URI.");
    };
    if url.fragment().is_some() {
        return refused("must not have a fragment.");
    }
    if ["javascript", "data", "vbscript"].contains(&url.scheme()) {
        return refused("has a scheme that is not allowed.");
    }
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !is_local {
        return Err(invalid_parameter(format!(
            "cannot use the HTTP protocol in the URL {uri}. Use HTTPS instead."
        )));
    }
    Ok(())
}

/// Adds parameters to a registered URI, which is otherwise left as it is.
pub(super) fn with_parameters(uri: &str, separator: char, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    let separator = if separator == '?' && uri.contains('?') { '&' } else { separator };
    format!("{uri}{separator}{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_called_without_tls() {
        for right in [
            "https://example.com/callback",
            "http://localhost:3000/",
            "http://127.0.0.1:4000/callback",
            "http://[::1]:4000/",
            "myapp://callback",
            "dev.example.app:/signed-in",
        ] {
            assert_eq!(check_registered(right), Ok(()), "{right}");
        }
        for wrong in [
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "https://example.com/#fragment",
            "/callback",
            "example.com",
            "javascript:alert(1)",
        ] {
            assert!(check_registered(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parameters_are_added_and_the_uri_stays() {
        let with = |uri| with_parameters(uri, '?', &[("code", "a b"), ("state", "x&y")]);
        assert_eq!(with("https://a.example/"), "https://a.example/?code=a+b&state=x%26y");
        assert_eq!(with("myapp://back?tab=1"), "myapp://back?tab=1&code=a+b&state=x%26y");
        assert_eq!(
            with_parameters("https://a.example/?q=1", '#', &[("a", "b")]),
            "https://a.example/?q=1#a=b"
        );
    }
}
