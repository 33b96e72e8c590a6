//! The server's side of Cognito's SRP-6a, and the form in which passwords are stored.
//!
//! It shares no code with the SDK, not even the arithmetic (`srp` 0.6 on num-bigint), so that a mistake does not cancel itself out.

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

/// The stored form of a password: enough for SRP and for checking the password itself.
#[derive(Clone)]
pub(super) struct Verifier {
    salt: BigUint,
    value: BigUint,
}

/// The identity of a password: the pool's name (its ID after the `_`) and the real username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) pool_name: String,
    pub(super) username: String,
}

/// One SRP sign-in, from the client's `SRP_A` to its signature.
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

    /// The verifier that a device has computed itself: base64 of both numbers. `None` where they are not those of the group.
    pub(super) fn registered(salt: &str, value: &str) -> Option<Self> {
        const LONGEST: usize = 512;

        let number = |text: &str| {
            let bytes = STANDARD.decode(text).ok()?;
            (!bytes.is_empty() && bytes.len() <= LONGEST).then(|| BigUint::from_bytes_be(&bytes))
        };
        let (salt, value) = (number(salt)?, number(value)?);
        (value != BigUint::ZERO && value < GROUP.n).then_some(Self { salt, value })
    }

    /// The verifier of a missing user. No password matches it, and the salt is always the same.
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

/// The digest is part of the type, but Cognito's formulas use nothing that the type hashes.
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

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{SrpClient, hex},
        *,
    };

    fn identity(pool_name: &str, username: &str) -> Identity {
        Identity { pool_name: pool_name.to_owned(), username: username.to_owned() }
    }

    /// The client's signature over a secret block and a timestamp.
    fn signature(
        client: &SrpClient,
        identity: &Identity,
        password: &str,
        exchange: &Exchange,
        message: &str,
    ) -> String {
        let Identity { pool_name, username } = identity;
        let (salt, server_public) = (hex(&exchange.salt_hex()), hex(&exchange.server_public_hex()));
        let key = client.key(pool_name, username, password, &salt, &server_public);
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let mac = mac.chain_update(pool_name).chain_update(username).chain_update(message);
        STANDARD.encode(mac.finalize().into_bytes())
    }

    fn accepts(client: &SrpClient, password: &str, typed: &str) -> bool {
        let ada = identity("AbCdEfGhI", "ada");
        let exchange =
            Exchange::start(Verifier::new(&ada, password), &client.public.to_str_radix(16)).unwrap();
        let signature = signature(client, &ada, typed, &exchange, "blocktime");
        exchange.proves(&ada, b"block", "time", &signature)
    }

    #[test]
    fn the_multiplier_is_the_published_one() {
        let published = "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6";
        assert_eq!(MULTIPLIER.to_str_radix(16), published);
    }

    /// From the tests of aws-cognito-srp by ryanmab: a device's verifier, which has the formula of a user's.
    #[test]
    fn the_verifier_is_the_published_one() {
        let device = identity("mock-device-group-key", "mock-device-key");
        let salt = BigUint::from_bytes_be(b"01010101010101010101010101010101");
        let password = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==";
        let verifier = Verifier::with_salt(&device, password, salt);
        let published = VERIFIER;
        assert_eq!(STANDARD.encode(pad(&verifier.value)), published);
        assert!(verifier.matches(&device, password));
    }

    /// Checks the tests' client against published keys, from amplify-android's SRPHelperTests and amplify-flutter's
    /// srp_helper_test.
    #[test]
    fn the_judging_client_derives_the_published_keys() {
        for (pool_name, user, password, salt, secret, server_public, key) in [ANDROID, FLUTTER] {
            let client = SrpClient::with_secret(hex(secret));
            let derived = client.key(pool_name, user, password, &hex(salt), &hex(server_public));
            assert_eq!(STANDARD.encode(derived), key, "{user}");
        }
    }

    #[test]
    fn the_right_password_is_proved_and_a_wrong_one_is_not() {
        for password in ["Correct-Horse-1", "Pässwörd-1 ✓", ""] {
            let client = SrpClient::new();
            assert!(accepts(&client, password, password));
            assert!(!accepts(&client, password, "Wrong-Horse-1"));
        }
    }

    #[test]
    fn short_values_and_salts_of_odd_length_agree_with_the_client() {
        let ada = identity("AbCdEfGhI", "ada");
        for salt in ["1", "abc", "80", "7f", "ff01", "123456789abcdef"] {
            for (client_secret, server_secret) in [(1_u32, 1_u32), (3, 8), (3071, 2)] {
                let client = SrpClient::with_secret(client_secret.into());
                let verifier = Verifier::with_salt(&ada, "secret", hex(salt));
                let a = client.public.to_str_radix(16);
                let exchange = Exchange::with_secret(verifier, &a, server_secret.into()).unwrap();
                let signature = signature(&client, &ada, "secret", &exchange, "blocktime");
                assert!(exchange.proves(&ada, b"block", "time", &signature), "{salt} {client_secret}");
            }
        }
    }

    #[test]
    fn what_is_signed_cannot_be_changed() {
        let ada = identity("AbCdEfGhI", "ada");
        let client = SrpClient::new();
        let exchange =
            Exchange::start(Verifier::new(&ada, "secret"), &client.public.to_str_radix(16)).unwrap();
        let signature = signature(&client, &ada, "secret", &exchange, "blocktime");
        assert!(exchange.proves(&ada, b"block", "time", &signature));
        assert!(!exchange.proves(&ada, b"Block", "time", &signature));
        assert!(!exchange.proves(&ada, b"block", "Time", &signature));
        assert!(!exchange.proves(&identity("AbCdEfGhI", "bob"), b"block", "time", &signature));
        assert!(!exchange.proves(&identity("IhGfEdCbA", "ada"), b"block", "time", &signature));
        assert!(!exchange.proves(&ada, b"block", "time", "AAAA"));
        assert!(!exchange.proves(&ada, b"block", "time", "not base 64"));
        assert!(!exchange.proves(&ada, b"block", "time", ""));
    }

    #[test]
    fn multiples_of_the_modulus_and_what_is_no_number_are_refused() {
        let verifier = || Verifier::new(&identity("AbCdEfGhI", "ada"), "secret");
        let n = &GROUP.n;
        let hexes = [
            "0".to_owned(),
            "00".to_owned(),
            n.to_str_radix(16),
            (n * 2_u8).to_str_radix(16),
            String::new(),
            "xyz".to_owned(),
            "-1".to_owned(),
            "1".repeat(2 * 384 + 3),
        ];
        for client_public in hexes {
            assert!(Exchange::start(verifier(), &client_public).is_err(), "{client_public}");
        }
    }

    #[test]
    fn nobody_knows_the_password_of_a_user_that_does_not_exist() {
        let verifier = Verifier::unanswerable(b"0123456789abcdef");
        let ghost = identity("AbCdEfGhI", "ghost");
        assert_eq!(verifier.salt_hex(), Verifier::unanswerable(b"0123456789abcdef").salt_hex());
        for password in ["", "secret"] {
            assert!(!verifier.matches(&ghost, password));
        }
    }

    type KeyVector =
        (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

    const VERIFIER: &str = "MlDC+806aWjrGBiwORRZRArlVzQm2cOadTDuNvXjLR2FVXmNw2aLKzYdBSLtUhVUs2FHx3JGcRLxH8QR0+HYaMgNCysSaPaA\
         +ornRiQLD/I1K5rJpf6WeAMv7R6wr+Nq6+TCun72ime0UZd/CJSlO2JQ4Jdq55VuvZpBAZAhyEWDGmNQRe11WbxuO8tNSnsq\
         SnUxn9+RYq+gXOAjdjv1Nn5zvFHTipZyOfUCYDoXtcjfbdkgzDwujTyb7TKeUvqc98/CJoa5b34ukLURIOvVXVYnXCaU4ArY\
         ZaI/zNtEdKQqA44kW+ZJSWliFG9nm/H8T8a6rIdwims9PZDau4Xm9968LqDdOB0bKOY8TyeL8merbkf0GPGculp9twCBKwVD\
         cz10JRipDqFiU5byYeBPSj2ucX5TX+dcBhbMqjXXhQNPL1fmd14n2VmmLLSAJm8Tss+h3eqMBsSc4UkzHlyX6MeqsqmEegFG\
         TrmGoyID3LORfk0hzFCjIpHJL6u+WCm1";

    const ANDROID: KeyVector = (
        "KO6fcefgd",
        "username",
        "Password123",
        "e7dc204cebbfda6b62b8493e932f7f4c",
        "872051601f16d75f35be6d4dfe761879f1cb0e03346b3f5d5a0e56af244c43f25a10a56216a41ff3e223acf2d29bc682\
         4f464987dbb0983f116e924be81b63f66c27c49b165de3bcc32383241b7e8d955480495549d727e0570d8d3c494198a4\
         25d481d6859c1388dfebf2aa42a48a68a5523cb064960061ea818b2335f7fa91",
        "e05d0716c6f6bf2b96e4b08354015be28024b4bc9a022c3c7553b86a5feffe8ee0ae87ae8ebb970b9457ed56ef0f5249\
         fad4b99235912c2445a803ff9c9412cb39bd860bcca12868c8e813404435f3621a2fa033270f053e15b7d2ec0617e40c\
         afff3fef4d5be716821b389e5338c45ac2d65b292a4739dec8d05ae7feaca6a46d56624c753b705bbc78071ef5c47152\
         c46d7c79b52e4f1de3a15ed68923b0f8b08cd4d6b9d358282e219ccfff37ac143b9c7283b859187f57ca445129aeef05\
         17c394a363ed83ca65b11a7ede22b96b7e0ff43dd5f58248dbf16c47fad319a23c15ed27c47c765841cb6474eda7a8d4\
         4a65c7242d9ff7afc6fc37d03b43c9c6279d88248120908c4ecdfb84a6e42344cf1a57f976ef036a1eb7a64067eff195\
         855735d4010ca33831bded8b40b5e60a61f19900f928353203adacab71948ef3bcd3540bf926fee5578a00f039bb5c60\
         d10e446a55c9d9620257e05418523afe02e1bc3f3f00c8a43841248094c8806d38f4207679170126f449a62006b42bf0",
        "a0z8GrRyu6bvL/ABfYRAuw==",
    );

    const FLUTTER: KeyVector = (
        "Pj8nlkpKR",
        "User5",
        "Password1!",
        "b704a27deb8cf5efec43a40eac5b60d2",
        "020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202\
         02020202020202020202020202020200",
        "8d340308265ada665b1b2c730fb65ff0b6dc746b63c2d7e9f08b8aa9306d4848268bc0c17ee4a2999173ca62af59fd74\
         ba5d00f16c96bea082b163f2c3a0b745455d62cb9577425b4b5d4dadba163a8e7759a7c0256795f464682770588c84e8\
         2f2c63d4701751476da8e8a7b1a131e78560fe7b56b6761fcef88dcc486f403369a0cac2f04c25ed6d5e08b5a2f48850\
         0a0d5af4972cfa1213bfca37bbae189c8d58465b13193204f21ea01d267c7688e6e6cb5d3f5a8005db680d272308ee82\
         3816032dd2c8fc3b95b6fd0a742feb127e3d094cd002a5e6b209415ff82f6abf50d5da43910a0336e9a6fc33dd101bf1\
         3f22f13fcb3ea3809aae4917d7c426fb8c0a894030c75d3e15f0e1078a9d89e5154391cde6111ac14fab9fa3b3a880da\
         7dbd47fd5a055937581d26b5d225c076e82f980dcbd77b3950d270d8b622dca9c9bcd8fd6435a59b9690b3c9e2bdabf5\
         8cae3420c19066abc420145b1b66f226a6493c96588c2d53b637798fcaa573379f2251848065fe1fafb68ed5e79135e9",
        "LmbBsy/4chqMRYOhmtmCrA==",
    );
}
