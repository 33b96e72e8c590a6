//! A text with its escapes undone.

use zeroize::Zeroize;

/// A text that may be unescaped, with the place of each byte in the original text.
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    pub(super) spans: Vec<(usize, usize)>,
}

impl View {
    pub(super) fn of(text: &[u8]) -> Self {
        Self { bytes: text.to_vec(), spans: (0..text.len()).map(|at| (at, at + 1)).collect() }
    }

    /// Undoes the escapes that begin with one of `markers`. `None` if there are none.
    pub(super) fn unescaped(&self, markers: &[u8]) -> Option<Self> {
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

/// The escape at the beginning of the text, and its length.
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
