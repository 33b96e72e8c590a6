//! Text in headers: HTTP wants ASCII, but people write more than that.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use percent_encoding::percent_decode;

/// Decodes a header's text: UTF-8 or else Latin-1, with words encoded as in RFC 2047. S3 sends metadata that is not ASCII this way.
pub(in crate::s3) fn decoded(value: &HeaderValue) -> String {
    let text = plain(value.as_bytes());
    if text.contains("=?") { decode_words(&text) } else { text }
}

/// Decodes bytes as UTF-8, or else as Latin-1, which accepts every byte.
pub(super) fn plain(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => latin1(bytes),
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Replaces encoded words by their text. Blanks between two encoded words are dropped, and a letter may begin in one and end in the next.
fn decode_words(text: &str) -> String {
    let mut decoded = String::new();
    let mut word_bytes: Vec<u8> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (before, from_word) = rest.split_at(start);
        let Some((bytes, after)) = encoded_word(from_word) else {
            let (mark, after) = from_word.split_at(2);
            flush(&mut word_bytes, &mut decoded);
            decoded.push_str(before);
            decoded.push_str(mark);
            rest = after;
            continue;
        };
        if word_bytes.is_empty() || !before.trim().is_empty() {
            flush(&mut word_bytes, &mut decoded);
            decoded.push_str(before);
        }
        word_bytes.extend(bytes);
        rest = after;
    }
    flush(&mut word_bytes, &mut decoded);
    decoded.push_str(rest);
    decoded
}

fn flush(bytes: &mut Vec<u8>, text: &mut String) {
    text.push_str(&plain(bytes));
    bytes.clear();
}

/// Decodes the word at the start of `text`. Returns its bytes, in UTF-8 or Latin-1, and the rest of the text.
fn encoded_word(text: &str) -> Option<(Vec<u8>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (encoded, after) = rest.split_once("?=")?;
    // RFC 2231 allows a language behind the character set.
    let charset = charset.split('*').next().unwrap_or(charset);
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(encoded).ok()?,
        "Q" | "q" => {
            let as_escapes = encoded.replace('%', "%25").replace('=', "%").replace('_', " ");
            percent_decode(as_escapes.as_bytes()).collect()
        }
        _ => return None,
    };
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => Some((bytes, after)),
        "iso-8859-1" => Some((latin1(&bytes).into_bytes(), after)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_each_form_that_headers_have_it_in() {
        for (written, text) in [
            (&b"plain"[..], "plain"),
            ("Zoë 日本".as_bytes(), "Zoë 日本"),
            (b"Zo\xeb", "Zoë"),
            (b"=?UTF-8?B?Wm/Dqw==?=", "Zoë"),
            (b"=?UTF-8?Q?Zo=C3=AB_100%_a=5Fb?=", "Zoë 100% a_b"),
            (b"=?utf-8*en?q?Zo=c3=ab?=", "Zoë"),
            (b"=?ISO-8859-1?Q?Zo=EB?=", "Zoë"),
            (b"=?UTF-8?Q?Zo=C3?= =?UTF-8?Q?=AB!?= and =?UTF-8?B?Wm/Dqw==?=.", "Zoë! and Zoë."),
            (b"attachment; filename=\"=?UTF-8?B?Wm/Dqw==?=\"", "attachment; filename=\"Zoë\""),
            (b"=?UTF-8?B?%?= =?x =?UTF-7?Q?a?= ?=", "=?UTF-8?B?%?= =?x =?UTF-7?Q?a?= ?="),
            (b"a =? b", "a =? b"),
            (b"", ""),
        ] {
            let value = HeaderValue::from_bytes(written).unwrap();
            assert_eq!(decoded(&value), text, "{written:?}");
        }
    }
}
