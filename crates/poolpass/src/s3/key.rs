//! Object keys in URLs.

use crate::error::Error;
use crate::percent;

/// An object key that every HTTP client leaves as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ObjectKey<'a>(&'a str);

impl<'a> ObjectKey<'a> {
    /// S3's limit, in bytes of UTF-8.
    const MAX_LENGTH: usize = 1024;

    /// Accepts any UTF-8 text that S3 accepts, except for text that HTTP clients would rewrite.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` for an empty key, for one of more than 1024 bytes, and for one with a segment `.` or `..`: URLs
    /// have these resolved on the way, so that the request would reach another object than the one that was signed.
    pub(super) fn parse(key: &'a str) -> Result<Self, Error> {
        if key.is_empty() {
            return Err(Error::invalid_input("an object key must not be empty"));
        }
        if key.len() > Self::MAX_LENGTH {
            return Err(Error::invalid_input("an object key has at most 1024 bytes"));
        }
        if key.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(Error::invalid_input(
                "an object key with a path segment \".\" or \"..\" cannot be addressed: HTTP clients resolve them",
            ));
        }
        Ok(Self(key))
    }

    pub(super) fn as_str(&self) -> &'a str {
        self.0
    }

    /// The key, percent-encoded once except for its slashes.
    pub(super) fn encoded(&self) -> String {
        percent::path(self.0).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn everything_but_unreserved_characters_and_slashes_is_encoded_once() {
        let encoded = |key| ObjectKey::parse(key).unwrap().encoded();
        assert_eq!(encoded("a b+c%20d/é\u{1f389}~_-."), "a%20b%2Bc%2520d/%C3%A9%F0%9F%8E%89~_-.");
        assert_eq!(encoded("//x//"), "//x//");
        assert_eq!(encoded("q?a=b&c#d'(e)*!\\\"\n\u{7f}"), "q%3Fa%3Db%26c%23d%27%28e%29%2A%21%5C%22%0A%7F");
        assert_eq!(encoded("..."), "...");
        assert_eq!(encoded("a/..b/.c"), "a/..b/.c");
    }

    #[test]
    fn keys_that_cannot_be_addressed_are_refused() {
        for key in
            ["", ".", "..", "./a", "a/./b", "a/../b", "a/..", "/.", &"x".repeat(1025), &"é".repeat(513)]
        {
            assert_eq!(ObjectKey::parse(key).unwrap_err().kind(), ErrorKind::InvalidInput, "{key}");
        }
        assert!(ObjectKey::parse(&"é".repeat(512)).is_ok());
    }
}
