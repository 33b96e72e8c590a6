//! Percent-encoding of URL components, the same for everything that is signed and sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_encode, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters, as SigV4 requires.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same without the slash, for paths that consist of segments already.
const RESERVED_BUT_SLASH: &AsciiSet = &RESERVED.remove(b'/');

/// A segment of a path, or a name or value in a query.
pub(crate) fn component(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// A query, or the body of a form, of these names and values.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        query.extend(component(value));
    }
    query
}

/// A path whose slashes separate its segments.
pub(crate) fn path(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED_BUT_SLASH)
}

/// A segment of a path that need not be text.
pub(crate) fn bytes(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

/// Whether each percent sign begins an escape.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes().take(2);
        digits.len() == 2 && digits.all(|digit| digit.is_ascii_hexdigit())
    })
}

/// Whether HTTP clients leave the byte of a path as it is.
pub(crate) fn stays_in_path(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"#<>?[\\]^`{|}".contains(&byte)
}

/// Whether URL parsers resolve the segment: `.` or `..` in any spelling.
pub(crate) fn is_dot_segment(segment: &str) -> bool {
    segment.len() <= 6 && matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// Whether HTTP clients send the whole path as it is written.
pub(crate) fn stays_as_it_is(path: &str) -> bool {
    is_well_formed(path) && path.bytes().all(stays_in_path) && !path.split('/').any(is_dot_segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay_and_slashes_in_paths() {
        assert_eq!(component("a/b +%é~_-.").to_string(), "a%2Fb%20%2B%25%C3%A9~_-.");
        assert_eq!(path("a/b +%é~_-.").to_string(), "a/b%20%2B%25%C3%A9~_-.");
        assert_eq!(query(&[("a", "b&c"), ("d", ""), ("e", "=")]), "a=b%26c&d=&e=%3D");
        assert_eq!(query(&[]), "");
    }
}
