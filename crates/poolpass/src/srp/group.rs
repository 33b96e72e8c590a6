//! The group, the multiplier k, and the form in which Cognito hashes integers.

use crypto_bigint::modular::{
    BoxedMontyForm, BoxedMontyParams, ConstMontyForm, ConstMontyParams, FixedMontyParams,
};
use crypto_bigint::{BoxedUint, Resize, U3072};
use sha2::{Digest, Sha256};
use srp::groups::{G3072, Group};
use zeroize::Zeroizing;

/// SRP over Cognito's group and digest.
pub(super) type Srp = srp::Client<CognitoGroup, Sha256>;

/// Length of N in bytes.
pub(super) const MODULUS_LEN: usize = 384;

/// k = SHA-256(pad(N) ‖ pad(g)).
const MULTIPLIER: [u8; 32] = [
    0x53, 0x82, 0x82, 0xc4, 0x35, 0x47, 0x42, 0xd7, 0xcb, 0xbd, 0xe2, 0x35, 0x9f, 0xcf, 0x67, 0xf9, 0xf5,
    0xb3, 0xa6, 0xb0, 0x87, 0x91, 0xe5, 0x01, 0x1b, 0x43, 0xb8, 0xa5, 0xb6, 0x6d, 0x9e, 0xe6,
];

/// RFC 5054's 3072-bit modulus with generator 2, where the RFC has 5.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct CognitoGroup;

impl ConstMontyParams<{ U3072::LIMBS }> for CognitoGroup {
    const LIMBS: usize = U3072::LIMBS;
    const PARAMS: FixedMontyParams<{ U3072::LIMBS }> = <G3072 as ConstMontyParams<{ U3072::LIMBS }>>::PARAMS;
}

impl Group for CognitoGroup {
    type Element = ConstMontyForm<Self, { U3072::LIMBS }>;
    const G: Self::Element = ConstMontyForm::new(&U3072::from_u8(2));
}

/// An integer mod N. It must have at most the length of N.
pub(super) fn residue(integer: &[u8]) -> BoxedMontyForm {
    let integer = BoxedUint::from_be_slice_vartime(integer).resize(U3072::BITS);
    BoxedMontyForm::new(integer, &BoxedMontyParams::from(CognitoGroup::PARAMS))
}

/// N, big endian.
pub(super) fn modulus() -> [u8; MODULUS_LEN] {
    CognitoGroup::PARAMS.modulus().to_be_bytes().into()
}

pub(super) fn multiplier() -> BoxedMontyForm {
    residue(&MULTIPLIER)
}

/// Minimal big-endian two's complement, as Java's `BigInteger.toByteArray` gives it for a number that is not negative.
pub(super) fn pad(number: &[u8]) -> Zeroizing<Vec<u8>> {
    let digits = trim(number);
    let mut padded = Zeroizing::new(Vec::with_capacity(digits.len() + 1));
    if digits.first().is_none_or(|first| *first >= 0x80) {
        padded.push(0);
    }
    padded.extend_from_slice(digits);
    padded
}

/// The number without its leading zero bytes.
pub(super) fn trim(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// Reads a hexadecimal number of any length, odd ones included, since Cognito drops leading zeros.
pub(super) fn parse_hex(digits: &str) -> Option<Vec<u8>> {
    if digits.is_empty() {
        return None;
    }
    let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    hex::decode(even).ok()
}

pub(super) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_multiplier_is_the_hash_of_the_group() {
        assert_eq!(sha256(&[&pad(&modulus()), &pad(&[2])]), MULTIPLIER);
    }

    #[test]
    fn the_generator_is_two() {
        assert_eq!(<CognitoGroup as Group>::G.retrieve(), U3072::from_u8(2));
    }

    #[test]
    fn numbers_are_padded_as_two_s_complement() {
        assert_eq!(*pad(&[]), [0]);
        assert_eq!(*pad(&[0, 0]), [0]);
        assert_eq!(*pad(&[0x7f]), [0x7f]);
        assert_eq!(*pad(&[0x80]), [0, 0x80]);
        assert_eq!(*pad(&[0, 0, 0x7f, 0]), [0x7f, 0]);
        assert_eq!(*pad(&[0, 0xff]), [0, 0xff]);
    }

    #[test]
    fn hexadecimal_numbers_may_have_an_odd_length_and_nothing_else_may_be_odd() {
        assert_eq!(parse_hex("abc"), Some(vec![0x0a, 0xbc]));
        assert_eq!(parse_hex("ABCD"), Some(vec![0xab, 0xcd]));
        for malformed in ["", "0x12", "-1", "12 34", "é", "1é"] {
            assert_eq!(parse_hex(malformed), None, "{malformed:?}");
        }
    }
}
