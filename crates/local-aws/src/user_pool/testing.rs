//! A pool for tests, and an SRP client that shares no code with the server's side.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use num_bigint::{BigInt, BigUint};
use rand::Rng as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use srp06::groups::G_3072;
use time::OffsetDateTime;

use super::{Call, Operation, operation};
use crate::{account::Account, error::AwsError, exchange::Request};

pub(super) const PASSWORD: &str = "Correct-Horse-1";

/// An account with one pool and one app client.
pub(super) struct TestPool {
    pub(super) account: Account,
    pub(super) pool_id: String,
    pub(super) client_id: String,
}

/// The client's side of SRP.
pub(super) struct SrpClient {
    pub(super) secret: BigUint,
    pub(super) public: BigUint,
}

impl TestPool {
    /// A pool that sends codes by mail, with a public client that allows everything.
    pub(super) fn new() -> Self {
        Self::with(json!({}), json!({}))
    }

    /// Adds the members of `pool` and `client` to CreateUserPool and CreateUserPoolClient.
    pub(super) fn with(pool: Value, client: Value) -> Self {
        let account = Account::new("eu-west-1").unwrap();
        let mut test = Self { account, pool_id: String::new(), client_id: String::new() };
        let mut input = json!({ "PoolName": "test", "AutoVerifiedAttributes": ["email"] });
        merge(&mut input, pool);
        let created = test.admin("CreateUserPool", input).unwrap();
        test.pool_id = created["UserPool"]["Id"].as_str().unwrap().to_owned();
        test.client_id = test.create_client(client)["ClientId"].as_str().unwrap().to_owned();
        test
    }

    pub(super) fn create_client(&self, members: Value) -> Value {
        let mut input = json!({
            "ClientName": "test",
            "ExplicitAuthFlows":
                ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        merge(&mut input, members);
        self.admin("CreateUserPoolClient", input).unwrap()["UserPoolClient"].clone()
    }

    /// Runs an operation of the client. `ClientId` is added.
    pub(super) fn call(&self, name: &str, mut input: Value) -> Result<Value, AwsError> {
        if input.get("ClientId").is_none() {
            input["ClientId"] = json!(self.client_id);
        }
        self.run(name, &input)
    }

    /// Runs an administrative operation as if it had been signed. `UserPoolId` is added.
    pub(super) fn admin(&self, name: &str, mut input: Value) -> Result<Value, AwsError> {
        if input.get("UserPoolId").is_none() && !self.pool_id.is_empty() {
            input["UserPoolId"] = json!(self.pool_id);
        }
        self.run(name, &input)
    }

    /// A confirmed user with [`PASSWORD`].
    pub(super) fn add_user(&self, username: &str, attributes: &[(&str, &str)]) {
        let attributes: Vec<_> =
            attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let user = json!({ "Username": username, "UserAttributes": attributes, "MessageAction": "SUPPRESS" });
        self.admin("AdminCreateUser", user).unwrap();
        let password = json!({ "Username": username, "Password": PASSWORD, "Permanent": true });
        self.admin("AdminSetUserPassword", password).unwrap();
    }

    pub(super) fn sign_in(&self, username: &str, password: &str) -> Result<Value, AwsError> {
        self.call(
            "InitiateAuth",
            json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": username, "PASSWORD": password },
            }),
        )
    }

    /// `AuthenticationResult` of a sign-in that needs only the password.
    pub(super) fn tokens(&self, username: &str) -> Value {
        self.sign_in(username, PASSWORD).unwrap()["AuthenticationResult"].clone()
    }

    pub(super) fn start_srp(&self, username: &str, srp: &SrpClient) -> Result<Value, AwsError> {
        self.call(
            "InitiateAuth",
            json!({
                "AuthFlow": "USER_SRP_AUTH",
                "AuthParameters": { "USERNAME": username, "SRP_A": srp.public.to_str_radix(16) },
            }),
        )
    }

    pub(super) fn sign_in_by_srp(&self, username: &str, password: &str) -> Result<Value, AwsError> {
        let srp = SrpClient::new();
        let challenge = self.start_srp(username, &srp)?;
        let responses = srp.answer(&self.pool_id, &challenge, password, &self.timestamp());
        self.answer("PASSWORD_VERIFIER", None, responses)
    }

    pub(super) fn answer(
        &self,
        name: &str,
        session: Option<&Value>,
        responses: Value,
    ) -> Result<Value, AwsError> {
        let mut input = json!({ "ChallengeName": name });
        input["ChallengeResponses"] = responses;
        if let Some(session) = session {
            input["Session"] = session.clone();
        }
        self.call("RespondToAuthChallenge", input)
    }

    /// The newest code that was sent to this address.
    pub(super) fn code_to(&self, address: &str) -> String {
        self.account.messages.last_to(address).unwrap().code
    }

    /// The server's time in the form of PASSWORD_VERIFIER.
    pub(super) fn timestamp(&self) -> String {
        timestamp(self.account.clock.now().into())
    }

    pub(super) fn advance(&self, seconds: i64) {
        self.account.clock.advance_seconds(seconds);
    }

    fn run(&self, name: &str, input: &Value) -> Result<Value, AwsError> {
        let request = request(name, input.to_string());
        let call = Call {
            account: &self.account,
            request: &request,
            now: self.account.clock.now(),
            managed_login: None,
        };
        match operation(name).unwrap() {
            Operation::Public(run) | Operation::Administrative(run) => run(&call),
        }
    }
}

impl SrpClient {
    pub(super) fn new() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self::with_secret(BigUint::from_bytes_be(&bytes))
    }

    pub(super) fn with_secret(secret: BigUint) -> Self {
        let public = generator().modpow(&secret, &G_3072.n);
        Self { secret, public }
    }

    /// `ChallengeResponses` for a PASSWORD_VERIFIER challenge.
    pub(super) fn answer(&self, pool_id: &str, challenge: &Value, password: &str, timestamp: &str) -> Value {
        let parameters = &challenge["ChallengeParameters"];
        let text = |name: &str| parameters[name].as_str().unwrap();
        let (_, pool_name) = pool_id.split_once('_').unwrap();
        let user = text("USER_ID_FOR_SRP");
        let key = self.key(pool_name, user, password, &hex(text("SALT")), &hex(text("SRP_B")));
        let secret_block = STANDARD.decode(text("SECRET_BLOCK")).unwrap();
        let signature = Hmac::<Sha256>::new_from_slice(&key)
            .unwrap()
            .chain_update(pool_name)
            .chain_update(user)
            .chain_update(secret_block)
            .chain_update(timestamp)
            .finalize();
        json!({
            "USERNAME": text("USERNAME"),
            "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature.into_bytes()),
            "TIMESTAMP": timestamp,
        })
    }

    pub(super) fn key(
        &self,
        pool_name: &str,
        user: &str,
        password: &str,
        salt: &BigUint,
        server_public: &BigUint,
    ) -> [u8; 16] {
        let n = &G_3072.n;
        let u = hash(&[&padded(&self.public), &padded(server_public)]);
        let inner = Sha256::digest(format!("{pool_name}{user}:{password}"));
        let x = hash(&[&padded(salt), &inner]);
        let k = hash(&[&padded(n), &padded(&generator())]);
        // B - k * g^x, kept positive.
        let masked = (k * generator().modpow(&x, n)) % n;
        let base = ((server_public % n) + n - masked) % n;
        let s = base.modpow(&(&self.secret + u.clone() * x), n);
        let mut key = [0; 16];
        Hkdf::<Sha256>::new(Some(&padded(&u)), &padded(&s)).expand(b"Caldera Derived Key", &mut key).unwrap();
        key
    }
}

pub(super) fn request(operation: &str, body: impl Into<Bytes>) -> Request {
    Request {
        service: crate::route::Service::UserPool,
        operation: operation.to_owned(),
        method: http::Method::POST,
        uri: http::Uri::from_static("/"),
        virtual_hosted_uri: None,
        headers: http::HeaderMap::new(),
        body: body.into(),
        request_id: "test".to_owned(),
    }
}

pub(super) fn timestamp(time: OffsetDateTime) -> String {
    format!(
        "{:.3} {:.3} {} {:02}:{:02}:{:02} UTC {}",
        time.weekday().to_string(),
        time.month().to_string(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.year()
    )
}

/// The code that an authenticator app with this secret shows `steps` of 30 seconds from now.
pub(super) fn totp_code(test: &TestPool, secret: &Value, steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret)
        .build_noncompliant();
    let time = test.account.clock.now() + Duration::from_secs(3600);
    let seconds = crate::clock::unix_seconds(time) - 3600 + 30 * steps;
    totp.generate(seconds.try_into().unwrap()).to_string()
}

/// `SECRET_HASH` as a client computes it.
pub(super) fn secret_hash(secret: &str, username: &str, client_id: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    STANDARD.encode(mac.chain_update(username).chain_update(client_id).finalize().into_bytes())
}

/// The claims of a token, unverified.
pub(super) fn claims(token: &Value) -> Value {
    jsonwebtoken::dangerous::insecure_decode_claims(token.as_str().unwrap()).unwrap()
}

pub(super) fn hex(digits: &str) -> BigUint {
    BigUint::parse_bytes(digits.as_bytes(), 16).unwrap()
}

fn generator() -> BigUint {
    BigUint::from(2_u8)
}

fn padded(number: &BigUint) -> Vec<u8> {
    BigInt::from(number.clone()).to_signed_bytes_be()
}

fn hash(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(&Sha256::digest(parts.concat()))
}

pub(crate) fn merge(target: &mut Value, members: Value) {
    let Value::Object(members) = members else { return };
    for (name, value) in members {
        target[name] = value;
    }
}
