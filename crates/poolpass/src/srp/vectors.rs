//! Every published value in `vectors.json`, reproduced. The file names the source of each.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::exchange::{derive_key, private_key, scrambler};
use super::group::{self, pad, trim};
use super::*;

static FILE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("vectors.json")).expect("vectors.json is JSON"));

#[derive(Clone, Copy)]
pub(super) struct Vector(&'static Value);

pub(super) fn find(id: &str) -> Vector {
    let found = all().find(|vector| vector.text("id") == id);
    found.unwrap_or_else(|| panic!("vectors.json has {id}"))
}

fn all() -> impl Iterator<Item = Vector> {
    FILE["vectors"].as_array().expect("a list of vectors").iter().map(Vector)
}

impl Vector {
    pub(super) fn text(self, field: &str) -> &'static str {
        self.optional(&[field]).unwrap_or_else(|| panic!("{} has {field}", self.0["id"]))
    }

    /// The first of these fields that the vector, or its `derived` object, has.
    fn optional(self, fields: &[&str]) -> Option<&'static str> {
        let places = fields.iter().flat_map(|field| [&self.0[*field], &self.0["derived"][*field]]);
        places.filter_map(Value::as_str).next()
    }

    fn number(self, fields: &[&str]) -> Option<Vec<u8>> {
        self.optional(fields).map(|digits| group::parse_hex(digits).expect("hexadecimal"))
    }

    fn identity(self) -> Identity<'static> {
        let group =
            self.optional(&["pool_name", "pool_name_or_group_key", "device_group_key"]).unwrap_or_default();
        let name = self.optional(&["user", "user_or_device_key", "device_key", "pool_plus_user"]);
        Identity { group, name: name.expect("a name") }
    }
}

/// Counts what was compared, so that a renamed field cannot turn a comparison into nothing.
#[derive(Default, Debug, PartialEq)]
struct Compared {
    a: usize,
    u: usize,
    x: usize,
    s: usize,
    key: usize,
    signature: usize,
}

#[test]
fn the_parameters_are_the_published_ones() {
    let params = Vector(&FILE["params"]);
    assert_eq!(params.number(&["N_hex"]).as_deref(), Some(&group::modulus()[..]));
    assert_eq!(params.0["g"], 2);
    let k = group::multiplier().retrieve().to_be_bytes();
    assert_eq!(params.number(&["k_hex"]).as_deref(), Some(trim(&k)));
}

#[test]
fn every_published_exchange_is_reproduced() -> Result<(), SrpError> {
    let mut compared = Compared::default();
    for vector in all() {
        if let Some(password) = vector.optional(&["password"]) {
            compare_exchange(vector, vector, password, &mut compared)?;
        } else if vector.optional(&["same_inputs_as"]).is_some() {
            let inputs = find(
                "amplify-flutter/srp_helper_test (orig. aws-sdk-net-extensions-cognito AuthenticationCryptoTests.cs)",
            );
            compare_exchange(inputs, vector, inputs.text("password"), &mut compared)?;
        } else if let (Some(a), Some(b)) = (vector.number(&["A_hex"]), vector.number(&["B_hex"])) {
            assert_eq!(Some(scrambler(&a, &b)?.to_vec()), vector.number(&["u_hex"]), "{}", vector.0["id"]);
            compared.u += 1;
        }
    }
    let expected = Compared { a: 10, u: 13, x: 9, s: 9, key: 10, signature: 8 };
    assert_eq!(compared, expected);
    Ok(())
}

/// `inputs` has what the client knows, `outputs` the server's B and the expected values.
fn compare_exchange(
    inputs: Vector,
    outputs: Vector,
    password: &str,
    compared: &mut Compared,
) -> Result<(), SrpError> {
    let id = &outputs.0["id"];
    let identity = inputs.identity();
    let ephemeral = ClientEphemeral::from_secret(&inputs.number(&["a_hex"]).expect("a"))?;
    assert_eq!(ephemeral.public_hex(), inputs.text("A_hex").trim_start_matches('0'), "A of {id}");
    compared.a += 1;

    let challenge = ServerChallenge::parse(outputs.text("B_hex"), inputs.text("salt_hex"))?;
    let u = scrambler(ephemeral.public(), challenge.public())?;
    let x = private_key(identity, password, challenge.salt());
    let s = ephemeral.premaster_secret(&challenge, &u, &x);
    if let Some(expected) = outputs.number(&["u_hex"]) {
        assert_eq!(trim(&u), trim(&expected), "u of {id}");
        compared.u += 1;
    }
    if let Some(expected) = outputs.number(&["x_hex"]) {
        assert_eq!(trim(&x.to_be_bytes()), trim(&expected), "x of {id}");
        compared.x += 1;
    }
    if let Some(expected) = outputs.number(&["S_hex"]) {
        assert_eq!(trim(&s), trim(&expected), "S of {id}");
        compared.s += 1;
    }

    let key = ephemeral.password_key(identity, password, &challenge)?;
    assert_eq!(key, derive_key(&u, &s));
    let expected_key = outputs.number(&["key_hex"]);
    let expected_key = expected_key
        .or_else(|| outputs.optional(&["key_b64"]).map(|key| STANDARD.decode(key).expect("base64")));
    assert_eq!(Some(key.expose().to_vec()), expected_key, "key of {id}");
    compared.key += 1;

    if let Some(expected) = outputs.optional(&["signature_b64", "m1_b64_real_key"]) {
        let signature =
            key.claim_signature(identity, outputs.text("secret_block_b64"), outputs.text("timestamp"))?;
        assert_eq!(signature, expected, "signature of {id}");
        compared.signature += 1;
    }
    Ok(())
}

#[test]
fn the_published_device_verifier_is_reproduced() {
    let vector = find("ryanmab/aws-cognito-srp/verifier");
    let salt = vector.text("salt_ascii").as_bytes();
    let verifier = DeviceVerifier::new(vector.identity(), vector.text("device_password"), salt);
    assert_eq!(verifier.password_verifier(), vector.text("verifier_b64"));
    assert_eq!(verifier.salt(), STANDARD.encode(pad(salt)));
}
