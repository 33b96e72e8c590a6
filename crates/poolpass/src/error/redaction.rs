//! Cuts secrets out of texts from elsewhere, however they are quoted.
//!
//! A server may echo a request's secrets: verbatim, escaped for a URL, for JSON or for XML (even twice), in base64, in hexadecimal
//! digits, with another case, broken into lines, or in part. The text is therefore searched both verbatim and unescaped, for each
//! secret, its base64 and its digits, and for pieces of them.
//!
//! The search cuts out:
//! - a whole secret of any length. A secret of fewer than six characters, or of fewer than eight without a digit, must be a word of
//!   its own, since other words contain it by chance; a word of AWS's messages must be between quotation marks. A code of six digits
//!   is cut out anywhere, even within a request id, where it occurs by chance once in a million ids.
//! - a piece of a secret, of its base64 or of its digits that has 12 letters and digits in a row, whatever separates them. The pieces
//!   of a secret with blanks are not searched for, nor are words without a digit. A shortened text shows at most 11 of them.

mod pieces;
mod view;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;
use zeroize::Zeroizing;

use pieces::{PIECE, Pieces, letter};
use view::View;

/// Replaces a secret.
const REDACTED: &str = "[redacted]";

/// The longest text from elsewhere that an error keeps, in bytes. People read errors.
const LONGEST_TEXT: usize = 8 * 1024;

/// The search goes this far beyond the kept text, for a secret across its end.
const BEYOND: usize = 1024;

/// Words of AWS's messages. A password that is one of them is cut only between quotation marks: cutting it everywhere would reveal
/// the password.
const PROSE: &str = " a access account an and api application at attempts auth authorization be by can client cognito code \
                     constraint disabled does email error exceeded exist expired failed for has have i id in incorrect input \
                     invalid is it key length limit maximum member message missing must new no not null of on or parameter \
                     password policy provided refresh region request required reset satisfy secret security service session \
                     sign signature signed status than that the this to token try use user username validation value was wrong ";

/// The secrets of one request.
#[derive(Default)]
pub(crate) struct Secrets {
    fragments: Vec<Fragment>,
    /// The letters of the secrets that are long enough to have pieces.
    long: Vec<Zeroizing<Vec<u8>>>,
}

/// A secret, its base64, or its hexadecimal digits.
struct Fragment {
    bytes: Zeroizing<Vec<u8>>,
    boundary: Boundary,
}

/// Where a fragment of a text counts as the secret.
#[derive(Clone, Copy)]
enum Boundary {
    Anywhere,
    /// As a word of its own: other words contain a short secret by chance.
    Alone,
    /// Between quotation marks or similar punctuation.
    Quoted,
}

impl Secrets {
    /// Adds a secret.
    pub(crate) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.is_empty() {
            return;
        }
        let word = Zeroizing::new(format!(" {} ", secret.to_ascii_lowercase()));
        let boundary =
            if PROSE.contains(word.as_str()) { Boundary::Quoted } else { boundary(secret.as_bytes()) };
        self.add_fragment(secret.as_bytes(), boundary);
        self.add_encoded(secret.as_bytes());
        // As JSON quotes it: a whole body may be encoded.
        let escaped = Zeroizing::new(Value::from(secret).to_string());
        let escaped = escaped.trim_matches('"');
        if escaped != secret {
            self.add_encoded(escaped.as_bytes());
        }
    }

    fn add_encoded(&mut self, bytes: &[u8]) {
        let digits = Zeroizing::new(hex::encode(bytes));
        self.add_fragment(digits.as_bytes(), boundary(digits.as_bytes()));
        // The bytes before and after a secret change its base64.
        for before in 0..3 {
            let mut padded = Zeroizing::new(vec![0; before]);
            padded.extend_from_slice(bytes);
            let text = Zeroizing::new(STANDARD_NO_PAD.encode(&*padded));
            let base64 = &text.as_bytes()[(before * 8).div_ceil(6)..padded.len() * 8 / 6];
            if base64.len() >= 6 {
                self.add_fragment(base64, Boundary::Anywhere);
            } else if before == 0 {
                self.add_fragment(text.as_bytes(), Boundary::Alone);
            }
        }
    }

    fn add_fragment(&mut self, bytes: &[u8], boundary: Boundary) {
        let letters: Zeroizing<Vec<u8>> = Zeroizing::new(bytes.iter().copied().filter_map(letter).collect());
        // A piece of a sentence is found in other sentences, and in AWS's codes.
        if letters.len() >= PIECE && !bytes.contains(&b' ') {
            self.long.push(letters);
        }
        self.fragments.push(Fragment { bytes: Zeroizing::new(bytes.to_vec()), boundary });
    }

    /// The text without the secrets. `None` if it has none and is not too long.
    pub(crate) fn cut_from(&self, text: &str) -> Option<String> {
        let kept = &text.as_bytes()[..text.len().min(LONGEST_TEXT)];
        let searched = &text.as_bytes()[..text.len().min(LONGEST_TEXT + BEYOND)];
        let found = self.find(searched);
        if found.is_empty() && kept.len() == text.len() {
            return None;
        }
        let mut is_secret = vec![false; searched.len()];
        for (start, end) in found {
            is_secret[start..end].fill(true);
        }
        let mut redacted = Vec::with_capacity(kept.len());
        let mut is_after_secret = false;
        for (byte, is_secret) in kept.iter().zip(is_secret) {
            match (is_secret, is_after_secret) {
                (false, _) => redacted.push(*byte),
                (true, false) => redacted.extend_from_slice(REDACTED.as_bytes()),
                (true, true) => {}
            }
            is_after_secret = is_secret;
        }
        let mut redacted = String::from_utf8_lossy(&redacted).into_owned();
        if kept.len() < text.len() {
            // A character that was cut in two.
            redacted.truncate(redacted.trim_end_matches(char::REPLACEMENT_CHARACTER).len());
            redacted.push('…');
        }
        Some(redacted)
    }

    /// The places of the secrets in the text.
    fn find(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        if self.fragments.is_empty() {
            return found;
        }
        let pieces = Pieces::of(&self.long);
        let mut views = vec![View::of(text)];
        // Also each way of escaping alone: a secret may itself look escaped in another way.
        for markers in [&b"%"[..], b"\\", b"&", b"%\\&"] {
            let mut newest = views[0].unescaped(markers);
            for _ in 0..3 {
                let Some(view) = newest else { break };
                newest = view.unescaped(markers);
                views.push(view);
            }
        }
        for view in &views {
            self.fragments.iter().for_each(|fragment| fragment.find(view, &mut found));
            pieces.find(view, &mut found);
        }
        found
    }
}

/// The boundary of a secret that is no word of AWS's messages.
fn boundary(secret: &[u8]) -> Boundary {
    let has_digit = secret.iter().any(u8::is_ascii_digit);
    if secret.len() >= 8 || (secret.len() >= 6 && has_digit) { Boundary::Anywhere } else { Boundary::Alone }
}

impl Fragment {
    fn find(&self, view: &View, found: &mut Vec<(usize, usize)>) {
        let mut start = 0;
        while let Some(text) = view.bytes.get(start..).filter(|text| !text.is_empty()) {
            match self.length_at(text) {
                Some(length) if self.boundary.at(&view.bytes, start, start + length) => {
                    found.push((view.spans[start].0, view.spans[start + length - 1].1));
                    start += length;
                }
                _ => start += 1,
            }
        }
    }

    /// The length of the fragment at the beginning of the text. A long fragment may be broken into lines or groups.
    fn length_at(&self, text: &[u8]) -> Option<usize> {
        let mut length = 0;
        for byte in &*self.bytes {
            if length > 0 && self.bytes.len() >= 6 && !byte.is_ascii_whitespace() {
                length += text[length..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            }
            if !is_same(*byte, *text.get(length)?) {
                return None;
            }
            length += 1;
        }
        Some(length)
    }
}

impl Boundary {
    fn at(self, text: &[u8], start: usize, end: usize) -> bool {
        let neighbours = [start.checked_sub(1).and_then(|before| text.get(before)), text.get(end)];
        neighbours.into_iter().flatten().all(|byte| match self {
            Self::Anywhere => true,
            Self::Alone => !byte.is_ascii_alphanumeric(),
            Self::Quoted => byte.is_ascii_punctuation() && !b".,;!?-_".contains(byte),
        })
    }
}

/// Form encoding writes a blank as `+`, base64 has two alphabets, and letters may have another case, which beyond ASCII is another
/// byte.
fn is_same(secret: u8, text: u8) -> bool {
    secret.eq_ignore_ascii_case(&text)
        || (!secret.is_ascii() && !text.is_ascii())
        || matches!((secret, text), (b' ' | b'-', b'+') | (b'+', b'-') | (b'/', b'_') | (b'_', b'/'))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    fn cut(secret: &str, text: &str) -> String {
        let mut secrets = Secrets::default();
        secrets.add(secret);
        secrets.cut_from(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn a_secret_is_cut_in_every_encoding() {
        let secret = "p\"ä ss&<w>/ö\\r?=%41d😀";
        let json = serde_json::to_string(secret).unwrap();
        let json = json.trim_matches('"').to_owned();
        let percent = crate::percent::component(secret).to_string();
        let xml =
            secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let ascii: String = secret
            .encode_utf16()
            .map(|unit| match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                _ => format!("\\u{unit:04x}"),
            })
            .collect();
        let numeric: String = secret.chars().map(|char| format!("&#x{:X};", u32::from(char))).collect();
        for quoted in [
            secret.to_owned(),
            json.clone(),
            json.replace('\\', "\\\\").replace('"', "\\\""),
            ascii,
            percent.clone(),
            percent.replace("%20", "+"),
            percent.replace('%', "%25"),
            xml.replace('&', "&amp;"),
            xml,
            numeric,
            STANDARD.encode(secret),
            URL_SAFE.encode(format!("x{secret}y")),
            STANDARD.encode(format!("Basic ada:{secret} ")),
        ] {
            let text = cut(secret, &format!("before '{quoted}' after"));
            assert!(text.contains(REDACTED) && text.len() < 60, "{quoted}: {text}");
            assert!(text.starts_with("before '") && text.ends_with("' after"), "{quoted}: {text}");
        }
    }

    #[test]
    fn a_long_piece_of_a_token_is_cut() {
        let token = "eyJraWQiOiJrIn0.eyJzdWIiOiIwMTIzNDU2Nzg5In0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
        for range in [0..20, 16..40, token.len() - 16..token.len()] {
            let piece = token.get(range).unwrap();
            assert_eq!(cut(token, &format!("'{piece}…' is wrong")), "'[redacted]…' is wrong");
        }
        assert_eq!(cut(token, "eyJraWQiOiJ"), "eyJraWQiOiJ");
        assert_eq!(cut("my first refresh token", "Refresh Token revoked"), "Refresh Token revoked");
    }

    #[test]
    fn a_short_secret_is_cut_and_the_message_stays_readable() {
        assert_eq!(cut("12345", "code 12345 of 9123456"), "code [redacted] of 9123456");
        assert_eq!(cut("nobody", "nobody knows nobodys"), "[redacted] knows nobodys");
        assert_eq!(
            cut("x", "Value 'x' at 'max' is not x."),
            "Value '[redacted]' at 'max' is not [redacted]."
        );
        assert_eq!(cut("123456", "code MTIzNDU2"), "code [redacted]");
        assert_eq!(cut("", "nothing"), "nothing");
    }

    #[test]
    fn a_code_is_cut_from_a_request_id() {
        assert_eq!(cut("123456", "7f123456-0000"), "7f[redacted]-0000");
    }

    #[test]
    fn a_secret_in_digits_in_other_letters_or_in_lines_is_cut() {
        for secret in ["735912", "Correct-horse-7", "eyJraWQiOiJrIn0.eyJzdWIiOiIwMTIzNDU2Nzg5In0.c2ln"] {
            let lines = |text: &str| {
                text.as_bytes().chunks(5).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n ")
            };
            for quoted in [
                hex::encode(secret),
                hex::encode_upper(secret),
                lines(&hex::encode(secret)),
                secret.to_uppercase(),
                secret.to_lowercase(),
                lines(secret),
                lines(&STANDARD.encode(secret)),
                lines(secret).replace("\r\n", "\\r\\n"),
            ] {
                assert_eq!(
                    cut(secret, &format!("'{quoted}'")).trim_end_matches(['=', '\'']),
                    "'[redacted]",
                    "{quoted}"
                );
            }
        }
        assert_eq!(cut("Größe-7ß", "'GRÖßE-7ß'"), "'[redacted]'");
    }

    #[test]
    fn a_secret_within_an_encoded_body_is_cut() {
        let secret = "p\"a\\ss\"";
        let body = serde_json::json!({ "a": 1, "password": secret }).to_string();
        for quoted in [STANDARD.encode(&body), hex::encode(&body)] {
            let text = cut(secret, &quoted);
            assert!(text.contains(REDACTED) && text.len() > 30, "{text}");
        }
    }

    #[test]
    fn punctuation_at_the_ends_of_a_long_secret_is_cut() {
        assert_eq!(cut("!!correct horse battery 7!!", "'!!correct horse battery 7!!'"), "'[redacted]'");
    }

    #[test]
    fn a_secret_across_the_end_of_a_long_text_is_cut() {
        let text = format!("{}hunter2hunter{}", "é".repeat((LONGEST_TEXT - 8) / 2), " ".repeat(3000));
        let kept = cut("hunter2hunter", &text);
        assert!(kept.ends_with("é[redacted]…"), "{}", kept.split_at(LONGEST_TEXT - 20).1);
    }

    #[test]
    fn a_password_that_is_a_word_of_the_message_is_not_told_by_its_absence() {
        assert_eq!(cut("password", "Incorrect username or password."), "Incorrect username or password.");
        assert_eq!(cut("a", "a user {\"p\":\"a\"}"), "a user {\"p\":\"[redacted]\"}");
    }

    #[test]
    fn a_text_without_end_is_cut_short() {
        assert_eq!(cut("secret-of-mine", &"é".repeat(9000)).len(), LONGEST_TEXT + "…".len());
    }
}
