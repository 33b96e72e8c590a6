//! The keys that sign tokens. Like AWS, a pool has one for ID tokens and one for access tokens.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::AsDer as _,
    rsa::{KeyPair, KeySize},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};

use crate::error::AwsError;

/// An RSA key that signs RS256.
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pub(crate) private: EncodingKey,
    pub(crate) public: DecodingKey,
    pub(crate) jwk: Jwk,
}

pub(super) struct SigningKeys {
    pub(super) id_token: SigningKey,
    pub(super) access_token: SigningKey,
}

/// All pools of a process share their RSA keys, since generating them is slow. A token names its pool.
static KEYS: LazyLock<Result<SigningKeys, String>> = LazyLock::new(|| {
    let make = || SigningKey::generate().map_err(|error| error.to_string());
    std::thread::scope(|threads| {
        let access_token = threads.spawn(make);
        let id_token = make()?;
        let access_token = access_token.join().map_err(|_| "the key generator failed".to_owned())??;
        Ok(SigningKeys { id_token, access_token })
    })
});

pub(super) fn signing_keys() -> Result<&'static SigningKeys, AwsError> {
    KEYS.as_ref().map_err(|error| AwsError::internal(error))
}

impl SigningKeys {
    pub(super) fn by_id(&self, id: &str) -> Option<&SigningKey> {
        [&self.id_token, &self.access_token].into_iter().find(|key| key.id == id)
    }

    pub(super) fn jwks(&self) -> JwkSet {
        JwkSet { keys: vec![self.id_token.jwk.clone(), self.access_token.jwk.clone()] }
    }
}

impl SigningKey {
    fn generate() -> Result<Self, Box<dyn std::error::Error>> {
        Self::from_pkcs8(KeyPair::generate(KeySize::Rsa2048)?.as_der()?.as_ref())
    }

    /// The key in a PKCS#8 document. Its id is new.
    pub(crate) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, Box<dyn std::error::Error>> {
        let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", pkcs8));
        let private = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let mut jwk = Jwk::from_encoding_key(&private, Algorithm::RS256)?;
        let id = uuid::Uuid::new_v4().to_string();
        jwk.common.key_id = Some(id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let public = DecodingKey::from_jwk(&jwk)?;
        Ok(Self { id, private, public, jwk })
    }
}
