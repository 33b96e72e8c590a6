//! Setting up second factors, during a sign-in or later.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Pools,
    challenge::Challenge,
    invalid_parameter,
    mfa::{Factor, SoftwareToken, SoftwareTokenError},
    not_authorized,
    passkeys::FactorConfiguration,
    pool::UserPool,
    self_service::add_mfa,
    user::User,
};
use crate::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssociateSoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerifySoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
    user_code: String,
    friendly_device_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetUserMfaPreference {
    access_token: String,
    #[serde(flatten)]
    preference: Preference,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AdminSetUserMfaPreference {
    user_pool_id: String,
    username: String,
    #[serde(flatten)]
    preference: Preference,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserAuthFactors {
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Preference {
    #[serde(rename = "SMSMfaSettings")]
    sms: Option<FactorPreference>,
    #[serde(rename = "SoftwareTokenMfaSettings")]
    software_token: Option<FactorPreference>,
    #[serde(rename = "EmailMfaSettings")]
    email: Option<FactorPreference>,
    #[serde(rename = "WebAuthnMfaSettings")]
    web_authn: Option<FactorPreference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FactorPreference {
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    preferred_mfa: bool,
}

/// AssociateSoftwareToken: returns the secret for an authenticator app.
pub(super) fn associate_software_token(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: AssociateSoftwareToken = call.input()?;
    let mut pools = call.pools();
    let token = SoftwareToken::generate();
    let secret_code = token.secret_code();
    if let Some(access_token) = &input.access_token {
        let (pool, caller) = pools.by_access_token(access_token, call.now)?;
        check_offered(pool)?;
        pool.user_mut(&caller.username)?.mfa.pending_software_token = Some(token);
        return Ok(json!({ "SecretCode": secret_code }));
    }
    let session = required_session(input.session.as_deref())?;
    let pool = pool_of_session(&mut pools, session)?;
    check_offered(pool)?;
    let (software_token, is_verified) = waiting_setup(pool, session, call)?;
    *software_token = Some(token);
    *is_verified = false;
    Ok(json!({ "SecretCode": secret_code, "Session": renewed_session(pool, session, call)? }))
}

/// VerifySoftwareToken: a first code proves that the authenticator app has the secret.
pub(super) fn verify_software_token(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: VerifySoftwareToken = call.input()?;
    let mut pools = call.pools();
    if let Some(access_token) = &input.access_token {
        let (pool, caller) = pools.by_access_token(access_token, call.now)?;
        let mfa = &mut pool.user_mut(&caller.username)?.mfa;
        let Some(token) = mfa.pending_software_token.as_mut() else { return Err(not_associated()) };
        check_first_code(token, &input.user_code, call)?;
        token.friendly_name = input.friendly_device_name;
        mfa.software_token = mfa.pending_software_token.take();
        return Ok(json!({ "Status": "SUCCESS" }));
    }
    let session = required_session(input.session.as_deref())?;
    let pool = pool_of_session(&mut pools, session)?;
    let (software_token, is_verified) = waiting_setup(pool, session, call)?;
    let Some(token) = software_token else { return Err(not_associated()) };
    if let Err(error) = check_first_code(token, &input.user_code, call) {
        pool.challenges.wrong_answer(session);
        return Err(error);
    }
    token.friendly_name = input.friendly_device_name;
    *is_verified = true;
    Ok(json!({ "Status": "SUCCESS", "Session": renewed_session(pool, session, call)? }))
}

/// SetUserMFAPreference: enables and disables second factors, and sets the preferred one.
pub(super) fn set_user_mfa_preference(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: SetUserMfaPreference = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    apply(pool, &caller.username, &input.preference)
}

pub(super) fn admin_set_user_mfa_preference(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: AdminSetUserMfaPreference = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let username = pool.find_mut(&input.username)?.username.clone();
    apply(pool, &username, &input.preference)
}

/// GetUserAuthFactors.
pub(super) fn user_auth_factors(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: UserAuthFactors = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let user = pool.user(&caller.username)?;
    // SRP is a way to prove the password, and no factor of its own.
    let available = pool.available_challenges(user).into_iter().filter(|name| *name != "PASSWORD_SRP");
    let software_token = user.mfa.software_token.as_ref().map(|_| "SOFTWARE_TOKEN");
    let factors: Vec<_> = available.chain(software_token).collect();
    let mut answer = json!({ "Username": user.username, "ConfiguredUserAuthFactors": factors });
    add_mfa(&mut answer, user);
    Ok(answer)
}

fn apply(pool: &mut UserPool, username: &str, preference: &Preference) -> Result<Value, AwsError> {
    let settings = [
        (Factor::Sms, &preference.sms),
        (Factor::SoftwareToken, &preference.software_token),
        (Factor::Email, &preference.email),
    ];
    let requested = || settings.iter().filter_map(|(factor, setting)| Some((*factor, setting.as_ref()?)));
    if requested().filter(|(_, setting)| setting.preferred_mfa).count() > 1 {
        return Err(invalid_parameter("Only one MFA method can be preferred."));
    }
    for (factor, setting) in requested() {
        if setting.preferred_mfa && !setting.enabled {
            return Err(invalid_parameter("A disabled MFA method cannot be preferred."));
        }
        if setting.enabled {
            check_can_enable(pool, username, factor)?;
        } else if factor == Factor::SoftwareToken {
            // Cognito requires an authenticator app even to disable the factor.
            check_software_token(pool.user(username)?)?;
        }
    }
    let is_passkey_mfa = preference.web_authn.as_ref().map(|setting| setting.enabled);
    let offers_passkey_mfa =
        pool.web_authn.factor_configuration == FactorConfiguration::MultiFactorWithUserVerification;
    if is_passkey_mfa == Some(true) && !offers_passkey_mfa {
        return Err(invalid_parameter("WebAuthn MFA is not enabled for this user pool."));
    }
    let mfa = &mut pool.user_mut(username)?.mfa;
    for (factor, setting) in requested() {
        if !setting.enabled {
            mfa.disable(factor);
            continue;
        }
        mfa.enable(factor);
        if setting.preferred_mfa {
            mfa.preferred = Some(factor);
        } else if mfa.preferred == Some(factor) {
            mfa.preferred = None;
        }
    }
    if let Some(enabled) = is_passkey_mfa {
        // Otherwise a lost passkey would lock the user out.
        if enabled && mfa.enabled.is_empty() {
            return Err(invalid_parameter("WebAuthn MFA requires another MFA method."));
        }
        mfa.web_authn = enabled;
    }
    Ok(json!({}))
}

pub(super) fn check_can_enable(pool: &UserPool, username: &str, factor: Factor) -> Result<(), AwsError> {
    let user = pool.user(username)?;
    if !pool.offered_factors.has(factor) {
        return Err(invalid_parameter(format!("{} is not enabled for this user pool.", factor.name())));
    }
    let is_set_up = match factor.address() {
        None => {
            check_software_token(user)?;
            true
        }
        Some(address) => user.is_verified(address),
    };
    if is_set_up {
        return Ok(());
    }
    Err(invalid_parameter(format!("User does not have delivery config set to turn on {}", factor.name())))
}

fn check_software_token(user: &User) -> Result<(), AwsError> {
    match (&user.mfa.software_token, &user.mfa.pending_software_token) {
        (Some(_), _) => Ok(()),
        (None, Some(_)) => Err(invalid_parameter("User has not verified software token mfa")),
        (None, None) => Err(invalid_parameter("User has not set up software token mfa")),
    }
}

fn check_offered(pool: &UserPool) -> Result<(), AwsError> {
    if pool.offered_factors.software_token {
        return Ok(());
    }
    Err(AwsError::new(
        "SoftwareTokenMFANotFoundException",
        "Software Token MFA has not been enabled for the userPool",
    ))
}

fn check_first_code(token: &mut SoftwareToken, code: &str, call: &Call<'_>) -> Result<(), AwsError> {
    token.check(code, call.now).map_err(|error| match error {
        SoftwareTokenError::Mismatch => AwsError::new(
            "EnableSoftwareTokenMFAException",
            "Code mismatch and fail enable Software Token MFA",
        ),
        SoftwareTokenError::AlreadyUsed => error.into(),
    })
}

fn required_session(session: Option<&str>) -> Result<&str, AwsError> {
    session.ok_or_else(|| invalid_parameter("Either an access token or a session is required."))
}

fn pool_of_session<'a>(pools: &'a mut Pools, session: &str) -> Result<&'a mut UserPool, AwsError> {
    pools
        .0
        .values_mut()
        .find(|pool| pool.challenges.client_of(session).is_some())
        .ok_or_else(|| not_authorized("Invalid session for the user."))
}

fn waiting_setup<'a>(
    pool: &'a mut UserPool,
    session: &str,
    call: &Call<'_>,
) -> Result<(&'a mut Option<SoftwareToken>, &'a mut bool), AwsError> {
    match &mut pool.challenges.waiting(session, None, call.now)?.challenge {
        Challenge::MfaSetup { software_token, is_verified } => Ok((software_token, is_verified)),
        _ => Err(not_authorized("Invalid session for the user.")),
    }
}

/// Every step of the set-up returns a new session in place of the old one.
fn renewed_session(pool: &mut UserPool, session: &str, call: &Call<'_>) -> Result<String, AwsError> {
    pool.challenges.renew(session, call.now).ok_or_else(|| not_authorized("Invalid session for the user."))
}

fn not_associated() -> AwsError {
    AwsError::new("SoftwareTokenMFANotFoundException", "No software token was associated.")
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{PASSWORD, TestPool, totp_code},
        *,
    };

    fn pool(mfa: &str) -> TestPool {
        let test = TestPool::new();
        let config = json!({ "MfaConfiguration": mfa, "SoftwareTokenMfaConfiguration": { "Enabled": true } });
        test.admin("SetUserPoolMfaConfig", config).unwrap();
        test
    }

    /// The access token and the secret of a user with a verified authenticator app.
    fn enrolled(test: &TestPool) -> (Value, Value) {
        test.add_user("ada", &[]);
        let access_token = test.tokens("ada")["AccessToken"].clone();
        let secret =
            test.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).unwrap()["SecretCode"].clone();
        let verify = json!({ "AccessToken": access_token, "UserCode": totp_code(test, &secret, -1),
                             "FriendlyDeviceName": "phone" });
        assert_eq!(test.call("VerifySoftwareToken", verify).unwrap()["Status"], "SUCCESS");
        prefer(test, &access_token, &json!({ "Enabled": true, "PreferredMfa": true })).unwrap();
        (access_token, secret)
    }

    fn prefer(test: &TestPool, access_token: &Value, settings: &Value) -> Result<Value, AwsError> {
        test.call(
            "SetUserMFAPreference",
            json!({ "AccessToken": access_token, "SoftwareTokenMfaSettings": settings }),
        )
    }

    fn answer(test: &TestPool, challenge: &Value, code: &str) -> Result<Value, AwsError> {
        let responses = json!({ "USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code });
        test.answer("SOFTWARE_TOKEN_MFA", Some(&challenge["Session"]), responses)
    }

    fn wrong(right: &str) -> &'static str {
        if right == "000000" { "000001" } else { "000000" }
    }

    #[test]
    fn an_authenticator_app_is_asked_for_once_it_works_and_is_switched_on() {
        let test = pool("OPTIONAL");
        let (_, secret) = enrolled(&test);
        let challenge = test.sign_in_by_srp("ada", PASSWORD).unwrap();
        assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        assert_eq!(challenge["ChallengeParameters"]["USER_ID_FOR_SRP"], "ada");
        assert_eq!(challenge["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"], "phone");
        let signed_in = answer(&test, &challenge, &totp_code(&test, &secret, 0)).unwrap();
        assert!(signed_in["AuthenticationResult"]["AccessToken"].is_string());
    }

    #[test]
    fn a_wrong_code_leaves_the_challenge_answerable_up_to_a_limit() {
        let test = pool("OPTIONAL");
        let (_, secret) = enrolled(&test);
        let right = totp_code(&test, &secret, 0);
        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        for _ in 0..4 {
            let error = answer(&test, &challenge, wrong(&right)).unwrap_err();
            assert_eq!(error.to_string(), "CodeMismatchException: Invalid code received for user");
        }
        assert!(answer(&test, &challenge, &right).is_ok());

        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        let next = totp_code(&test, &secret, 1);
        for _ in 0..5 {
            answer(&test, &challenge, wrong(&next)).unwrap_err();
        }
        let error = answer(&test, &challenge, &next).unwrap_err();
        assert_eq!(error.code, "NotAuthorizedException");
    }

    #[test]
    fn neither_a_session_nor_a_code_counts_twice() {
        let test = pool("OPTIONAL");
        let (_, secret) = enrolled(&test);
        let code = totp_code(&test, &secret, 0);
        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        answer(&test, &challenge, &code).unwrap();
        assert_eq!(
            answer(&test, &challenge, &code).unwrap_err().to_string(),
            "NotAuthorizedException: Invalid session for the user, session can only be used once."
        );
        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        assert_eq!(
            answer(&test, &challenge, &code).unwrap_err().to_string(),
            "ExpiredCodeException: Your software token has already been used once."
        );
    }

    #[test]
    fn a_session_expires_and_belongs_to_its_client_and_user() {
        let test = pool("OPTIONAL");
        let (_, secret) = enrolled(&test);
        test.add_user("bob", &[]);
        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        let code = totp_code(&test, &secret, 0);
        let invalid = "NotAuthorizedException: Invalid session for the user.";
        let other = test.create_client(json!({}))["ClientId"].clone();
        let mut input = json!({
            "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": challenge["Session"], "ClientId": other,
            "ChallengeResponses": { "USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code },
        });
        assert_eq!(test.call("RespondToAuthChallenge", input.clone()).unwrap_err().to_string(), invalid);
        input["ClientId"] = json!(test.client_id);
        input["ChallengeResponses"]["USERNAME"] = json!("bob");
        assert_eq!(test.call("RespondToAuthChallenge", input.clone()).unwrap_err().to_string(), invalid);
        input["ChallengeResponses"]["USERNAME"] = json!("ada");
        input["ChallengeName"] = json!("SMS_MFA");
        input["ChallengeResponses"]["SMS_MFA_CODE"] = json!(code);
        assert_eq!(test.call("RespondToAuthChallenge", input).unwrap_err().to_string(), invalid);

        test.advance(180);
        assert_eq!(
            answer(&test, &challenge, &totp_code(&test, &secret, 0)).unwrap_err().to_string(),
            "NotAuthorizedException: Invalid session for the user, session is expired."
        );
    }

    #[test]
    fn an_app_that_showed_a_wrong_code_is_not_set_up() {
        let test = pool("OPTIONAL");
        test.add_user("ada", &[]);
        let access_token = test.tokens("ada")["AccessToken"].clone();
        let enable = json!({ "Enabled": true });
        let not_verified = "InvalidParameterException: User has not verified software token mfa";
        assert!(prefer(&test, &access_token, &enable).is_err());

        let associate = json!({ "AccessToken": access_token });
        let secret = test.call("AssociateSoftwareToken", associate).unwrap()["SecretCode"].clone();
        let right = totp_code(&test, &secret, 0);
        let verify = json!({ "AccessToken": access_token, "UserCode": wrong(&right) });
        let error = test.call("VerifySoftwareToken", verify).unwrap_err();
        assert_eq!(
            error.to_string(),
            "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
        );
        assert_eq!(prefer(&test, &access_token, &enable).unwrap_err().to_string(), not_verified);
    }

    #[test]
    fn a_new_app_replaces_the_old_one_only_when_it_works() {
        let test = pool("OPTIONAL");
        let (access_token, old_secret) = enrolled(&test);
        test.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).unwrap();
        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        assert!(answer(&test, &challenge, &totp_code(&test, &old_secret, 0)).is_ok());
    }

    #[test]
    fn factors_are_shown_and_switched_off_again() {
        let test = pool("OPTIONAL");
        let (access_token, _) = enrolled(&test);
        for operation in ["GetUser", "GetUserAuthFactors"] {
            let user = test.call(operation, json!({ "AccessToken": access_token })).unwrap();
            assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
            assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
        }
        prefer(&test, &access_token, &json!({ "Enabled": false })).unwrap();
        assert!(test.sign_in("ada", PASSWORD).unwrap()["AuthenticationResult"].is_object());
    }

    #[test]
    fn a_pool_that_insists_has_the_app_set_up_during_the_sign_in() {
        let test = pool("ON");
        test.add_user("ada", &[]);
        let challenge = test.sign_in_by_srp("ada", PASSWORD).unwrap();
        assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
        assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"], r#"["SOFTWARE_TOKEN_MFA"]"#);
        let finish = |session: &Value| test.answer("MFA_SETUP", Some(session), json!({ "USERNAME": "ada" }));
        assert!(finish(&challenge["Session"]).is_err(), "nothing is set up yet");

        let associated =
            test.call("AssociateSoftwareToken", json!({ "Session": challenge["Session"] })).unwrap();
        let (secret, session) = (&associated["SecretCode"], &associated["Session"]);
        assert_ne!(challenge["Session"], *session);
        let right = totp_code(&test, secret, -1);
        let verify = |session: &Value, code: &str| {
            test.call("VerifySoftwareToken", json!({ "Session": session, "UserCode": code }))
        };
        assert!(verify(&challenge["Session"], &right).is_err(), "the old session is used");
        let mismatch = verify(session, wrong(&right)).unwrap_err();
        assert_eq!(mismatch.code, "EnableSoftwareTokenMFAException");
        let verified = verify(session, &right).unwrap();
        assert!(finish(session).is_err(), "the old session is used");
        assert!(finish(&verified["Session"]).unwrap()["AuthenticationResult"].is_object());

        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        assert!(answer(&test, &challenge, &totp_code(&test, secret, 0)).is_ok());
    }

    #[test]
    fn an_app_that_is_not_there_cannot_be_switched_on_or_off() {
        let test = pool("OPTIONAL");
        test.add_user("ada", &[]);
        let access_token = test.tokens("ada")["AccessToken"].clone();
        for enabled in [true, false] {
            let error = prefer(&test, &access_token, &json!({ "Enabled": enabled })).unwrap_err();
            assert_eq!(
                error.to_string(),
                "InvalidParameterException: User has not set up software token mfa"
            );
        }
        test.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).unwrap();
        let error = prefer(&test, &access_token, &json!({ "Enabled": true })).unwrap_err();
        assert_eq!(error.to_string(), "InvalidParameterException: User has not verified software token mfa");
        let verify = |code: &str| {
            test.call("VerifySoftwareToken", json!({ "AccessToken": access_token, "UserCode": code }))
        };
        assert_eq!(
            verify("000000").unwrap_err().to_string(),
            "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
        );
        assert!(verify("12345").unwrap_err().message.contains("at 'userCode'"));
    }

    #[test]
    fn a_pool_without_authenticator_apps_says_so() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let access_token = test.tokens("ada")["AccessToken"].clone();
        let error = test.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).unwrap_err();
        assert_eq!(error.code, "SoftwareTokenMFANotFoundException");
        assert!(test.call("AssociateSoftwareToken", json!({})).is_err());
    }
}
