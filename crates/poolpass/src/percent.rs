//! Percent-encoding of URLs' components, one way for everything that is signed and sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters, as SigV4 wants it.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, for what is made of segments already.
const RESERVED_BUT_SLASH: &AsciiSet = &RESERVED.remove(b'/');

/// A segment of a path, or a name or value in a query.
pub(crate) fn component(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// A path whose slashes separate its segments.
pub(crate) fn path(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED_BUT_SLASH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay_and_slashes_in_paths() {
        assert_eq!(component("a/b +%é~_-.").to_string(), "a%2Fb%20%2B%25%C3%A9~_-.");
        assert_eq!(path("a/b +%é~_-.").to_string(), "a/b%20%2B%25%C3%A9~_-.");
    }
}
