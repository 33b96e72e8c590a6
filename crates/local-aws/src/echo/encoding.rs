//! The encodings of quoted secrets.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::secrets::RequestSecret;

/// The encoding of a quoted secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EchoEncoding {
    /// As it was sent.
    Plain,
    /// With the text around it in the request, such as the name of the header or member.
    InContext,
    /// Escaped for JSON.
    Json,
    /// Escaped for JSON, twice.
    JsonTwice,
    /// Escaped for XML.
    Xml,
    /// Escaped for a URL.
    Percent,
    /// Escaped for a URL, with lowercase digits.
    PercentLower,
    /// Escaped for a URL, twice.
    PercentTwice,
    /// Escaped for a form, with spaces as plus signs.
    Form,
    /// In base64.
    Base64,
    /// In the base64 of a text with one byte before it.
    Base64After1,
    /// In the base64 of a text with two bytes before it.
    Base64After2,
    /// In base64, with the text around it in the request.
    Base64InContext,
    /// In base64 for URLs.
    Base64Url,
    /// In hexadecimal digits.
    Hex,
    /// In uppercase hexadecimal digits.
    HexUpper,
    /// In hexadecimal digits with a space after each byte, as in S3's signature errors.
    HexSpaced,
    /// In uppercase letters.
    Upper,
    /// In lowercase letters.
    Lower,
    /// Broken into lines.
    Lines,
    /// In base64, broken into lines.
    Base64Lines,
    /// Only its first 16 characters.
    Start,
}

impl EchoEncoding {
    pub(super) const ALL: &[Self] = &[
        Self::Plain,
        Self::InContext,
        Self::Json,
        Self::JsonTwice,
        Self::Xml,
        Self::Percent,
        Self::PercentLower,
        Self::PercentTwice,
        Self::Form,
        Self::Base64,
        Self::Base64After1,
        Self::Base64After2,
        Self::Base64InContext,
        Self::Base64Url,
        Self::Hex,
        Self::HexUpper,
        Self::HexSpaced,
        Self::Upper,
        Self::Lower,
        Self::Lines,
        Self::Base64Lines,
        Self::Start,
    ];

    pub(super) fn quote(self, secrets: &RequestSecret) -> String {
        let RequestSecret { before, secret, after, .. } = secrets;
        match self {
            Self::Plain => secret.clone(),
            Self::InContext => format!("{before}{secret}{after}"),
            Self::Json => json(secret),
            Self::JsonTwice => json(&json(secret)),
            Self::Xml => xml(secret),
            Self::Percent => percent(secret),
            Self::PercentLower => lower_escapes(&percent(secret)),
            Self::PercentTwice => percent(&percent(secret)),
            Self::Form => percent(secret).replace("%20", "+"),
            Self::Base64 => STANDARD.encode(secret),
            Self::Base64After1 => STANDARD.encode(format!(":{secret}:")),
            Self::Base64After2 => STANDARD.encode(format!("::{secret}:")),
            Self::Base64InContext => STANDARD.encode(format!("{before}{secret}{after}")),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(secret),
            Self::Hex => hex::encode(secret),
            Self::HexUpper => hex::encode_upper(secret),
            Self::HexSpaced => lines(&hex::encode(secret), 2, " "),
            Self::Upper => secret.to_uppercase(),
            Self::Lower => secret.to_lowercase(),
            Self::Lines => lines(secret, 20.min(secret.chars().count() / 2 + 1), "\n"),
            Self::Base64Lines => lines(&STANDARD.encode(secret), 12, "\r\n"),
            Self::Start => secret.chars().take(16).collect(),
        }
    }

    /// The texts that reveal the secret: pieces of it in any encoding, also with the escapes of another text.
    pub(super) fn leaks(secrets: &RequestSecret) -> Vec<String> {
        /// Shorter pieces occur in other texts by chance.
        const SHORTEST: usize = 6;

        let quoted = Self::ALL.iter().flat_map(|encoding| match encoding {
            // The text around it is not secret.
            Self::InContext => vec![],
            Self::Base64InContext => {
                let (start, end) = (secrets.before.len(), secrets.before.len() + secrets.secret.len());
                let base64 = encoding.quote(secrets);
                base64.get((start * 8).div_ceil(6)..end * 8 / 6).map(str::to_owned).into_iter().collect()
            }
            encoding => {
                let quoted = encoding.quote(secrets);
                // In a header, spaces replace line ends.
                vec![json(&quoted), quoted.replace(['\r', '\n'], " "), quoted]
            }
        });
        quoted.flat_map(|quoted| pieces(&quoted)).filter(|piece| piece.len() >= SHORTEST).collect()
    }
}

/// The beginning, middle and end of a long text, or the whole of a short one.
fn pieces(text: &str) -> Vec<String> {
    const PIECE: usize = 16;

    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= PIECE {
        return vec![text.to_owned()];
    }
    let last = chars.len() - PIECE;
    [0, last / 2, last].map(|from| chars[from..from + PIECE].iter().collect()).to_vec()
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.unwrap_or_default().to_owned()
}

pub(super) fn xml(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn lower_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        lower.extend(["%", &digits.to_lowercase(), rest]);
    }
    lower
}

fn lines(text: &str, length: usize, end: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let lines: Vec<String> = chars.chunks(length).map(|line| line.iter().collect()).collect();
    lines.join(end)
}
