//! The characters that keys may contain and XML 1.0 may not.

use bytes::Bytes;

/// Whether a document contains only characters of XML 1.0.
pub(super) fn is_text(document: &[u8]) -> bool {
    std::str::from_utf8(document).is_ok_and(|text| !text.chars().any(is_foreign))
}

/// Writes characters that XML 1.0 lacks as references, as S3 does. Few parsers accept these, so clients use `encoding-type=url`.
/// A carriage return is also written as a reference, since parsers would turn it into a line feed.
pub(super) fn escape_controls(document: &Bytes) -> Bytes {
    let Ok(text) = std::str::from_utf8(document) else { return document.clone() };
    let must_escape = |character: char| character == '\r' || is_foreign(character);
    if !text.contains(must_escape) {
        return document.clone();
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if must_escape(character) {
            escaped.push_str(&format!("&#x{:x};", u32::from(character)));
        } else {
            escaped.push(character);
        }
    }
    escaped.into()
}

fn is_foreign(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
