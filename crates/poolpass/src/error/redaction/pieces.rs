//! Pieces of long secrets.

use zeroize::Zeroizing;

use super::view::View;

/// This many letters and digits of a secret in a row are a secret, too.
pub(super) const PIECE: usize = 12;

/// All pieces of long secrets, each of [`PIECE`] letters.
pub(super) struct Pieces<'a> {
    long: &'a [Zeroizing<Vec<u8>>],
    /// Whether a piece has this hash.
    hashes: Vec<bool>,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(long: &'a [Zeroizing<Vec<u8>>]) -> Self {
        let mut hashes = vec![false; 1 << 16];
        for piece in long.iter().flat_map(|letters| letters.windows(PIECE)) {
            hashes[hash(piece)] = true;
        }
        Self { long, hashes }
    }

    pub(super) fn find(&self, view: &View, found: &mut Vec<(usize, usize)>) {
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
                // Words without a digit are more likely those of AWS's messages than those of a passphrase.
                if run.iter().any(u8::is_ascii_digit) || !run.contains(&b' ') {
                    found.push((view.spans[first].0, view.spans[last].1));
                }
            }
            at += length.max(1);
        }
    }

    /// The number of letters that the beginning of the text shares with a long secret; 0 for fewer than a piece.
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

/// The byte as pieces are compared: without the case of letters. `None` for bytes that end lines, separate groups, or differ between
/// the alphabets of base64. All other punctuation is one and the same letter.
pub(super) fn letter(byte: u8) -> Option<u8> {
    match byte {
        _ if byte.is_ascii_alphanumeric() => Some(byte.to_ascii_lowercase()),
        b'+' | b'-' | b'/' | b'_' | b'=' | b'.' | b':' | b'\\' | b' ' | b'\t' | b'\r' | b'\n' => None,
        _ => Some(0),
    }
}
