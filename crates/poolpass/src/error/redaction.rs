//! Cuts secrets out of texts that others wrote, however they quote them.
//!
//! A server may echo what a request sent: as it is, escaped for a URL, for JSON or for XML (also twice), in base64, in hexadecimal
//! digits, in other letters, broken into lines, or in part. A text is therefore searched as it is and unescaped, for each secret,
//! its base64 and its digits, and for pieces of them.
//!
//! What is cut out:
//! - a secret as a whole, whatever its length. One of less than six characters, or of less than eight without a digit, has to stand
//!   alone, since it is part of other words by chance; a word of AWS's messages has to stand between quotation marks. A code of six
//!   digits is cut out anywhere, also within a request id, where it stands by chance once in a million ids.
//! - a piece of a secret, of its base64 or of its digits that has 12 letters and digits in a row, whatever separates them. Not a
//!   piece of a secret with blanks in it, nor words without a digit. So a text that was shortened shows at most 11 of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// So many letters and digits of a secret are a secret, too.
const PIECE: usize = 12;

/// The longest text that is kept of what others wrote, in bytes. Errors are shown to people.
const LONGEST_TEXT: usize = 8 * 1024;

/// So much of a longer text is searched beyond what is kept, for a secret that stands across the end.
const BEYOND: usize = 1024;

/// Words of AWS's messages. One that is also somebody's password is cut only where it is quoted: to cut it everywhere would tell
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
    /// The letters and digits of those that have pieces.
    long: Vec<Zeroizing<Vec<u8>>>,
}

/// A secret, its base64, or its hexadecimal digits.
struct Fragment {
    bytes: Zeroizing<Vec<u8>>,
    stands: Stands,
}

/// Where a fragment counts as a quotation.
#[derive(Clone, Copy)]
enum Stands {
    Anywhere,
    /// As a word of its own: what is short is part of other words by chance.
    Alone,
    /// Between quotation marks and the like.
    Quoted,
}

impl Secrets {
    /// One more secret.
    pub(crate) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.is_empty() {
            return;
        }
        let word = Zeroizing::new(format!(" {} ", secret.to_ascii_lowercase()));
        let stands = if PROSE.contains(word.as_str()) { Stands::Quoted } else { stands(secret.as_bytes()) };
        self.add_fragment(secret.as_bytes(), stands);
        self.add_encoded(secret.as_bytes());
        // As it stands in a body, all of which may be encoded.
        let escaped = Zeroizing::new(Value::from(secret).to_string());
        let escaped = escaped.trim_matches('"');
        if escaped != secret {
            self.add_encoded(escaped.as_bytes());
        }
    }

    fn add_encoded(&mut self, bytes: &[u8]) {
        let digits = Zeroizing::new(hex::encode(bytes));
        self.add_fragment(digits.as_bytes(), stands(digits.as_bytes()));
        // What stands before it decides about its base64, and so does what follows, for the last character.
        for before in 0..3 {
            let mut padded = Zeroizing::new(vec![0; before]);
            padded.extend_from_slice(bytes);
            let text = Zeroizing::new(STANDARD_NO_PAD.encode(&*padded));
            let base64 = &text.as_bytes()[(before * 8).div_ceil(6)..padded.len() * 8 / 6];
            if base64.len() >= 6 {
                self.add_fragment(base64, Stands::Anywhere);
            } else if before == 0 {
                self.add_fragment(text.as_bytes(), Stands::Alone);
            }
        }
    }

    fn add_fragment(&mut self, bytes: &[u8], stands: Stands) {
        let letters: Zeroizing<Vec<u8>> = Zeroizing::new(bytes.iter().copied().filter_map(letter).collect());
        // A piece of a sentence is found in other sentences, and in AWS's codes.
        if letters.len() >= PIECE && !bytes.contains(&b' ') {
            self.long.push(letters);
        }
        self.fragments.push(Fragment { bytes: Zeroizing::new(bytes.to_vec()), stands });
    }

    /// The text without the secrets; `None` where it has none and is not too long.
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

    /// Where the secrets stand in the text.
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

/// Where a secret counts as quoted that is no word of AWS's.
fn stands(secret: &[u8]) -> Stands {
    let has_digit = secret.iter().any(u8::is_ascii_digit);
    if secret.len() >= 8 || (secret.len() >= 6 && has_digit) { Stands::Anywhere } else { Stands::Alone }
}

impl Fragment {
    fn find(&self, view: &View, found: &mut Vec<(usize, usize)>) {
        let mut start = 0;
        while let Some(text) = view.bytes.get(start..).filter(|text| !text.is_empty()) {
            match self.length_at(text) {
                Some(length) if self.stands.at(&view.bytes, start, start + length) => {
                    found.push((view.spans[start].0, view.spans[start + length - 1].1));
                    start += length;
                }
                _ => start += 1,
            }
        }
    }

    /// How much of the text is this fragment, with which the text begins. A longer one may be broken into lines or groups.
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

impl Stands {
    fn at(self, text: &[u8], start: usize, end: usize) -> bool {
        let neighbours = [start.checked_sub(1).and_then(|before| text.get(before)), text.get(end)];
        neighbours.into_iter().flatten().all(|byte| match self {
            Self::Anywhere => true,
            Self::Alone => !byte.is_ascii_alphanumeric(),
            Self::Quoted => byte.is_ascii_punctuation() && !b".,;!?-_".contains(byte),
        })
    }
}

/// Form encoding writes a blank as `+`, base64 has two alphabets, and letters may have changed their case, which for those beyond
/// ASCII is another byte.
fn is_same(secret: u8, text: u8) -> bool {
    secret.eq_ignore_ascii_case(&text)
        || (!secret.is_ascii() && !text.is_ascii())
        || matches!((secret, text), (b' ' | b'-', b'+') | (b'+', b'-') | (b'/', b'_') | (b'_', b'/'))
}

/// What counts in a piece of a long secret: not what ends lines, separates groups, or differs between the alphabets of base64. What
/// may stand around a quotation counts, and is all the same.
fn letter(byte: u8) -> Option<u8> {
    match byte {
        _ if byte.is_ascii_alphanumeric() => Some(byte.to_ascii_lowercase()),
        b'+' | b'-' | b'/' | b'_' | b'=' | b'.' | b':' | b'\\' | b' ' | b'\t' | b'\r' | b'\n' => None,
        _ => Some(0),
    }
}

/// All pieces of long secrets.
struct Pieces<'a> {
    long: &'a [Zeroizing<Vec<u8>>],
    /// The hashes that pieces have, one bit each: what is not among them is no piece.
    hashes: Vec<bool>,
}

impl<'a> Pieces<'a> {
    fn of(long: &'a [Zeroizing<Vec<u8>>]) -> Self {
        let mut hashes = vec![false; 1 << 16];
        for piece in long.iter().flat_map(|letters| letters.windows(PIECE)) {
            hashes[hash(piece)] = true;
        }
        Self { long, hashes }
    }

    fn find(&self, view: &View, found: &mut Vec<(usize, usize)>) {
        let (mut letters, mut places) = (Zeroizing::new(Vec::new()), Vec::new());
        for (place, byte) in view.bytes.iter().enumerate() {
            if let Some(letter) = letter(*byte) {
                letters.push(letter);
                places.push(place);
            }
        }
        let mut at = 0;
        while let Some(piece) = letters.get(at..at + PIECE) {
            let length = if self.hashes[hash(piece)] { self.common_with(&letters[at..]) } else { 0 };
            if length > 0 {
                let (first, last) = (places[at], places[at + length - 1]);
                let run = &view.bytes[first..=last];
                // Words without a digit are those of AWS's messages more likely than those of a passphrase.
                if run.iter().any(u8::is_ascii_digit) || !run.contains(&b' ') {
                    found.push((view.spans[first].0, view.spans[last].1));
                }
            }
            at += length.max(1);
        }
    }

    /// How many letters of a long secret the text begins with; 0 where they are no piece.
    fn common_with(&self, text: &[u8]) -> usize {
        let rests = self.long.iter().flat_map(|letters| (0..letters.len()).map(|from| &letters[from..]));
        let lengths = rests.map(|rest| rest.iter().zip(text).take_while(|(one, other)| one == other).count());
        lengths.filter(|length| *length >= PIECE).max().unwrap_or_default()
    }
}

fn hash(piece: &[u8]) -> usize {
    let hash = piece.iter().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    (hash ^ (hash >> 16)) as usize & 0xFFFF
}

/// A text, perhaps unescaped, and where each byte stands in the text as it was.
struct View {
    bytes: Vec<u8>,
    spans: Vec<(usize, usize)>,
}

impl View {
    fn of(text: &[u8]) -> Self {
        Self { bytes: text.to_vec(), spans: (0..text.len()).map(|at| (at, at + 1)).collect() }
    }

    /// With the escapes that begin with one of `markers` undone; `None` where there are none.
    fn unescaped(&self, markers: &[u8]) -> Option<Self> {
        let mut view = Self { bytes: Vec::new(), spans: Vec::new() };
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            let escape = if markers.contains(byte) { unescape(&self.bytes[at..]) } else { None };
            let length = escape.as_ref().map_or(1, |(_, length)| *length);
            let span = (self.spans[at].0, self.spans[at + length - 1].1);
            match escape {
                Some((Unescaped::Byte(byte), _)) => view.push(&[byte], span),
                Some((Unescaped::Char(char), _)) => view.push(char.encode_utf8(&mut [0; 4]).as_bytes(), span),
                None => view.push(&[*byte], span),
            }
            at += length;
        }
        (view.bytes.len() < self.bytes.len()).then_some(view)
    }

    fn push(&mut self, bytes: &[u8], span: (usize, usize)) {
        self.bytes.extend_from_slice(bytes);
        self.spans.extend(bytes.iter().map(|_| span));
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

enum Unescaped {
    Byte(u8),
    Char(char),
}

/// The escape that the text begins with, and its length.
fn unescape(text: &[u8]) -> Option<(Unescaped, usize)> {
    let number = |range: std::ops::Range<usize>, radix| {
        let digits = std::str::from_utf8(text.get(range)?).ok()?;
        u32::from_str_radix(digits, radix).ok()
    };
    let char = |code: u32, length| Some((Unescaped::Char(char::from_u32(code)?), length));
    match text {
        [b'%', ..] => Some((Unescaped::Byte(u8::try_from(number(1..3, 16)?).ok()?), 3)),
        [b'\\', b'u', ..] => {
            let first = number(2..6, 16)?;
            if (0xD800..0xDC00).contains(&first) && text.get(6..8) == Some(b"\\u") {
                let second = number(8..12, 16)?.checked_sub(0xDC00)?;
                return char(0x10000 + ((first - 0xD800) << 10) + second, 12);
            }
            char(first, 6)
        }
        [b'\\', b'x', ..] => char(number(2..4, 16)?, 4),
        [b'\\', b'n', ..] => char(10, 2),
        [b'\\', b'r', ..] => char(13, 2),
        [b'\\', b't', ..] => char(9, 2),
        [b'\\', byte, ..] => Some((Unescaped::Byte(*byte), 2)),
        [b'&', ..] => {
            let end = text.iter().take(10).position(|byte| *byte == b';')?;
            let code = match &text[1..end] {
                b"amp" => u32::from(b'&'),
                b"lt" => u32::from(b'<'),
                b"gt" => u32::from(b'>'),
                b"quot" => u32::from(b'"'),
                b"apos" => u32::from(b'\''),
                [b'#', b'x' | b'X', ..] => number(3..end, 16)?,
                [b'#', ..] => number(2..end, 10)?,
                _ => return None,
            };
            char(code, end + 1)
        }
        _ => None,
    }
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
