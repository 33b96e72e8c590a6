//! The bearer token of a request (RFC 6750, section 2.1).

use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The credentials of a request.
pub(super) enum Bearer<'a> {
    Token(&'a str),
    /// No `Authorization`, or one of another scheme.
    Missing,
    /// Several `Authorization` headers, or one that cannot be read.
    Invalid,
}

impl<'a> Bearer<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (first, second) = (values.next(), values.next());
        let Some(first) = first else { return Self::Missing };
        let Ok(text) = first.to_str() else { return Self::Invalid };
        if second.is_some() {
            return Self::Invalid;
        }
        match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                let token = token.trim();
                if token.is_empty() || token.contains([' ', ',']) {
                    Self::Invalid
                } else {
                    Self::Token(token)
                }
            }
            None if text.eq_ignore_ascii_case("bearer") => Self::Invalid,
            _ => Self::Missing,
        }
    }
}
