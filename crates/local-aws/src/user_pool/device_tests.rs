//! Devices, from the sign-in that names one to the sign-in that it makes shorter.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use num_bigint::{BigInt, BigUint};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use srp06::groups::G_3072;

use super::testing::{PASSWORD, SrpClient, TestPool, claims, hex, totp_code};
use crate::error::AwsError;

const DEVICE_PASSWORD: &str = "a random device password";

/// A pool that tracks devices, with a user whose second factor is TOTP if `mfa` says so. Returns the TOTP secret.
#[expect(clippy::needless_pass_by_value, reason = "it is written at the call")]
fn pool(devices: Value, mfa: bool) -> (TestPool, Value) {
    let pool = json!({ "DeviceConfiguration": devices, "AliasAttributes": ["email"] });
    let test = TestPool::with(pool, json!({}));
    test.add_user("ada", &[("email", "ada@example.com"), ("email_verified", "true")]);
    if !mfa {
        return (test, Value::Null);
    }
    let config =
        json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    test.admin("SetUserPoolMfaConfig", config).unwrap();
    let token = test.tokens("ada")["AccessToken"].clone();
    let secret =
        test.call("AssociateSoftwareToken", json!({ "AccessToken": token })).unwrap()["SecretCode"].clone();
    let verify = json!({ "AccessToken": token, "UserCode": totp_code(&test, &secret, -1) });
    test.call("VerifySoftwareToken", verify).unwrap();
    let settings = json!({ "Username": "ada", "SoftwareTokenMfaSettings": { "Enabled": true } });
    test.admin("AdminSetUserMFAPreference", settings).unwrap();
    (test, secret)
}

fn always() -> Value {
    json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false })
}

fn ask_the_user() -> Value {
    json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true })
}

/// `DeviceSecretVerifierConfig`, computed as a device does.
fn verifier(device: &Value, password: &str) -> Value {
    let salt = BigUint::from_bytes_be(&[0xab; 16]);
    let pad = |number: &BigUint| BigInt::from(number.clone()).to_signed_bytes_be();
    let text = |name: &str| device[name].as_str().unwrap();
    let inner = Sha256::digest(format!("{}{}:{password}", text("DeviceGroupKey"), text("DeviceKey")));
    let x = BigUint::from_bytes_be(&Sha256::digest([pad(&salt), inner.to_vec()].concat()));
    let value = BigUint::from(2_u8).modpow(&x, &G_3072.n);
    json!({ "Salt": STANDARD.encode(pad(&salt)), "PasswordVerifier": STANDARD.encode(pad(&value)) })
}

/// Confirms the new device of a sign-in.
fn confirm(test: &TestPool, tokens: &Value) -> Result<Value, AwsError> {
    let device = &tokens["NewDeviceMetadata"];
    let input = json!({
        "AccessToken": tokens["AccessToken"], "DeviceKey": device["DeviceKey"], "DeviceName": "laptop",
        "DeviceSecretVerifierConfig": verifier(device, DEVICE_PASSWORD),
    });
    test.call("ConfirmDevice", input)
}

/// The first step of a sign-in from a device.
fn sign_in_from(test: &TestPool, device: &Value) -> Result<Value, AwsError> {
    let parameters = json!({ "USERNAME": "ada", "PASSWORD": PASSWORD, "DEVICE_KEY": device["DeviceKey"] });
    test.call("InitiateAuth", json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters }))
}

/// Answers DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER.
fn prove(
    test: &TestPool,
    session: Option<&Value>,
    device: &Value,
    password: &str,
) -> Result<Value, AwsError> {
    let (challenge, srp) = start(test, session, device)?;
    test.answer("DEVICE_PASSWORD_VERIFIER", None, signed(test, &srp, device, &challenge, password))
}

fn start(test: &TestPool, session: Option<&Value>, device: &Value) -> Result<(Value, SrpClient), AwsError> {
    let srp = SrpClient::new();
    let responses = json!({
        "USERNAME": "ada", "DEVICE_KEY": device["DeviceKey"], "SRP_A": srp.public.to_str_radix(16),
    });
    let challenge = test.answer("DEVICE_SRP_AUTH", session, responses)?;
    assert_eq!(challenge["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
    Ok((challenge, srp))
}

fn signed(test: &TestPool, srp: &SrpClient, device: &Value, challenge: &Value, password: &str) -> Value {
    let parameters = &challenge["ChallengeParameters"];
    let parameter = |name: &str| parameters[name].as_str().unwrap();
    let text = |name: &str| device[name].as_str().unwrap();
    let (group, key) = (text("DeviceGroupKey"), text("DeviceKey"));
    let secret = srp.key(group, key, password, &hex(parameter("SALT")), &hex(parameter("SRP_B")));
    let timestamp = test.timestamp();
    let signature = Hmac::<Sha256>::new_from_slice(&secret)
        .unwrap()
        .chain_update(group)
        .chain_update(key)
        .chain_update(STANDARD.decode(parameter("SECRET_BLOCK")).unwrap())
        .chain_update(&timestamp)
        .finalize();
    json!({
        "USERNAME": "ada",
        "DEVICE_KEY": key,
        "PASSWORD_CLAIM_SECRET_BLOCK": parameter("SECRET_BLOCK"),
        "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature.into_bytes()),
        "TIMESTAMP": timestamp,
    })
}

/// A user with a remembered device: the tokens of its first sign-in.
fn remembered(devices: Value, mfa: bool) -> (TestPool, Value, Value) {
    let (test, secret) = pool(devices, mfa);
    let tokens = first_sign_in(&test, &secret);
    confirm(&test, &tokens).unwrap();
    (test, tokens, secret)
}

fn first_sign_in(test: &TestPool, secret: &Value) -> Value {
    let step = test.sign_in("ada", PASSWORD).unwrap();
    let step = if secret.is_null() { step } else { answer_totp(test, &step, secret, 0, None).unwrap() };
    step["AuthenticationResult"].clone()
}

fn answer_totp(
    test: &TestPool,
    challenge: &Value,
    secret: &Value,
    steps: i64,
    device: Option<&Value>,
) -> Result<Value, AwsError> {
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let mut responses =
        json!({ "USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": totp_code(test, secret, steps) });
    if let Some(device) = device {
        responses["DEVICE_KEY"] = device["DeviceKey"].clone();
    }
    test.answer("SOFTWARE_TOKEN_MFA", Some(&challenge["Session"]), responses)
}

fn refresh(test: &TestPool, tokens: &Value, device: Option<&Value>) -> [Result<Value, AwsError>; 2] {
    let mut operation = json!({ "RefreshToken": tokens["RefreshToken"] });
    let mut parameters = json!({ "REFRESH_TOKEN": tokens["RefreshToken"] });
    if let Some(key) = device {
        operation["DeviceKey"] = key.clone();
        parameters["DEVICE_KEY"] = key.clone();
    }
    let flow = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters });
    [test.call("GetTokensFromRefreshToken", operation), test.call("InitiateAuth", flow)]
}

fn message(result: Result<Value, AwsError>) -> String {
    result.unwrap_err().to_string()
}

const NO_DEVICE: &str = "ResourceNotFoundException: Device does not exist.";
const INVALID_TOKEN: &str = "NotAuthorizedException: Invalid Refresh Token.";

#[test]
fn only_a_pool_that_tracks_devices_names_one() {
    for devices in [Value::Null, json!({})] {
        let (test, _) = pool(devices, false);
        let tokens = test.tokens("ada");
        assert!(tokens.get("NewDeviceMetadata").is_none());
        assert!(claims(&tokens["AccessToken"]).get("device_key").is_none());
    }
    let (test, _) = pool(json!({ "ChallengeRequiredOnNewDevice": false }), false);
    let (one, two) = (test.tokens("ada"), test.tokens("ada"));
    let key = &one["NewDeviceMetadata"]["DeviceKey"];
    assert!(key.as_str().unwrap().starts_with("eu-west-1_"));
    assert_ne!(*key, two["NewDeviceMetadata"]["DeviceKey"]);
    assert_eq!(claims(&one["AccessToken"])["device_key"], *key);
}

#[test]
fn a_device_is_confirmed_once_and_by_its_own_sign_in() {
    let (test, _) = pool(always(), false);
    let (one, two) = (test.tokens("ada"), test.tokens("ada"));
    let mut foreign = one.clone();
    foreign["AccessToken"] = two["AccessToken"].clone();
    let invalid = "InvalidParameterException: Invalid device key given.";
    assert_eq!(message(confirm(&test, &foreign)), invalid);
    assert_eq!(confirm(&test, &one).unwrap(), json!({ "UserConfirmationNecessary": false }));
    assert_eq!(confirm(&test, &one).unwrap_err().code, "DeviceKeyExistsException");

    let (asking, _) = pool(ask_the_user(), false);
    let tokens = asking.tokens("ada");
    assert_eq!(confirm(&asking, &tokens).unwrap(), json!({ "UserConfirmationNecessary": true }));
}

#[test]
fn a_verifier_that_is_none_is_refused() {
    let (test, _) = pool(always(), false);
    let tokens = test.tokens("ada");
    let n = STANDARD.encode(G_3072.n.to_bytes_be());
    for config in [
        Value::Null,
        json!({}),
        json!({ "Salt": "AAAA" }),
        json!({ "Salt": "", "PasswordVerifier": "AQ==" }),
        json!({ "Salt": "AQ==", "PasswordVerifier": "AA==" }),
        json!({ "Salt": "AQ==", "PasswordVerifier": "not base 64" }),
        json!({ "Salt": "AQ==", "PasswordVerifier": n }),
    ] {
        let input = json!({
            "AccessToken": tokens["AccessToken"], "DeviceKey": tokens["NewDeviceMetadata"]["DeviceKey"],
            "DeviceSecretVerifierConfig": config,
        });
        let error = test.call("ConfirmDevice", input).unwrap_err();
        assert_eq!(error.code, "InvalidParameterException", "{config}");
    }
    assert!(confirm(&test, &tokens).is_ok());
}

#[test]
fn a_remembered_device_proves_itself_instead_of_the_second_factor() {
    let (test, tokens, _) = remembered(always(), true);
    let device = &tokens["NewDeviceMetadata"];
    let challenge = sign_in_from(&test, device).unwrap();
    assert_eq!(challenge["ChallengeName"], "DEVICE_SRP_AUTH");
    let answer = prove(&test, Some(&challenge["Session"]), device, DEVICE_PASSWORD).unwrap();
    let result = &answer["AuthenticationResult"];
    assert!(result.get("NewDeviceMetadata").is_none());
    assert_eq!(claims(&result["AccessToken"])["device_key"], device["DeviceKey"]);
    assert!(refresh(&test, result, Some(&device["DeviceKey"])).into_iter().all(|result| result.is_ok()));
    // Without its key it is a stranger.
    assert_eq!(test.sign_in("ada", PASSWORD).unwrap()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[test]
fn srp_takes_the_device_key_with_the_signature_only() {
    let (test, tokens, _) = remembered(always(), true);
    let device = &tokens["NewDeviceMetadata"];
    for presented in [true, false] {
        let srp = SrpClient::new();
        let challenge = test.start_srp("ada@example.com", &srp).unwrap();
        let mut responses = srp.answer(&test.pool_id, &challenge, PASSWORD, &test.timestamp());
        if presented {
            responses["DEVICE_KEY"] = device["DeviceKey"].clone();
        }
        let next = test.answer("PASSWORD_VERIFIER", None, responses).unwrap();
        let expected = if presented { "DEVICE_SRP_AUTH" } else { "SOFTWARE_TOKEN_MFA" };
        assert_eq!(next["ChallengeName"], expected);
    }
}

#[test]
fn a_pool_may_insist_on_the_second_factor_all_the_same() {
    let devices = json!({ "ChallengeRequiredOnNewDevice": false });
    let (test, tokens, secret) = remembered(devices, true);
    let device = &tokens["NewDeviceMetadata"];
    let challenge = sign_in_from(&test, device).unwrap();
    let next = answer_totp(&test, &challenge, &secret, 1, Some(device)).unwrap();
    assert_eq!(next["ChallengeName"], "DEVICE_SRP_AUTH");
    assert!(prove(&test, Some(&next["Session"]), device, DEVICE_PASSWORD).is_ok());
}

#[test]
fn an_answer_without_the_device_key_makes_a_new_device() {
    let devices = json!({ "ChallengeRequiredOnNewDevice": false });
    let (test, tokens, secret) = remembered(devices, true);
    let device = &tokens["NewDeviceMetadata"];
    let challenge = sign_in_from(&test, device).unwrap();
    let result = answer_totp(&test, &challenge, &secret, 1, None).unwrap()["AuthenticationResult"].clone();
    assert_ne!(result["NewDeviceMetadata"]["DeviceKey"], device["DeviceKey"]);
    assert!(result["NewDeviceMetadata"]["DeviceKey"].is_string());
}

#[test]
fn a_wrong_device_password_or_an_altered_claim_is_refused() {
    let (test, tokens, _) = remembered(always(), true);
    let device = &tokens["NewDeviceMetadata"];
    let refused = "NotAuthorizedException: Incorrect username or password.";
    let session = || sign_in_from(&test, device).unwrap()["Session"].clone();
    assert_eq!(message(prove(&test, Some(&session()), device, "another")), refused);
    for (name, altered) in [
        ("PASSWORD_CLAIM_SIGNATURE", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("PASSWORD_CLAIM_SECRET_BLOCK", "AAAA"),
        ("TIMESTAMP", "Thu Jan 1 00:00:00 UTC 1970"),
    ] {
        let (challenge, srp) = start(&test, Some(&session()), device).unwrap();
        let mut responses = signed(&test, &srp, device, &challenge, DEVICE_PASSWORD);
        responses[name] = json!(altered);
        assert_eq!(message(test.answer("DEVICE_PASSWORD_VERIFIER", None, responses)), refused, "{name}");
    }
    // Once, and not as the password of the person.
    let (challenge, srp) = start(&test, Some(&session()), device).unwrap();
    let responses = signed(&test, &srp, device, &challenge, DEVICE_PASSWORD);
    assert_eq!(message(test.answer("PASSWORD_VERIFIER", None, responses.clone())), refused);
    assert!(test.answer("DEVICE_PASSWORD_VERIFIER", None, responses.clone()).is_ok());
    assert_eq!(message(test.answer("DEVICE_PASSWORD_VERIFIER", None, responses)), refused);
}

#[test]
fn a_device_proves_nothing_before_the_password() {
    let (test, tokens, _) = remembered(always(), true);
    let device = &tokens["NewDeviceMetadata"];
    let invalid = "NotAuthorizedException: Invalid session for the user.";
    assert_eq!(message(prove(&test, None, device, DEVICE_PASSWORD)), invalid);
    assert_eq!(
        message(prove(&test, Some(&json!("a session that was made up")), device, DEVICE_PASSWORD)),
        invalid
    );
    let totp = test.sign_in("ada", PASSWORD).unwrap()["Session"].clone();
    assert_eq!(message(prove(&test, Some(&totp), device, DEVICE_PASSWORD)), invalid);
    // Some clients leave the session out.
    sign_in_from(&test, device).unwrap();
    assert!(prove(&test, None, device, DEVICE_PASSWORD).is_ok());
    assert_eq!(message(prove(&test, None, device, DEVICE_PASSWORD)), invalid);
}

#[test]
fn a_device_of_somebody_else_or_a_forgotten_one_does_not_exist() {
    let (test, tokens, _) = remembered(always(), false);
    let device = &tokens["NewDeviceMetadata"];
    test.add_user("bob", &[]);
    let parameters = json!({ "USERNAME": "bob", "PASSWORD": PASSWORD, "DEVICE_KEY": device["DeviceKey"] });
    let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
    assert_eq!(message(test.call("InitiateAuth", input)), NO_DEVICE);

    let unconfirmed = test.tokens("ada")["NewDeviceMetadata"].clone();
    assert_eq!(message(sign_in_from(&test, &unconfirmed)), NO_DEVICE);

    let session = sign_in_from(&test, device).unwrap()["Session"].clone();
    let srp = SrpClient::new();
    let challenge = test.start_srp("ada", &srp).unwrap();
    let mut responses = srp.answer(&test.pool_id, &challenge, PASSWORD, &test.timestamp());
    responses["DEVICE_KEY"] = device["DeviceKey"].clone();

    let forget = json!({ "AccessToken": tokens["AccessToken"], "DeviceKey": device["DeviceKey"] });
    test.call("ForgetDevice", forget.clone()).unwrap();
    assert_eq!(message(test.call("ForgetDevice", forget)), NO_DEVICE);
    assert_eq!(message(sign_in_from(&test, device)), NO_DEVICE);
    assert_eq!(message(prove(&test, Some(&session), device, DEVICE_PASSWORD)), NO_DEVICE);
    // The refusal uses nothing up.
    assert_eq!(message(test.answer("PASSWORD_VERIFIER", None, responses.clone())), NO_DEVICE);
    responses.as_object_mut().unwrap().remove("DEVICE_KEY");
    assert!(test.answer("PASSWORD_VERIFIER", None, responses).is_ok());
}

#[test]
fn a_refresh_needs_the_confirmed_device() {
    let (test, tokens, _) = remembered(always(), false);
    let key = &tokens["NewDeviceMetadata"]["DeviceKey"];
    let all = |tokens: &Value, key: Option<&Value>| refresh(&test, tokens, key);
    assert!(all(&tokens, Some(key)).into_iter().all(|result| result.is_ok()));
    let other = json!("eu-west-1_00000000-0000-4000-8000-000000000000");
    for wrong in [None, Some(&other)] {
        assert_eq!(all(&tokens, wrong).map(message), [INVALID_TOKEN; 2]);
    }
    let unconfirmed = test.tokens("ada");
    let its_key = &unconfirmed["NewDeviceMetadata"]["DeviceKey"];
    assert_eq!(all(&unconfirmed, Some(its_key)).map(message), [INVALID_TOKEN; 2]);
    confirm(&test, &unconfirmed).unwrap();
    assert!(all(&unconfirmed, Some(its_key)).into_iter().all(|result| result.is_ok()));

    test.admin("AdminForgetDevice", json!({ "Username": "ada", "DeviceKey": key })).unwrap();
    assert_eq!(all(&tokens, Some(key)).map(message), [INVALID_TOKEN; 2]);
}

#[test]
fn a_pool_that_tracks_no_devices_any_more_does_not_ask_for_them_at_a_refresh() {
    let (test, _) = pool(always(), false);
    let tokens = test.tokens("ada");
    assert_eq!(refresh(&test, &tokens, None).map(message), [INVALID_TOKEN; 2]);
    test.admin("UpdateUserPool", json!({})).unwrap();
    let key = &tokens["NewDeviceMetadata"]["DeviceKey"];
    for key in [None, Some(key)] {
        assert!(refresh(&test, &tokens, key).into_iter().all(|result| result.is_ok()));
    }
}

#[test]
fn the_user_decides_whether_a_device_is_remembered() {
    let (test, secret) = pool(ask_the_user(), true);
    let tokens = first_sign_in(&test, &secret);
    confirm(&test, &tokens).unwrap();
    let device = &tokens["NewDeviceMetadata"];
    assert_eq!(sign_in_from(&test, device).unwrap()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let mine = json!({ "AccessToken": tokens["AccessToken"], "DeviceKey": device["DeviceKey"] });
    let theirs = json!({ "Username": "ada", "DeviceKey": device["DeviceKey"] });
    let status = |result: Result<Value, AwsError>| {
        let device = result.unwrap()["Device"].clone();
        let attributes = device["DeviceAttributes"].as_array().unwrap().clone();
        let is_status = |attribute: &&Value| attribute["Name"] == "dev:device_remembered_status";
        attributes.iter().find(is_status).unwrap()["Value"].clone()
    };
    // Only administrators see a device that is not remembered.
    assert_eq!(message(test.call("GetDevice", mine.clone())), NO_DEVICE);
    assert_eq!(status(test.admin("AdminGetDevice", theirs.clone())), "not_remembered");

    let with = |input: &Value, status: &str| {
        let mut input = input.clone();
        input["DeviceRememberedStatus"] = json!(status);
        input
    };
    test.call("UpdateDeviceStatus", with(&mine, "remembered")).unwrap();
    assert_eq!(status(test.call("GetDevice", mine.clone())), "remembered");
    assert_eq!(sign_in_from(&test, device).unwrap()["ChallengeName"], "DEVICE_SRP_AUTH");
    test.admin("AdminUpdateDeviceStatus", with(&theirs, "not_remembered")).unwrap();
    assert_eq!(sign_in_from(&test, device).unwrap()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let error = test.call("UpdateDeviceStatus", with(&mine, "perhaps")).unwrap_err();
    assert_eq!(error.code, "InvalidParameterException");
}

#[test]
fn devices_are_listed_in_pages() {
    let (test, _) = pool(always(), false);
    let all: Vec<Value> = (0..5)
        .map(|_| {
            let tokens = test.tokens("ada");
            confirm(&test, &tokens).unwrap();
            tokens
        })
        .collect();
    let keys = |answer: &Value| {
        let devices = answer["Devices"].as_array().unwrap().iter();
        devices.map(|device| device["DeviceKey"].clone()).collect::<Vec<_>>()
    };
    let expected: Vec<_> =
        all.iter().map(|tokens| tokens["NewDeviceMetadata"]["DeviceKey"].clone()).collect();
    for administrative in [false, true] {
        let (mut seen, mut token) = (Vec::new(), Value::Null);
        let mut pages = 0;
        loop {
            let mut input = json!({ "Limit": 2 });
            if !token.is_null() {
                input["PaginationToken"] = token.clone();
            }
            let answer = if administrative {
                input["Username"] = json!("ada");
                test.admin("AdminListDevices", input).unwrap()
            } else {
                input["AccessToken"] = all[0]["AccessToken"].clone();
                test.call("ListDevices", input).unwrap()
            };
            seen.extend(keys(&answer));
            pages += 1;
            token = answer["PaginationToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert_eq!((seen, pages), (expected.clone(), 3));
    }
    let wrong = json!({ "AccessToken": all[0]["AccessToken"], "PaginationToken": "made-up" });
    assert_eq!(test.call("ListDevices", wrong).unwrap_err().code, "InvalidParameterException");
    let whole =
        test.call("ListDevices", json!({ "AccessToken": all[0]["AccessToken"], "Limit": 0 })).unwrap();
    assert_eq!(keys(&whole).len(), 5);
    let first = &whole["Devices"][0];
    assert!(first["DeviceCreateDate"].is_number() && first["DeviceLastAuthenticatedDate"].is_number());
    assert_eq!(first["DeviceAttributes"][1], json!({ "Name": "device_name", "Value": "laptop" }));
}

#[test]
fn without_an_access_token_no_device_is_shown_or_forgotten() {
    let (test, tokens, _) = remembered(always(), false);
    for operation in ["GetDevice", "ForgetDevice"] {
        let input = json!({ "DeviceKey": tokens["NewDeviceMetadata"]["DeviceKey"], "Username": "ada" });
        assert_eq!(test.call(operation, input).unwrap_err().code, "InvalidParameterException");
    }
}

#[test]
fn a_client_with_a_secret_needs_its_hash_with_a_device_key() {
    let test = TestPool::with(json!({ "DeviceConfiguration": always() }), json!({ "GenerateSecret": true }));
    test.add_user("ada", &[]);
    let device = json!({ "DeviceKey": "eu-west-1_00000000-0000-4000-8000-000000000000" });
    assert_eq!(sign_in_from(&test, &device).unwrap_err().code, "NotAuthorizedException");
    assert_eq!(start(&test, None, &device).err().unwrap().code, "NotAuthorizedException");
}
