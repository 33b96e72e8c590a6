//! The origins whose passkeys a relying party takes.

use url::Url;
use webauthn_rp::response::Origin;

/// Equals every origin that may use a relying party's id: pages of its domain and below, over HTTPS or on the machine itself, and apps
/// of Android, which have an origin of their own.
///
/// Android itself checks that the domain's `assetlinks.json` names the app before it gives an app a passkey.
pub(super) struct AllowedOrigin<'a>(pub(super) &'a str);

impl PartialEq<Origin<'_>> for AllowedOrigin<'_> {
    fn eq(&self, origin: &Origin<'_>) -> bool {
        self.allows(&origin.0)
    }
}

impl AllowedOrigin<'_> {
    fn allows(&self, origin: &str) -> bool {
        if let Some(hash) = origin.strip_prefix("android:apk-key-hash:") {
            // A SHA-256 in base64url.
            return hash.len() == 43
                && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        }
        let Ok(url) = Url::parse(origin) else { return false };
        let Some(host) = url.host_str() else { return false };
        let is_below = host.strip_suffix(self.0).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        is_below && (url.scheme() == "https" || url.scheme() == "http" && self.0 == "localhost")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_domain_and_apps_may_use_it() {
        let allowed = AllowedOrigin("example.com");
        for origin in [
            "https://example.com",
            "https://example.com:8443",
            "https://notes.example.com",
            "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        ] {
            assert!(allowed.allows(origin), "{origin}");
        }
        for origin in [
            "http://example.com",
            "https://evilexample.com",
            "https://example.com.evil.net",
            "https://com",
            "android:apk-key-hash:short",
            "android:apk-key-hash:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "ios:bundle-id:com.example",
            "",
        ] {
            assert!(!allowed.allows(origin), "{origin}");
        }
        assert!(AllowedOrigin("localhost").allows("http://localhost:5173"));
    }
}
