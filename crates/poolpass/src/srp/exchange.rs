//! The key exchange: a and A, B and the salt, and the key that both sides end up with.

use std::fmt;

use crypto_bigint::{BoxedUint, Resize, U256, U512};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use super::generator::power_of_g;
use super::group::{self, MODULUS_LEN, Srp, pad, parse_hex, residue, sha256, trim};
use super::{Identity, PasswordKey, SrpError};

/// The longest secret that a known client uses.
const MAX_SECRET_LEN: usize = 1024;

/// The client's half of one exchange: the secret a, wiped on drop, and A = g^a mod N.
///
/// Use it for one sign-in only.
pub struct ClientEphemeral {
    secret: Zeroizing<BoxedUint>,
    public: Vec<u8>,
    public_hex: String,
}

impl ClientEphemeral {
    /// Computes A from 32 random bytes, which must come from a cryptographically secure source and be used once.
    ///
    /// 256 bits match the strength of the group. It needs nothing from the server.
    ///
    /// # Errors
    ///
    /// [`SrpError::SecretExponent`] if all bytes are zero.
    pub fn new(secret: [u8; 32]) -> Result<Self, SrpError> {
        Self::from_secret(&*Zeroizing::new(secret))
    }

    /// Like [`new`](Self::new), with a secret of another size: at least 32 bytes outside of tests.
    ///
    /// # Errors
    ///
    /// [`SrpError::SecretExponent`] if the secret is zero or longer than 1,024 bytes.
    pub fn from_secret(secret: &[u8]) -> Result<Self, SrpError> {
        if trim(secret).is_empty() || secret.len() > MAX_SECRET_LEN {
            return Err(SrpError::SecretExponent);
        }
        let secret = Zeroizing::new(BoxedUint::from_be_slice_vartime(secret));
        let public = power_of_g(&secret).retrieve().to_be_bytes_trimmed_vartime().into_vec();
        let digits = hex::encode(&public);
        Ok(Self { secret, public, public_hex: digits.trim_start_matches('0').to_owned() })
    }

    /// A as `SRP_A` carries it: lower-case hexadecimal without leading zeros.
    #[must_use]
    pub fn public_hex(&self) -> &str {
        &self.public_hex
    }

    /// Derives the key that signs the password claim. Nothing in it tells whether the password is right: only the server
    /// can, from the signature.
    ///
    /// # Errors
    ///
    /// [`SrpError::ZeroScrambler`] if u is zero.
    pub fn password_key(
        &self,
        identity: Identity<'_>,
        password: &str,
        challenge: &ServerChallenge,
    ) -> Result<PasswordKey, SrpError> {
        let u = scrambler(&self.public, &challenge.public)?;
        let x = private_key(identity, password, &challenge.salt);
        Ok(derive_key(&u, &self.premaster_secret(challenge, &u, &x)))
    }

    /// S = (B - k·g^x)^(a + u·x) mod N.
    pub(super) fn premaster_secret(
        &self,
        challenge: &ServerChallenge,
        u: &[u8; 32],
        x: &BoxedUint,
    ) -> Zeroizing<Box<[u8]>> {
        let masked = Zeroizing::new(group::multiplier() * &*power_of_g(x));
        let base = Zeroizing::new(residue(&challenge.public) - &*masked);
        // Of fixed length, since a product of any length brings all of the library's ways to multiply.
        let x = Zeroizing::new(x.resize(U256::BITS));
        let x = Zeroizing::new(U256::from_be_slice(&Zeroizing::new(x.to_be_bytes())));
        let product = Zeroizing::new(U256::from_be_slice(u).concatenating_mul(&*x));
        let exponent = Zeroizing::new(self.secret.concatenating_add(product.as_uint_ref()));
        // One bit more than the longer summand, for the carry; the sum's precision is a whole limb more.
        let bits = self.secret.bits_precision().max(U512::BITS) + 1;
        let s = Zeroizing::new(base.pow_bounded_exp(&exponent, bits).retrieve());
        Zeroizing::new(s.to_be_bytes())
    }

    #[cfg(test)]
    pub(super) fn public(&self) -> &[u8] {
        &self.public
    }
}

impl fmt::Debug for ClientEphemeral {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientEphemeral").finish_non_exhaustive()
    }
}

/// The server's half of one exchange, checked: B and the salt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerChallenge {
    public: Vec<u8>,
    salt: Vec<u8>,
}

impl ServerChallenge {
    /// Reads the challenge parameters `SRP_B` and `SALT`, both hexadecimal.
    ///
    /// # Errors
    ///
    /// [`SrpError::MalformedServerPublic`] and [`SrpError::MalformedSalt`] if one of them is empty or not hexadecimal, and
    /// [`SrpError::ServerPublicOutOfRange`] unless 0 < B < N.
    pub fn parse(srp_b: &str, salt: &str) -> Result<Self, SrpError> {
        let public = parse_hex(srp_b).ok_or(SrpError::MalformedServerPublic)?;
        let public = trim(&public);
        // B < N and B != 0 together mean that B mod N is not zero.
        let longer = public.len() > MODULUS_LEN;
        let not_smaller = public.len() == MODULUS_LEN && *public >= group::modulus()[..];
        if public.is_empty() || longer || not_smaller {
            return Err(SrpError::ServerPublicOutOfRange);
        }
        Ok(Self { public: public.to_vec(), salt: parse_hex(salt).ok_or(SrpError::MalformedSalt)? })
    }

    #[cfg(test)]
    pub(super) fn public(&self) -> &[u8] {
        &self.public
    }

    #[cfg(test)]
    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }
}

/// u = SHA-256(pad(A) ‖ pad(B)).
pub(super) fn scrambler(client_public: &[u8], server_public: &[u8]) -> Result<[u8; 32], SrpError> {
    refuse_zero(sha256(&[&pad(client_public), &pad(server_public)]))
}

fn refuse_zero(u: [u8; 32]) -> Result<[u8; 32], SrpError> {
    if u == [0; 32] {
        return Err(SrpError::ZeroScrambler);
    }
    Ok(u)
}

/// x = SHA-256(pad(salt) ‖ SHA-256(group ‖ name ‖ ":" ‖ password)).
pub(super) fn private_key(identity: Identity<'_>, password: &str, salt: &[u8]) -> Zeroizing<BoxedUint> {
    let username = [identity.group, identity.name].concat();
    let mut identity_hash = Srp::compute_identity_hash(username.as_bytes(), password.as_bytes());
    let x = Zeroizing::new(Srp::compute_x(&identity_hash, &pad(salt)));
    identity_hash.as_mut_slice().zeroize();
    x
}

/// HKDF-SHA256 of S, salted with u, of which Cognito takes 16 bytes.
pub(super) fn derive_key(u: &[u8; 32], premaster_secret: &[u8]) -> PasswordKey {
    let mut key = PasswordKey::new([0; 16]);
    let hkdf = Hkdf::<Sha256>::new(Some(&pad(u)), &pad(premaster_secret));
    #[expect(clippy::expect_used, reason = "it refuses only keys longer than 255 digests")]
    hkdf.expand(b"Caldera Derived Key", key.bytes_mut()).expect("16 bytes are not too long");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modulus_plus(addend: u8) -> String {
        let n = BoxedUint::from_be_slice_vartime(&group::modulus());
        hex::encode((n + BoxedUint::from(addend)).to_be_bytes_trimmed_vartime())
    }

    #[test]
    fn a_server_public_value_outside_the_group_is_refused() {
        let n_minus_one = {
            let n = BoxedUint::from_be_slice_vartime(&group::modulus());
            hex::encode((n - BoxedUint::one()).to_be_bytes())
        };
        assert!(ServerChallenge::parse(&n_minus_one, "ab").is_ok());
        assert!(ServerChallenge::parse(&format!("00{n_minus_one}"), "ab").is_ok());
        let overlong = [
            "0".to_owned(),
            "0".repeat(2000),
            modulus_plus(0),
            modulus_plus(5),
            format!("{}00", modulus_plus(0)),
            "f".repeat(769),
            "1".repeat(100_000),
        ];
        for b in &overlong {
            let parsed = ServerChallenge::parse(b, "ab");
            assert_eq!(parsed, Err(SrpError::ServerPublicOutOfRange), "{} digits", b.len());
        }
    }

    #[test]
    fn malformed_parameters_are_refused() {
        for malformed in ["", "xyz", "0x10", "-5"] {
            assert_eq!(ServerChallenge::parse(malformed, "ab"), Err(SrpError::MalformedServerPublic));
            assert_eq!(ServerChallenge::parse("ab", malformed), Err(SrpError::MalformedSalt));
        }
    }

    #[test]
    fn a_zero_scrambler_is_refused() {
        assert_eq!(refuse_zero([0; 32]), Err(SrpError::ZeroScrambler));
        let mut one = [0; 32];
        one[31] = 1;
        assert_eq!(refuse_zero(one), Ok(one));
    }

    #[test]
    fn a_secret_exponent_that_is_zero_or_too_long_is_refused() {
        assert_eq!(ClientEphemeral::new([0; 32]).err(), Some(SrpError::SecretExponent));
        assert_eq!(ClientEphemeral::from_secret(&[]).err(), Some(SrpError::SecretExponent));
        assert_eq!(ClientEphemeral::from_secret(&[1; 1025]).err(), Some(SrpError::SecretExponent));
    }

    #[test]
    fn names_and_passwords_may_have_any_letters() -> Result<(), SrpError> {
        let ephemeral = ClientEphemeral::new([9; 32])?;
        let challenge = ServerChallenge::parse("499602d2", "499602d2")?;
        let key =
            |name, password| ephemeral.password_key(Identity::user("myPool", name), password, &challenge);
        // "é" as one code point and as "e" with an accent are different passwords: Cognito hashes the bytes it is given.
        assert_ne!(key("Zoë", "pässwörd 漢字 🔑")?, key("Zoë", "pa\u{308}sswörd 漢字 🔑")?);
        assert_ne!(key("Zoë", "p")?, key("Zoe", "p")?);
        Ok(())
    }

    #[test]
    fn debug_output_shows_no_secret() -> Result<(), SrpError> {
        let ephemeral = ClientEphemeral::new([0x61; 32])?;
        let challenge = ServerChallenge::parse("499602d2", "499602d2")?;
        let key = ephemeral.password_key(Identity::user("p", "u"), "secret-password", &challenge)?;
        assert_eq!(format!("{ephemeral:?}"), "ClientEphemeral { .. }");
        assert_eq!(format!("{key:?}"), "PasswordKey { .. }");
        Ok(())
    }
}
