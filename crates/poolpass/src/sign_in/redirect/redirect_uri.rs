//! Redirect URIs, checked before anything is saved or sent.

use crate::error::Error;

/// Refuses what Cognito does not take as a callback or sign-out URL. It takes https, a scheme of the app's own, and http on the device
/// itself.
pub(super) fn check(uri: &str) -> Result<(), Error> {
    let refuse = |complaint: &str| Err(Error::invalid_input(format!("the redirect URI {complaint}")));
    let Some((scheme, rest)) = uri.split_once(':') else {
        return refuse("has no scheme: expected one such as https://app.example/ or my-app://signed-in");
    };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme || rest.is_empty() || !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refuse("is malformed: expected one such as https://app.example/ or my-app://signed-in");
    }
    if uri.contains('#') {
        return refuse("has a fragment (#), which Cognito does not allow");
    }
    let host = rest.strip_prefix("//").unwrap_or_default();
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let is_local = || {
        let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        matches!(name.map_or(host, |(name, _)| name), "localhost" | "127.0.0.1" | "[::1]")
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" if !is_local() => refuse("begins with http, which is only for localhost, 127.0.0.1 and [::1]"),
        "https" if host.is_empty() => refuse("has no host"),
        "javascript" | "data" | "file" | "blob" | "about" => refuse("has a scheme that nothing redirects to"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn what_cognito_takes_is_accepted() {
        for uri in [
            "https://app.example",
            "https://app.example/signed-in?from=cognito",
            "http://localhost:5173/",
            "http://127.0.0.1:8400/callback",
            "http://[::1]:8400/",
            "http://localhost",
            "my-app://",
            "com.example.app:/signed-in",
        ] {
            assert!(check(uri).is_ok(), "{uri}");
        }
    }

    #[test]
    fn what_cognito_refuses_is_refused_before_anything_is_sent() {
        for uri in [
            "",
            "/signed-in",
            "app.example/",
            "http://app.example/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "http://localhost@evil.example/",
            "http://localhost:80@evil.example/",
            "http://localhost:80.evil.example/",
            "https://",
            "https:///path",
            "https://app.example/#here",
            "https://app.example/a b",
            "https://app.example/ü",
            "javascript:alert(1)",
            "data:text/html,x",
            "1app://x",
            "my_app://x",
            "my-app:",
        ] {
            assert_eq!(check(uri).unwrap_err().kind(), ErrorKind::InvalidInput, "{uri}");
        }
    }
}
