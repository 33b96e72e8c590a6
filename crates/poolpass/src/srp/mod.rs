//! Cognito's SRP, for people who bring their own Cognito client.
//!
//! With `USER_SRP_AUTH` the password never leaves the device: the client proves that it knows the password by signing the
//! server's challenge with a key that both sides derive. [`Client::sign_in`](crate::Client::sign_in) does all of it; this
//! module is the arithmetic alone, with no network, clock or random numbers of its own.
//!
//! Cognito's dialect is RFC 5054's 3072-bit group with g = 2, SHA-256, and every integer hashed in Java's `BigInteger`
//! form (minimal two's complement) instead of padded to the length of N. The exponentiations take the same time for every
//! secret of one length.
//!
//! ```
//! use poolpass::srp::{ClientEphemeral, Identity, ServerChallenge, claim_timestamp};
//! # fn random() -> [u8; 32] { [7; 32] }
//! # fn answer_of_initiate_auth(_srp_a: &str) -> [String; 4] {
//! #     ["ada".into(), "abcd".repeat(8), "499602d2".into(), "c2VjcmV0".into()]
//! # }
//!
//! // InitiateAuth: AuthFlow = USER_SRP_AUTH, SRP_A = ephemeral.public_hex()
//! let ephemeral = ClientEphemeral::new(random())?;
//! let [user_id_for_srp, srp_b, salt, secret_block] = answer_of_initiate_auth(ephemeral.public_hex());
//!
//! // RespondToAuthChallenge: ChallengeName = PASSWORD_VERIFIER
//! let identity = Identity::user("AbCdEfGhI", &user_id_for_srp); // of the pool eu-west-1_AbCdEfGhI
//! let key = ephemeral.password_key(identity, "correct horse", &ServerChallenge::parse(&srp_b, &salt)?)?;
//! let timestamp = claim_timestamp(std::time::UNIX_EPOCH)?; // TIMESTAMP
//! let signature = key.claim_signature(identity, &secret_block, &timestamp)?; // PASSWORD_CLAIM_SIGNATURE
//! # assert_eq!(timestamp, "Thu Jan 1 00:00:00 UTC 1970");
//! # assert_eq!(signature.len(), 44);
//! # Ok::<(), poolpass::srp::SrpError>(())
//! ```

mod claim;
mod exchange;
mod generator;
mod group;
mod secret_hash;
mod verifier;

#[cfg(test)]
mod vectors;

pub(crate) use claim::hmac_sha256;
pub use claim::{PasswordKey, claim_timestamp};
pub use exchange::{ClientEphemeral, ServerChallenge};
pub use secret_hash::AppClient;
pub use verifier::DeviceVerifier;

/// Whose password is proved: what Cognito hashes and signs in front of everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    group: &'a str,
    name: &'a str,
}

impl<'a> Identity<'a> {
    /// A person of a user pool: the pool's name (the part of the user pool id after `_`) and the challenge parameter
    /// `USER_ID_FOR_SRP`, which differs from what the person typed when they signed in with an alias.
    #[must_use]
    pub fn user(pool_name: &'a str, user_id_for_srp: &'a str) -> Self {
        Self { group: pool_name, name: user_id_for_srp }
    }

    /// A remembered device: the `DeviceGroupKey` and `DeviceKey` of its `NewDeviceMetadata`.
    #[must_use]
    pub fn device(device_group_key: &'a str, device_key: &'a str) -> Self {
        Self { group: device_group_key, name: device_key }
    }
}

/// Why an SRP value was refused, before any arithmetic with the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SrpError {
    /// The client's secret exponent is zero or longer than 1,024 bytes.
    #[error("the client's secret exponent is zero or longer than 1,024 bytes")]
    SecretExponent,
    /// `SRP_B` is empty or not hexadecimal.
    #[error("SRP_B is not a hexadecimal number")]
    MalformedServerPublic,
    /// `SRP_B` is a multiple of N or not smaller than N: an honest server never sends it, and it would give the key away.
    #[error("SRP_B is not between 1 and the group's modulus")]
    ServerPublicOutOfRange,
    /// `SALT` is empty or not hexadecimal.
    #[error("SALT is not a hexadecimal number")]
    MalformedSalt,
    /// The scrambling parameter u is zero: the key would not depend on the password.
    #[error("the scrambling parameter u is zero")]
    ZeroScrambler,
    /// `SECRET_BLOCK` is not base64.
    #[error("SECRET_BLOCK is not base64")]
    MalformedSecretBlock,
    /// The time does not fit the format of the password claim (years 1 to 9999).
    #[error("the time is outside the years 1 to 9999")]
    TimeOutOfRange,
}
