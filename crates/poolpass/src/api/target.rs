//! The URL of a request, encoded so that it is sent exactly as it was signed.

use http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::config::Endpoint;
use crate::error::Error;
use crate::percent;

/// Characters that RFC 3986 does not allow in a path, which HTTP clients would encode or rewrite after signing; and the plus,
/// which some servers take for a space.
const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The same for a query, where HTTP clients also encode the apostrophe, and a plus is a space.
const NOT_IN_QUERY: &AsciiSet = &NOT_IN_PATH.remove(b'?').remove(b'+').add(b'\'');

/// Where a request goes: its path and query are percent-encoded.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Absent where the path is relative to a base URL.
    base: Option<Endpoint>,
    /// Whether the URL is one of a WebSocket, which takes a presigned URL.
    is_websocket: bool,
    path: String,
    query: String,
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let (url, is_websocket) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => (format!("https://{rest}"), true),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => (format!("http://{rest}"), true),
            _ => (url.to_owned(), false),
        };
        let url = url.as_str();
        let (base, rest) = match url.split_once("://") {
            Some((_, host_and_path)) if !url.starts_with('/') => {
                let authority_end = host_and_path.find(['/', '?', '#']).unwrap_or(host_and_path.len());
                let (base, rest) = url.split_at(url.len() - host_and_path.len() + authority_end);
                let malformed = |_: Error| {
                    Error::invalid_input("expected a URL that starts with http:// or https:// and a host")
                };
                (Some(base.parse().map_err(malformed)?), rest)
            }
            _ if url.starts_with('/') => (None, url),
            _ => return Err(Error::invalid_input("expected a URL, or a path that starts with a slash")),
        };
        if rest.contains('#') {
            return Err(Error::invalid_input(
                "a URL with a fragment (#) cannot be asked for: encode it as %23",
            ));
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self { base, is_websocket, path: encoded(path, NOT_IN_PATH)?, query: encoded_query(query)? })
    }

    pub(super) fn add_segment(&mut self, segment: &str) {
        if !self.path.ends_with('/') {
            self.path.push('/');
        }
        self.path.extend(percent::component(segment));
    }

    pub(super) fn add_parameter(&mut self, name: &str, value: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.extend(percent::component(name));
        self.query.push('=');
        self.query.extend(percent::component(value));
    }

    /// The URL of a request. `base` is asked only where the path is relative.
    pub(super) fn into_uri(self, base: impl FnOnce() -> Result<Endpoint, Error>) -> Result<Uri, Error> {
        if self.is_websocket {
            return Err(Error::invalid_input(
                "a WebSocket (wss://) accepts no signed request: presign its URL and connect to that",
            ));
        }
        self.into_http_uri(base)
    }

    /// The URL to presign, which may be one of a WebSocket.
    pub(super) fn into_presignable_uri(
        self,
        base: impl FnOnce() -> Result<Endpoint, Error>,
    ) -> Result<Uri, Error> {
        let is_websocket = self.is_websocket;
        let uri = self.into_http_uri(base)?;
        if !is_websocket {
            return Ok(uri);
        }
        // "http" becomes "ws", and "https" becomes "wss".
        let rest = uri.to_string().split_off("http".len());
        format!("ws{rest}").parse().map_err(|_| Error::invalid_input("the URL is too long"))
    }

    fn into_http_uri(self, base: impl FnOnce() -> Result<Endpoint, Error>) -> Result<Uri, Error> {
        let base = self.base.map_or_else(base, Ok)?;
        let uri = if self.query.is_empty() {
            base.join_or_self(&self.path)?
        } else {
            base.join(&format!("{}?{}", self.path, self.query))?
        };
        if uri.path().split('/').any(percent::is_dot_segment) {
            return Err(Error::invalid_input(
                "a path with a segment \".\" or \"..\" cannot be asked for: HTTP clients resolve them",
            ));
        }
        Ok(uri)
    }
}

fn encoded_query(query: &str) -> Result<String, Error> {
    if percent_decode_str(query).decode_utf8().is_err() {
        return Err(Error::invalid_input("the query's percent-encoded text is not UTF-8"));
    }
    // Signers and servers disagree about what a plus is, and about parameters without a name; about the rest they agree.
    let query = encoded(query, NOT_IN_QUERY)?.replace('+', "%20");
    let parameters: Vec<_> = query.split('&').filter(|parameter| !parameter.is_empty()).collect();
    Ok(parameters.join("&"))
}

fn encoded(text: &str, set: &'static AsciiSet) -> Result<String, Error> {
    if !percent::is_well_formed(text) {
        return Err(Error::invalid_input("a percent sign in a URL starts an escape: encode it as %25"));
    }
    Ok(utf8_percent_encode(text, set).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn uri(url: &str) -> Result<String, Error> {
        let base = || "https://api.example/prod/".parse();
        Ok(Target::parse(url)?.into_uri(base)?.to_string())
    }

    #[test]
    fn paths_go_below_the_base_url_and_urls_stand_for_themselves() {
        for (url, whole) in [
            ("/", "https://api.example/prod/"),
            ("/notes?tag=a", "https://api.example/prod/notes?tag=a"),
            ("//evil.example/x", "https://api.example/prod//evil.example/x"),
            ("/to?u=https://x.example/", "https://api.example/prod/to?u=https://x.example/"),
            ("https://Other.Example", "https://other.example/"),
            ("http://127.0.0.1:4577?a=B", "http://127.0.0.1:4577/?a=B"),
            ("HTTPS://other.example:443/A?b", "https://other.example/A?b"),
        ] {
            assert_eq!(uri(url).unwrap(), whole);
        }
    }

    #[test]
    fn the_root_of_an_endpoint_with_a_path_is_that_very_path() {
        let base = || "https://api.example/prod/sts".parse();
        assert_eq!(Target::parse("/").unwrap().into_uri(base).unwrap(), "https://api.example/prod/sts");
    }

    #[test]
    fn what_a_url_cannot_hold_is_encoded_once() {
        for (url, whole) in [
            ("/a b/ü/%2F", "https://api.example/prod/a%20b/%C3%BC/%2F"),
            ("/x\\y|z\"+", "https://api.example/prod/x%5Cy%7Cz%22%2B"),
            ("/a?q=it's+a b%20&r=ü?", "https://api.example/prod/a?q=it%27s%20a%20b%20&r=%C3%BC?"),
        ] {
            assert_eq!(uri(url).unwrap(), whole);
        }
    }

    #[test]
    fn a_parameter_without_a_name_is_left_out() {
        assert_eq!(uri("/a?&b=1&&c&").unwrap(), "https://api.example/prod/a?b=1&c");
    }

    #[test]
    fn a_websocket_has_a_url_to_presign() {
        for url in ["wss://x.example/mqtt?a=b", "ws://127.0.0.1:4577/"] {
            let base = || Err(Error::invalid_input("not asked"));
            assert_eq!(Target::parse(url).unwrap().into_presignable_uri(base).unwrap(), url);
        }
    }

    #[test]
    fn segments_and_parameters_may_hold_anything() {
        let mut target = Target::parse("/notes/").unwrap();
        target.add_segment("a/b?#%");
        target.add_segment("ü");
        target.add_parameter("a&b", "1+1 = 2");
        target.add_parameter("empty", "");
        assert_eq!(
            target.into_uri(|| "http://h".parse()).unwrap(),
            "http://h/notes/a%2Fb%3F%23%25/%C3%BC?a%26b=1%2B1%20%3D%202&empty="
        );
    }

    #[test]
    fn what_would_change_on_the_way_is_refused() {
        for url in [
            "",
            "notes",
            "mailto:a@b",
            "ftp://x/",
            "https://",
            "https://user:pw@host/",
            "https://x.example:99999/",
            "https://x.example:/",
            "http://1.2.3/",
            "http://[::g]/",
            "/a#b",
            "/100%",
            "/%zz",
            "/%é",
            "/x?q=%FF",
            "/x?q=%C3%28",
            "wss://x.example/",
            "ws://x.example/",
            "/.",
            "/a/../b",
            "/a/%2E%2e",
            "/a/.%2E/b",
            "https://x.example/..",
        ] {
            assert_eq!(uri(url).unwrap_err().kind(), ErrorKind::InvalidInput, "{url}");
        }
        let mut climbing = Target::parse("/notes").unwrap();
        climbing.add_segment("..");
        assert!(climbing.into_uri(|| "http://h".parse()).is_err());
        assert_eq!(uri("/.../..a").unwrap(), "https://api.example/prod/.../..a");
    }
}
