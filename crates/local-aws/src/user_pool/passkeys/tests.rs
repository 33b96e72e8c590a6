//! Passkeys against an authenticator that another crate wrote, and against what attackers would send.

use serde_json::{Value, json};

use super::super::{
    Call,
    authentication::{AuthMethod, Authentication, Level},
    second_factor::SignInStep,
    testing::{TestPool, claims, merge, request, totp_code},
};
use crate::error::AwsError;

const RELYING_PARTY: &str = "app.notes.example";
const ORIGIN: &str = "https://app.notes.example";

fn pool(web_authn: Value) -> TestPool {
    let factors = json!(["PASSWORD", "WEB_AUTHN"]);
    let test = TestPool::with(
        json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": factors } } }),
        json!({}),
    );
    configure(&test, web_authn);
    test.add_user("ada", &[]);
    test.add_user("bob", &[]);
    test
}

fn configure(test: &TestPool, web_authn: Value) {
    let mut configuration = json!({ "RelyingPartyId": RELYING_PARTY });
    merge(&mut configuration, web_authn);
    test.admin("SetUserPoolMfaConfig", json!({ "WebAuthnConfiguration": configuration })).unwrap();
}

fn token(test: &TestPool, user: &str) -> Value {
    test.tokens(user)["AccessToken"].clone()
}

fn start(test: &TestPool, token: &Value) -> Result<Value, AwsError> {
    let started = test.call("StartWebAuthnRegistration", json!({ "AccessToken": token }))?;
    Ok(started["CredentialCreationOptions"].clone())
}

fn complete(test: &TestPool, token: &Value, credential: &Value) -> Result<Value, AwsError> {
    test.call("CompleteWebAuthnRegistration", json!({ "AccessToken": token, "Credential": credential }))
}

fn list(test: &TestPool, token: &Value, settings: Value) -> Value {
    let mut input = json!({ "AccessToken": token });
    merge(&mut input, settings);
    test.call("ListWebAuthnCredentials", input).unwrap()
}

async fn create(test: &TestPool, name: &str, options: &Value, settings: Value) -> Value {
    let mut all = json!({ "origin": ORIGIN });
    merge(&mut all, settings);
    let question = json!({ "ceremony": "create", "options": options, "settings": all });
    test.account.authenticators.credential(name, question).await
}

async fn sign(test: &TestPool, name: &str, options: &Value, settings: Value) -> Value {
    let mut all = json!({ "origin": ORIGIN });
    merge(&mut all, settings);
    let question = json!({ "ceremony": "get", "options": options, "settings": all });
    test.account.authenticators.credential(name, question).await
}

async fn register(test: &TestPool, user: &str, name: &str) -> Value {
    let token = token(test, user);
    let options = start(test, &token).unwrap();
    let credential = create(test, name, &options, json!({})).await;
    complete(test, &token, &credential).unwrap();
    token
}

/// The challenge WEB_AUTHN of a user, and its options.
fn challenge(test: &TestPool, user: &str) -> (Value, Value) {
    challenge_in(test, user, Authentication::default())
}

/// The challenge WEB_AUTHN in a sign-in that has come this far.
fn challenge_in(test: &TestPool, user: &str, authentication: Authentication) -> (Value, Value) {
    let request = request("InitiateAuth", "{}");
    let call = Call {
        account: &test.account,
        request: &request,
        now: test.account.clock.now(),
        managed_login: None,
    };
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&test.client_id).unwrap();
    let username = user.to_owned();
    let step = SignInStep { call: &call, pool, client: &client, username, authentication };
    let challenge = step.ask_for_passkey().unwrap();
    assert_eq!(challenge["ChallengeName"], "WEB_AUTHN");
    let options = challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"].as_str().unwrap();
    let options = serde_json::from_str(options).unwrap();
    (challenge["Session"].clone(), options)
}

fn answer(test: &TestPool, user: &str, session: &Value, credential: &Value) -> Result<Value, AwsError> {
    let responses = json!({ "USERNAME": user, "CREDENTIAL": credential.to_string() });
    test.answer("WEB_AUTHN", Some(session), responses)
}

fn code(result: Result<Value, AwsError>) -> String {
    result.unwrap_err().code.to_string()
}

#[tokio::test]
async fn a_passkey_is_registered_and_signs_in() {
    let test = pool(json!({}));
    let token = register(&test, "ada", "phone").await;
    let listed = list(&test, &token, json!({}));
    assert_eq!(listed["Credentials"][0]["RelyingPartyId"], RELYING_PARTY);
    assert_eq!(listed["Credentials"][0]["AuthenticatorTransports"], json!(["internal", "hybrid"]));
    assert_eq!(listed["Credentials"][0]["AuthenticatorAttachment"], "platform");
    for _ in 0..2 {
        let (session, options) = challenge(&test, "ada");
        assert_eq!(options["rpId"], RELYING_PARTY);
        assert_eq!(options["allowCredentials"][0]["id"], listed["Credentials"][0]["CredentialId"]);
        let credential = sign(&test, "phone", &options, json!({})).await;
        let signed_in = answer(&test, "ada", &session, &credential).unwrap();
        assert!(signed_in["AuthenticationResult"]["AccessToken"].is_string());
    }
}

#[tokio::test]
async fn the_options_name_the_user_and_the_passkeys_that_are_there() {
    let test = pool(json!({ "UserVerification": "required" }));
    let token = register(&test, "ada", "phone").await;
    let options = start(&test, &token).unwrap();
    assert_eq!(options["user"]["name"], "ada");
    assert_eq!(options["rp"]["id"], RELYING_PARTY);
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    let algorithms: Vec<_> =
        options["pubKeyCredParams"].as_array().unwrap().iter().map(|parameter| &parameter["alg"]).collect();
    assert_eq!(algorithms, [-7, -257]);
    let known = list(&test, &token, json!({}))["Credentials"][0]["CredentialId"].clone();
    assert_eq!(options["excludeCredentials"][0]["id"], known);
}

#[tokio::test]
async fn a_pool_without_passkeys_or_without_a_domain_says_so() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    assert_eq!(code(start(&test, &token(&test, "ada"))), "WebAuthnNotEnabledException");
    assert_eq!(code(complete(&test, &token(&test, "ada"), &json!({}))), "WebAuthnNotEnabledException");
    let test = pool(json!({ "RelyingPartyId": null }));
    assert_eq!(code(start(&test, &token(&test, "ada"))), "WebAuthnConfigurationMissingException");
    let wrong = json!({ "WebAuthnConfiguration": { "RelyingPartyId": "https://notes.example" } });
    assert_eq!(code(test.admin("SetUserPoolMfaConfig", wrong)), "InvalidParameterException");
}

#[tokio::test]
async fn a_registration_counts_once_for_its_client_and_in_time() {
    let test = pool(json!({}));
    let ada = token(&test, "ada");
    let not_found = "WebAuthnChallengeNotFoundException";
    let credential = create(&test, "phone", &start(&test, &ada).unwrap(), json!({})).await;
    complete(&test, &ada, &credential).unwrap();
    assert_eq!(code(complete(&test, &ada, &credential)), not_found, "it is completed");
    start(&test, &ada).unwrap();
    assert_eq!(code(complete(&test, &ada, &credential)), not_found, "of an earlier challenge");

    let credential = create(&test, "key", &start(&test, &ada).unwrap(), json!({})).await;
    test.advance(180);
    assert_eq!(code(complete(&test, &token(&test, "ada"), &credential)), not_found, "too late");

    let options = start(&test, &ada).unwrap();
    let credential = create(&test, "key", &options, json!({})).await;
    let other = test.create_client(json!({}))["ClientId"].clone();
    let signed_in = test
        .call(
            "InitiateAuth",
            json!({ "ClientId": other, "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": "ada", "PASSWORD": super::super::testing::PASSWORD } }),
        )
        .unwrap();
    let other_token = signed_in["AuthenticationResult"]["AccessToken"].clone();
    assert_eq!(code(complete(&test, &other_token, &credential)), "WebAuthnClientMismatchException");
}

#[tokio::test]
async fn a_passkey_of_another_place_or_person_is_not_registered() {
    let test = pool(json!({ "UserVerification": "required" }));
    let ada = token(&test, "ada");
    let phished =
        create(&test, "phone", &start(&test, &ada).unwrap(), json!({ "phishedBy": "evil.example" })).await;
    assert_eq!(code(complete(&test, &ada, &phished)), "WebAuthnOriginNotAllowedException");

    let mut options = start(&test, &ada).unwrap();
    options["rp"]["id"] = json!("notes.example");
    let other_domain = create(&test, "phone", &options, json!({})).await;
    assert_eq!(code(complete(&test, &ada, &other_domain)), "WebAuthnRelyingPartyMismatchException");

    let mut options = start(&test, &ada).unwrap();
    options["authenticatorSelection"]["userVerification"] = json!("discouraged");
    let unverified = create(&test, "phone", &options, json!({ "verifiesUser": false })).await;
    assert_eq!(code(complete(&test, &ada, &unverified)), "WebAuthnCredentialNotSupportedException");

    start(&test, &ada).unwrap();
    assert_eq!(code(complete(&test, &ada, &json!({ "id": "x" }))), "InvalidParameterException");

    // Bob's passkey, presented as one of Ada's.
    let credential = create(&test, "bob's", &start(&test, &token(&test, "bob")).unwrap(), json!({})).await;
    start(&test, &ada).unwrap();
    assert_eq!(code(complete(&test, &ada, &credential)), "WebAuthnChallengeNotFoundException");
    assert_eq!(list(&test, &ada, json!({}))["Credentials"], json!([]));
}

#[tokio::test]
async fn only_a_fresh_signature_of_the_user_s_own_passkey_signs_in() {
    let test = pool(json!({ "UserVerification": "required" }));
    register(&test, "ada", "phone").await;
    register(&test, "bob", "bob's").await;
    let refused = "NotAuthorizedException: Incorrect username or password.";

    let (session, options) = challenge(&test, "ada");
    let replayed = sign(&test, "phone", &options, json!({})).await;
    answer(&test, "ada", &session, &replayed).unwrap();
    let used = answer(&test, "ada", &session, &replayed).unwrap_err();
    assert_eq!(
        used.to_string(),
        "NotAuthorizedException: Invalid session for the user, session can only be used once."
    );
    let (session, _) = challenge(&test, "ada");
    assert_eq!(answer(&test, "ada", &session, &replayed).unwrap_err().to_string(), refused, "replayed");

    let (session, options) = challenge(&test, "ada");
    let mut tampered = sign(&test, "phone", &options, json!({})).await;
    tampered["response"]["signature"] = replayed["response"]["signature"].clone();
    assert_eq!(answer(&test, "ada", &session, &tampered).unwrap_err().to_string(), refused, "tampered");

    let (session, mut options) = challenge(&test, "ada");
    options["allowCredentials"] = challenge(&test, "bob").1["allowCredentials"].clone();
    let foreign = sign(&test, "bob's", &options, json!({})).await;
    assert_eq!(answer(&test, "ada", &session, &foreign).unwrap_err().to_string(), refused, "foreign");

    let (session, mut options) = challenge(&test, "ada");
    options["userVerification"] = json!("discouraged");
    let unverified = sign(&test, "phone", &options, json!({ "verifiesUser": false })).await;
    assert_eq!(answer(&test, "ada", &session, &unverified).unwrap_err().to_string(), refused, "unverified");

    let (session, options) = challenge(&test, "ada");
    let client_data = |origin: &str, challenge: &Value| json!({ "type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": false });
    let authenticators = &test.account.authenticators;
    let evil = client_data("https://evil.example", &options["challenge"]);
    let evil = authenticators.forged("phone", RELYING_PARTY, &evil).await;
    assert_eq!(answer(&test, "ada", &session, &evil).unwrap_err().to_string(), refused, "wrong origin");
    let (session, options) = challenge(&test, "ada");
    let right = client_data(ORIGIN, &options["challenge"]);
    let right = authenticators.forged("phone", RELYING_PARTY, &right).await;
    assert!(answer(&test, "ada", &session, &right).is_ok(), "only the origin was wrong");

    authenticators.move_to("phone", "notes.example").await;
    let (session, options) = challenge(&test, "ada");
    let moved = client_data(ORIGIN, &options["challenge"]);
    let moved = authenticators.forged("phone", "notes.example", &moved).await;
    assert_eq!(answer(&test, "ada", &session, &moved).unwrap_err().to_string(), refused, "wrong domain");
}

#[tokio::test]
async fn a_counter_that_goes_back_is_that_of_a_copied_key() {
    let test = pool(json!({}));
    register(&test, "ada", "phone").await;
    let (first, second) = (challenge(&test, "ada"), challenge(&test, "ada"));
    let earlier = sign(&test, "phone", &first.1, json!({})).await;
    let later = sign(&test, "phone", &second.1, json!({})).await;
    assert!(answer(&test, "ada", &second.0, &later).is_ok());
    assert_eq!(code(answer(&test, "ada", &first.0, &earlier)), "NotAuthorizedException");
}

#[tokio::test]
async fn passkeys_are_listed_in_pages_up_to_a_limit_and_deleted() {
    let test = pool(json!({}));
    let ada = token(&test, "ada");
    for number in 0..20 {
        register(&test, "ada", &format!("key {number}")).await;
    }
    assert_eq!(code(start(&test, &ada)), "LimitExceededException");
    let first = list(&test, &ada, json!({ "MaxResults": 15 }));
    let second = list(&test, &ada, json!({ "MaxResults": 15, "NextToken": first["NextToken"] }));
    let number = |page: &Value| page["Credentials"].as_array().unwrap().len();
    assert_eq!((number(&first), number(&second)), (15, 5));
    assert!(second.get("NextToken").is_none());

    let id = first["Credentials"][0]["CredentialId"].clone();
    let delete = |token: &Value| {
        test.call("DeleteWebAuthnCredential", json!({ "AccessToken": token, "CredentialId": id }))
    };
    assert_eq!(code(delete(&token(&test, "bob"))), "ResourceNotFoundException");
    delete(&ada).unwrap();
    assert_eq!(code(delete(&ada)), "ResourceNotFoundException");
    let (_, options) = challenge(&test, "ada");
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 19);
    assert!(start(&test, &ada).is_ok());
}

#[tokio::test]
async fn a_passkey_that_counts_as_mfa_reaches_level_three_and_does_not_pass_for_four() {
    let test = pool(json!({ "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" }));
    let config = json!({
        "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "WebAuthnConfiguration": {
            "RelyingPartyId": RELYING_PARTY, "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
        },
    });
    test.admin("SetUserPoolMfaConfig", config).unwrap();
    let token = register(&test, "ada", "phone").await;
    let secret =
        test.call("AssociateSoftwareToken", json!({ "AccessToken": token })).unwrap()["SecretCode"].clone();
    let verify = json!({ "AccessToken": token, "UserCode": totp_code(&test, &secret, -1) });
    test.call("VerifySoftwareToken", verify).unwrap();
    let enabled = json!({ "Enabled": true });
    let preference = json!({
        "AccessToken": token, "SoftwareTokenMfaSettings": enabled, "WebAuthnMfaSettings": enabled,
    });
    test.call("SetUserMFAPreference", preference).unwrap();

    for (level, methods, is_reached) in [
        (Level::Three, vec![], true),
        (Level::Four, vec![], false),
        (Level::Four, vec![AuthMethod::Password], false),
    ] {
        let (session, options) = challenge_in(&test, "ada", Authentication::towards(level, methods.clone()));
        assert_eq!(options["userVerification"], "required");
        let credential = sign(&test, "phone", &options, json!({})).await;
        let outcome = answer(&test, "ada", &session, &credential);
        if is_reached {
            let tokens = outcome.unwrap()["AuthenticationResult"].clone();
            assert_eq!(claims(&tokens["AccessToken"])["acr"], "urn:cognito:loa:3");
        } else if methods.is_empty() {
            let refusal = outcome.unwrap_err();
            assert!(refusal.message.contains("no authentication factors that satisfy"), "{refusal}");
        } else {
            assert_eq!(outcome.unwrap()["ChallengeName"], "SOFTWARE_TOKEN_MFA", "the code is missing");
        }
    }
}
