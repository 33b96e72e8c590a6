//! Cuts secrets out of texts that others wrote, however they quote them.
//!
//! A server may echo what a request sent: as it is, escaped for a URL, for JSON or for XML (also twice), in base64, or in part.
//! A text is therefore searched as it is and unescaped, for each secret and its base64, and for long pieces of long secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::{Zeroize, Zeroizing};

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// A piece of this many bytes of a long secret is a secret, too.
const PIECE: usize = 16;

/// The longest text that is kept of what others wrote, in bytes. Errors are shown to people.
const LONGEST_TEXT: usize = 8 * 1024;

/// Words of AWS's messages. One that is also somebody's password is cut only where it is quoted: to cut it everywhere would tell
/// the password.
const PROSE: &str = " a access account an and api application at attempts auth authorization be by can client cognito code \
                     constraint disabled does email error exceeded exist expired failed for has have i id in incorrect input \
                     invalid is it key length limit maximum member message missing must new no not null of on or parameter \
                     password policy provided refresh region request required reset satisfy secret security service session \
                     sign signature signed status than that the this to token try use user username validation value was wrong ";

/// The secrets of one request.
#[derive(Default)]
pub(crate) struct Secrets(Vec<Fragment>);

/// A secret, or its base64.
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
        let bytes = secret.as_bytes();
        let word = Zeroizing::new(format!(" {} ", secret.to_ascii_lowercase()));
        let stands = match bytes.len() {
            _ if PROSE.contains(word.as_str()) => Stands::Quoted,
            ..8 => Stands::Alone,
            _ => Stands::Anywhere,
        };
        self.0.push(Fragment { bytes: Zeroizing::new(bytes.to_vec()), stands });
        // What stands before it decides about its base64, and so does what follows, for the last character.
        for before in 0..3 {
            let mut padded = Zeroizing::new(vec![0; before]);
            padded.extend_from_slice(bytes);
            let text = Zeroizing::new(STANDARD_NO_PAD.encode(&*padded));
            let base64 = &text.as_bytes()[(before * 8).div_ceil(6)..padded.len() * 8 / 6];
            if base64.len() >= 6 {
                self.0.push(Fragment { bytes: Zeroizing::new(base64.to_vec()), stands: Stands::Anywhere });
            } else if before == 0 {
                self.0.push(Fragment {
                    bytes: Zeroizing::new(text.as_bytes().to_vec()),
                    stands: Stands::Alone,
                });
            }
        }
    }

    /// The text without the secrets; `None` where it has none and is not too long.
    pub(crate) fn cut_from(&self, text: &str) -> Option<String> {
        let mut end = text.len().min(LONGEST_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (kept, _) = text.split_at(end);
        let mut found = self.find(kept.as_bytes());
        if found.is_empty() && end == text.len() {
            return None;
        }
        found.sort_unstable();
        let mut redacted = Vec::with_capacity(kept.len());
        let mut position = 0;
        for (start, end) in found {
            if start >= position {
                redacted.extend_from_slice(&kept.as_bytes()[position..start]);
                redacted.extend_from_slice(REDACTED.as_bytes());
            }
            position = position.max(end);
        }
        redacted.extend_from_slice(&kept.as_bytes()[position..]);
        if end < text.len() {
            redacted.extend_from_slice("…".as_bytes());
        }
        Some(String::from_utf8_lossy(&redacted).into_owned())
    }

    /// Where the secrets stand in the text.
    fn find(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        if self.0.is_empty() {
            return found;
        }
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
        for fragment in &self.0 {
            for view in &views {
                fragment.find(view, &mut found);
            }
        }
        found
    }
}

impl Fragment {
    fn find(&self, view: &View, found: &mut Vec<(usize, usize)>) {
        let (secret, text) = (&*self.bytes, &*view.bytes);
        let least = if secret.len() >= PIECE * 3 / 2 { PIECE } else { secret.len() };
        let mut start = 0;
        while start + least <= text.len() {
            let longest = (0..=secret.len() - least)
                .filter(|from| is_same(secret[*from], text[start]))
                .map(|from| common(&secret[from..], &text[start..]))
                .max()
                .unwrap_or_default();
            if longest >= least && self.stands.at(text, start, start + longest) {
                found.push((view.spans[start].0, view.spans[start + longest - 1].1));
                start += longest;
            } else {
                start += 1;
            }
        }
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

/// How many bytes of a secret the text begins with.
fn common(secret: &[u8], text: &[u8]) -> usize {
    secret.iter().zip(text).take_while(|(secret, text)| is_same(**secret, **text)).count()
}

/// Form encoding writes a blank as `+`, and base64 has two alphabets.
fn is_same(secret: u8, text: u8) -> bool {
    secret == text
        || matches!((secret, text), (b' ' | b'-', b'+') | (b'+', b'-') | (b'/', b'_') | (b'_', b'/'))
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
    }

    #[test]
    fn a_short_secret_is_cut_and_the_message_stays_readable() {
        assert_eq!(cut("123456", "code 123456 of 91234567"), "code [redacted] of 91234567");
        assert_eq!(
            cut("x", "Value 'x' at 'max' is not x."),
            "Value '[redacted]' at 'max' is not [redacted]."
        );
        assert_eq!(cut("123456", "code MTIzNDU2"), "code [redacted]");
        assert_eq!(cut("", "nothing"), "nothing");
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
