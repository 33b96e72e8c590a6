//! Compares `poolpass::srp` with an implementation that shares no code with it: num-bigint for the arithmetic, aws-lc-rs for the
//! hashes, and formulas written from the protocol.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what a test's helpers do not expect fails the test"
)]

use std::sync::LazyLock;

use aws_lc_rs::{digest, hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint::{BigInt, BigUint, Sign};
use poolpass::srp::{ClientEphemeral, Identity, ServerChallenge};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

const CASES: usize = 1000;
const POOL: &str = "AbCdEfGhI";
const TIMESTAMP: &str = "Tue Nov 3 07:05:09 UTC 2026";

static N: LazyLock<BigUint> = LazyLock::new(|| {
    // RFC 5054, appendix A, the 3072-bit group.
    let hex = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
               EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
               EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
               83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
               E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
               15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
               ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
               BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
    BigUint::parse_bytes(hex.as_bytes(), 16).expect("a number")
});

/// One exchange with the values of both sides.
struct Case {
    a: Vec<u8>,
    b: BigUint,
    /// g^b + k·v, or another B that the case needs.
    server_public: BigUint,
    salt: Vec<u8>,
    user: String,
    password: String,
    secret_block: Vec<u8>,
}

impl Case {
    fn random(rng: &mut StdRng) -> Self {
        let salt_length = rng.random_range(1..=16);
        let mut case = Self {
            a: bytes(rng, 32),
            b: BigUint::from_bytes_be(&bytes(rng, 32)),
            server_public: BigUint::ZERO,
            salt: bytes(rng, salt_length),
            user: word(rng),
            password: word(rng),
            secret_block: bytes(rng, 64),
        };
        case.server_public = case.honest_server_public();
        case
    }

    fn honest_server_public(&self) -> BigUint {
        (k() * self.verifier() + two().modpow(&self.b, &N)) % &*N
    }

    fn x(&self) -> BigUint {
        let inner = sha256(&[POOL.as_bytes(), self.user.as_bytes(), b":", self.password.as_bytes()]);
        number(&sha256(&[&padded(&number(&self.salt)), &inner]))
    }

    fn verifier(&self) -> BigUint {
        two().modpow(&self.x(), &N)
    }

    fn client_public(&self) -> BigUint {
        two().modpow(&number(&self.a), &N)
    }

    fn u(&self) -> BigUint {
        number(&sha256(&[&padded(&self.client_public()), &padded(&self.server_public)]))
    }

    /// (B - k·g^x)^(a + u·x), by the client's formula.
    fn client_secret(&self) -> BigUint {
        let x = self.x();
        let modulus = BigInt::from(N.clone());
        let base = BigInt::from(self.server_public.clone()) - BigInt::from(k() * two().modpow(&x, &N));
        let base = ((base % &modulus) + &modulus) % &modulus;
        base.to_biguint().expect("not negative").modpow(&(number(&self.a) + self.u() * x), &N)
    }

    /// (A·v^u)^b, by the server's formula.
    fn server_secret(&self) -> BigUint {
        (self.client_public() * self.verifier().modpow(&self.u(), &N)).modpow(&self.b, &N)
    }

    fn signature(&self, secret: &BigUint) -> String {
        let key = hkdf_key(&padded(&self.u()), &padded(secret));
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
        for part in [POOL.as_bytes(), self.user.as_bytes(), &self.secret_block, TIMESTAMP.as_bytes()] {
            context.update(part);
        }
        STANDARD.encode(context.sign())
    }

    fn signature_of_poolpass(&self) -> String {
        let ephemeral = ClientEphemeral::from_secret(&self.a).unwrap();
        assert_eq!(ephemeral.public_hex(), self.client_public().to_str_radix(16));
        let challenge =
            ServerChallenge::parse(&self.server_public.to_str_radix(16), &salt_hex(&self.salt)).unwrap();
        let identity = Identity::user(POOL, &self.user);
        let key = ephemeral.password_key(identity, &self.password, &challenge).unwrap();
        key.claim_signature(identity, &STANDARD.encode(&self.secret_block), TIMESTAMP).unwrap()
    }
}

#[test]
fn random_exchanges_agree_with_both_sides_formulas() {
    let threads: Vec<_> = (0..2)
        .map(|seed| {
            std::thread::spawn(move || {
                let mut rng = StdRng::seed_from_u64(seed);
                for _ in 0..CASES / 2 {
                    let case = Case::random(&mut rng);
                    assert_eq!(case.signature_of_poolpass(), case.signature(&case.server_secret()));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn leading_zero_bytes_and_odd_lengths_change_nothing() {
    let mut rng = StdRng::seed_from_u64(7);
    let mut agree = |shape: &str, generate: &dyn Fn(&mut StdRng) -> Case| {
        let case = generate(&mut rng);
        assert_eq!(case.signature_of_poolpass(), case.signature(&case.client_secret()), "{shape}");
    };
    for _ in 0..8 {
        agree("short A", &|rng| {
            let exponent: u16 = rng.random_range(300..3064);
            let mut case = Case::random(rng);
            // 2^a does not reach the modulus.
            case.a = exponent.to_be_bytes().to_vec();
            assert!(case.client_public().bits() <= 3064);
            case
        });
        agree("long a, which carries when u·x is added", &|rng| {
            let mut case = Case::random(rng);
            case.a = vec![0xff; 64];
            assert!((number(&case.a) + case.u() * case.x()).bits() > 512);
            case
        });
        agree("short B", &|rng| {
            let mut case = Case::random(rng);
            let length = rng.random_range(1..384);
            case.server_public = number(&bytes(rng, length));
            case
        });
        agree("B with an odd number of digits", &|rng| {
            let mut case = Case::random(rng);
            case.server_public = BigUint::from(9_u8) << (4 * rng.random_range(1..300) * 2);
            case
        });
        agree("short u", &|rng| searched(rng, &|case| case.u().bits() <= 248));
        agree("salt with an odd number of digits", &|rng| {
            let mut case = Case::random(rng);
            case.salt[0] &= 0x0f;
            case.salt[0] |= 1;
            assert_eq!(salt_hex(&case.salt).len() % 2, 1);
            case
        });
        agree("salt with leading zeros", &|rng| {
            let mut case = Case::random(rng);
            case.salt = [vec![0; 3], case.salt].concat();
            case
        });
    }
    agree("short S", &|rng| searched(rng, &|case| case.client_secret().bits() <= 3064));
}

#[test]
fn an_altered_exchange_does_not_agree() {
    let mut rng = StdRng::seed_from_u64(11);
    let case = Case::random(&mut rng);
    let right = case.signature(&case.server_secret());
    assert_eq!(case.signature_of_poolpass(), right);
    let altered = |change: &dyn Fn(&mut Case)| {
        let mut other = Case { ..Case::random(&mut StdRng::seed_from_u64(11)) };
        change(&mut other);
        other.signature_of_poolpass()
    };
    assert_eq!(altered(&|_| ()), right);
    assert_ne!(altered(&|case| case.password.push('x')), right);
    assert_ne!(altered(&|case| case.user.push('x')), right);
    assert_ne!(altered(&|case| case.server_public += 1_u8), right);
    assert_ne!(altered(&|case| case.salt[0] ^= 0x40), right);
    assert_ne!(altered(&|case| case.secret_block[0] ^= 1), right);
}

/// Tries server values until the case has the required shape, which one in 256 has.
fn searched(rng: &mut StdRng, matches: &dyn Fn(&Case) -> bool) -> Case {
    let mut case = Case::random(rng);
    while !matches(&case) {
        case.server_public = number(&bytes(rng, 383));
    }
    case
}

fn hkdf_key(salt: &[u8], secret: &[u8]) -> [u8; 16] {
    struct Length;
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            16
        }
    }
    let mut key = [0; 16];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    prk.expand(&[b"Caldera Derived Key"], Length).unwrap().fill(&mut key).unwrap();
    key
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    digest::digest(&digest::SHA256, &parts.concat()).as_ref().to_vec()
}

/// Java's `BigInteger.toByteArray()`.
fn padded(number: &BigUint) -> Vec<u8> {
    BigInt::from_biguint(Sign::Plus, number.clone()).to_signed_bytes_be()
}

fn k() -> BigUint {
    number(&sha256(&[&padded(&N), &padded(&two())]))
}

fn two() -> BigUint {
    BigUint::from(2_u8)
}

fn number(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(bytes)
}

/// Cognito's form, without leading zeros.
fn salt_hex(salt: &[u8]) -> String {
    number(salt).to_str_radix(16)
}

fn bytes(rng: &mut StdRng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// A few characters from several scripts.
fn word(rng: &mut StdRng) -> String {
    let alphabet: Vec<char> = "abcXYZ019 :_-éžß日本🐎".chars().collect();
    let length = rng.random_range(1..12);
    (0..length).map(|_| alphabet[rng.random_range(0..alphabet.len())]).collect()
}
