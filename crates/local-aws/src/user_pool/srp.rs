//! The server's side of SRP-6a as Cognito speaks it, and the only form in which passwords are kept.
//!
//! It shares nothing with the SDK: other arithmetic (`srp` 0.6 on num-bigint) and other code, so that one mistake
//! cannot pass on both sides.

use std::sync::LazyLock;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use num_bigint::{BigInt, BigUint};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use srp06::{groups::G_3072, server::SrpServer, types::SrpGroup};

/// The modulus is RFC 5054's 3072-bit one, the generator is 2.
static GROUP: LazyLock<SrpGroup> = LazyLock::new(|| SrpGroup { n: G_3072.n.clone(), g: BigUint::from(2_u8) });

static MULTIPLIER: LazyLock<BigUint> = LazyLock::new(|| hash_to_number(&[&pad(&GROUP.n), &pad(&GROUP.g)]));

/// What is kept of a password: enough for SRP, and enough to recognise the password itself.
#[derive(Clone)]
pub(super) struct Verifier {
    salt: BigUint,
    value: BigUint,
}

/// Whose password it is: the pool's name (its id after the `_`) and the real user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) pool_name: String,
    pub(super) username: String,
}

/// One sign-in by SRP, from the client's `SRP_A` to its signature.
pub(super) struct Exchange {
    verifier: Verifier,
    client_public: BigUint,
    secret: BigUint,
    server_public: BigUint,
}

/// `SRP_A` is not a number, is too long, or is a multiple of the modulus.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InvalidClientPublic;

impl Verifier {
    pub(super) fn new(identity: &Identity, password: &str) -> Self {
        Self::with_salt(identity, password, BigUint::from_bytes_be(&random::<16>()))
    }

    /// For a user that does not exist: nobody can know the password, and the same salt comes each time.
    pub(super) fn unanswerable(salt: &[u8]) -> Self {
        let exponent = BigUint::from_bytes_be(&random::<32>());
        Self { salt: BigUint::from_bytes_be(salt), value: GROUP.g.modpow(&exponent, &GROUP.n) }
    }

    pub(super) fn matches(&self, identity: &Identity, password: &str) -> bool {
        let other = Self::with_salt(identity, password, self.salt.clone());
        verify_slices_are_equal(&self.value.to_bytes_be(), &other.value.to_bytes_be()).is_ok()
    }

    pub(super) fn salt_hex(&self) -> String {
        self.salt.to_str_radix(16)
    }

    fn with_salt(identity: &Identity, password: &str, salt: BigUint) -> Self {
        let inner = Sha256::new()
            .chain_update(&identity.pool_name)
            .chain_update(&identity.username)
            .chain_update(":")
            .chain_update(password)
            .finalize();
        let exponent = hash_to_number(&[&pad(&salt), &inner]);
        Self { salt, value: GROUP.g.modpow(&exponent, &GROUP.n) }
    }
}

impl Exchange {
    pub(super) fn start(verifier: Verifier, client_public_hex: &str) -> Result<Self, InvalidClientPublic> {
        Self::with_secret(verifier, client_public_hex, BigUint::from_bytes_be(&random::<32>()))
    }

    pub(super) fn server_public_hex(&self) -> String {
        self.server_public.to_str_radix(16)
    }

    pub(super) fn salt_hex(&self) -> String {
        self.verifier.salt_hex()
    }

    /// Whether the signature proves that the client knows the password.
    pub(super) fn proves(
        &self,
        identity: &Identity,
        secret_block: &[u8],
        timestamp: &str,
        signature: &str,
    ) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        let Some(mac) = self.signature(identity, secret_block, timestamp) else { return false };
        mac.verify_slice(&signature).is_ok()
    }

    fn with_secret(
        verifier: Verifier,
        client_public_hex: &str,
        secret: BigUint,
    ) -> Result<Self, InvalidClientPublic> {
        const LONGEST_HEX: usize = 2 * 384 + 2;

        if client_public_hex.len() > LONGEST_HEX {
            return Err(InvalidClientPublic);
        }
        let client_public =
            BigUint::parse_bytes(client_public_hex.as_bytes(), 16).ok_or(InvalidClientPublic)?;
        if &client_public % &GROUP.n == BigUint::ZERO {
            return Err(InvalidClientPublic);
        }
        let server_public = server().compute_b_pub(&secret, &MULTIPLIER, &verifier.value);
        Ok(Self { verifier, client_public, secret, server_public })
    }

    fn key(&self) -> Option<[u8; 16]> {
        let scrambling = hash_to_number(&[&pad(&self.client_public), &pad(&self.server_public)]);
        let premaster = server().compute_premaster_secret(
            &self.client_public,
            &self.verifier.value,
            &scrambling,
            &self.secret,
        );
        let mut key = [0; 16];
        Hkdf::<Sha256>::new(Some(&pad(&scrambling)), &pad(&premaster))
            .expand(b"Caldera Derived Key", &mut key)
            .ok()?;
        Some(key)
    }

    fn signature(&self, identity: &Identity, secret_block: &[u8], timestamp: &str) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.key()?).ok()?;
        Some(
            mac.chain_update(&identity.pool_name)
                .chain_update(&identity.username)
                .chain_update(secret_block)
                .chain_update(timestamp),
        )
    }
}

/// The digest is part of the type, but Cognito's formulas take none of what the type hashes.
fn server() -> SrpServer<'static, sha2_10::Sha256> {
    SrpServer::new(&GROUP)
}

/// The shortest two's complement form, as Java's `BigInteger.toByteArray` gives it.
fn pad(number: &BigUint) -> Vec<u8> {
    BigInt::from(number.clone()).to_signed_bytes_be()
}

fn hash_to_number(parts: &[&[u8]]) -> BigUint {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    BigUint::from_bytes_be(&hash.finalize())
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
