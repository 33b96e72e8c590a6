//! Step-up in USER_AUTH: `TARGET_ACR_VALUES`, `ACCESS_TOKEN` and `MAX_AGE`, as AWS documents them. The words of the refusals are
//! made up, since AWS's are not known.

use std::time::{Duration, SystemTime};

use super::{
    Call,
    authentication::{AuthMethod, Authentication, methods_of},
    invalid_parameter, not_authorized,
    pool::UserPool,
    second_factor::{SignInStep, level_out_of_reach},
    sign_in::Parameters,
    tokens::{self, Claims, TokenError},
    user::User,
};
use crate::{clock::unix_seconds, error::AwsError};

/// The step-up that a sign-in asks for; `None` without one.
pub(super) fn requested(
    call: &Call<'_>,
    pool: &UserPool,
    user: &User,
    parameters: &Parameters,
) -> Result<Option<Authentication>, AwsError> {
    let token = parameters.optional("ACCESS_TOKEN");
    let max_age = parameters.optional("MAX_AGE").map(max_age).transpose()?;
    let Some(names) = parameters.optional("TARGET_ACR_VALUES") else {
        return match token {
            Some(_) => Err(invalid_parameter("TARGET_ACR_VALUES is required with ACCESS_TOKEN.")),
            None => Ok(None),
        };
    };
    let configuration = &pool.settings.acr_configuration;
    let levels: Vec<_> = names.split_whitespace().filter_map(|name| configuration.level(name)).collect();
    if levels.is_empty() {
        return Err(invalid_parameter("TARGET_ACR_VALUES has no valid value."));
    }
    let claims = token.map(|token| claims_of(pool, user, token, call.now)).transpose()?;
    let claims = claims.filter(|claims| is_recent(claims, max_age, call.now)).unwrap_or_default();
    let held = tokens::text(&claims, "acr").and_then(|name| configuration.level(name));
    let methods = methods_of(claims.get("amr"));
    for level in levels {
        if held >= Some(level) {
            return Err(invalid_parameter("The access token already satisfies the requested ACR value."));
        }
        let authentication = Authentication::towards(level, methods.clone());
        if !second_factors(pool, user, &authentication).is_empty()
            || !first_factors(pool, user, &authentication).is_empty()
        {
            return Ok(Some(authentication));
        }
    }
    Err(level_out_of_reach())
}

impl SignInStep<'_> {
    /// The first factors that the user can choose, those with which the level cannot be reached left out.
    pub(super) fn choices(&self) -> Result<Vec<&'static str>, AwsError> {
        Ok(first_factors(self.pool, self.user()?, &self.authentication))
    }

    /// Whether only a second factor is missing for the level.
    pub(super) fn needs_only_a_second_factor(&self) -> Result<bool, AwsError> {
        let is_first_done = self.authentication.has(AuthMethod::Password);
        Ok(is_first_done && !second_factors(self.pool, self.user()?, &self.authentication).is_empty())
    }
}

fn first_factors(pool: &UserPool, user: &User, authentication: &Authentication) -> Vec<&'static str> {
    let seconds: Vec<_> = pool.usable_factors(user).into_iter().map(AuthMethod::from).collect();
    let leads_to_the_level = |name: &&str| {
        let Some(first) = method_of(name) else { return authentication.is_enough() };
        authentication.is_enough_with(&[first])
            || first == AuthMethod::Password
                && seconds.iter().any(|second| authentication.is_enough_with(&[first, *second]))
    };
    pool.available_challenges(user).into_iter().filter(leads_to_the_level).collect()
}

fn second_factors(pool: &UserPool, user: &User, authentication: &Authentication) -> Vec<AuthMethod> {
    let usable = pool.usable_factors(user).into_iter().map(AuthMethod::from);
    usable.filter(|method| authentication.is_enough_with(&[*method])).collect()
}

/// The method that an available challenge proves.
fn method_of(challenge: &str) -> Option<AuthMethod> {
    match challenge {
        "PASSWORD" | "PASSWORD_SRP" => Some(AuthMethod::Password),
        "EMAIL_OTP" => Some(AuthMethod::Email),
        "SMS_OTP" => Some(AuthMethod::Sms),
        "WEB_AUTHN" => Some(AuthMethod::SoftwareKey),
        _ => None,
    }
}

/// The claims of a valid access token of this user.
fn claims_of(pool: &UserPool, user: &User, token: &str, now: SystemTime) -> Result<Claims, AwsError> {
    let claims = tokens::verify(token, unix_seconds(now)).map_err(|error| match error {
        TokenError::Expired { .. } => not_authorized("Access Token has expired"),
        TokenError::Malformed | TokenError::BadSignature => not_authorized("Invalid Access Token"),
    })?;
    let is_of_pool = tokens::text(&claims, "token_use") == Some("access")
        && tokens::is_self_service(tokens::text(&claims, "scope").unwrap_or_default())
        && tokens::text(&claims, "iss") == Some(&pool.issuer());
    let sign_in = tokens::text(&claims, "origin_jti").and_then(|id| pool.sign_ins.find(id));
    let Some(sign_in) = sign_in.filter(|_| is_of_pool) else {
        return Err(not_authorized("Invalid Access Token"));
    };
    if sign_in.is_revoked() {
        return Err(not_authorized("Access Token has been revoked"));
    }
    if sign_in.sub != user.sub {
        return Err(not_authorized("The access token belongs to another user."));
    }
    Ok(claims)
}

fn max_age(text: &str) -> Result<Duration, AwsError> {
    let seconds = text.parse().map_err(|_| invalid_parameter("MAX_AGE is not a non-negative integer."))?;
    Ok(Duration::from_secs(seconds))
}

fn is_recent(claims: &Claims, max_age: Option<Duration>, now: SystemTime) -> bool {
    let Some(max_age) = max_age else { return true };
    let auth_time = claims.get("auth_time").and_then(serde_json::Value::as_u64).unwrap_or_default();
    unix_seconds(now) - i64::try_from(auth_time).unwrap_or_default()
        <= i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::user_pool::testing::{PASSWORD, SrpClient, TestPool, claims, merge, totp_code};

    const MAIL: &str = "ada@example.com";

    fn pool(pool: Value) -> TestPool {
        let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] });
        let mut settings = json!({
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
        });
        merge(&mut settings, pool);
        let test = TestPool::with(settings, flows);
        test.add_user("ada", &[("email", MAIL), ("email_verified", "true")]);
        test.add_user("bob", &[]);
        test
    }

    /// Gives ada an authenticator app; returns its secret.
    fn enrol(test: &TestPool) -> Value {
        let config =
            json!({ "MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
        test.admin("SetUserPoolMfaConfig", config).unwrap();
        let token = test.tokens("ada")["AccessToken"].clone();
        let secret =
            test.call("AssociateSoftwareToken", json!({ "AccessToken": token })).unwrap()["SecretCode"]
                .clone();
        let verify = json!({ "AccessToken": token, "UserCode": totp_code(test, &secret, -1) });
        test.call("VerifySoftwareToken", verify).unwrap();
        secret
    }

    fn begin(test: &TestPool, parameters: Value) -> Result<Value, AwsError> {
        let mut all = json!({ "USERNAME": "ada" });
        merge(&mut all, parameters);
        test.call("InitiateAuth", json!({ "AuthFlow": "USER_AUTH", "AuthParameters": all }))
    }

    fn to_level(test: &TestPool, level: u8, parameters: Value) -> Result<Value, AwsError> {
        let mut all = json!({ "TARGET_ACR_VALUES": format!("urn:cognito:loa:{level}") });
        merge(&mut all, parameters);
        begin(test, all)
    }

    fn answer(test: &TestPool, challenge: &Value, responses: Value) -> Result<Value, AwsError> {
        let mut all = json!({ "USERNAME": "ada" });
        merge(&mut all, responses);
        test.answer(challenge["ChallengeName"].as_str().unwrap(), Some(&challenge["Session"]), all)
    }

    fn by_password(test: &TestPool, choice: &Value) -> Value {
        answer(test, choice, json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD })).unwrap()
    }

    /// `acr` and `amr` of both tokens.
    fn proved(answer: &Value) -> (Value, Value) {
        let result = &answer["AuthenticationResult"];
        let [id, access] = ["IdToken", "AccessToken"].map(|name| claims(&result[name]));
        assert_eq!((&id["acr"], &id["amr"]), (&access["acr"], &access["amr"]));
        (id["acr"].clone(), id["amr"].clone())
    }

    #[test]
    fn only_a_sign_in_that_asks_for_a_level_has_the_claims() {
        let test = pool(json!({}));
        let plain = by_password(&test, &begin(&test, json!({})).unwrap());
        assert_eq!(proved(&plain), (Value::Null, Value::Null));
        let asked = by_password(&test, &to_level(&test, 1, json!({})).unwrap());
        assert_eq!(proved(&asked), (json!("urn:cognito:loa:1"), json!(["pwd"])));
    }

    #[test]
    fn the_token_s_factors_count_and_only_the_missing_one_is_asked_for() {
        let test = pool(json!({}));
        let secret = enrol(&test);
        let first =
            by_password(&test, &to_level(&test, 1, json!({})).unwrap())["AuthenticationResult"].clone();
        test.advance(30);
        let missing = to_level(&test, 4, json!({ "ACCESS_TOKEN": first["AccessToken"] })).unwrap();
        assert_eq!(missing["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": totp_code(&test, &secret, 0) });
        let done = answer(&test, &missing, code).unwrap();
        assert_eq!(proved(&done), (json!("urn:cognito:loa:4"), json!(["pwd", "otp", "mfa"])));
        let result = &done["AuthenticationResult"];
        assert_ne!(result["RefreshToken"], first["RefreshToken"]);

        test.advance(60);
        let refresh = json!({ "RefreshToken": result["RefreshToken"] });
        let refreshed = test.call("GetTokensFromRefreshToken", refresh).unwrap();
        assert_eq!(proved(&refreshed), proved(&done), "a refresh keeps both");
        let time = |token: &Value| claims(token)["auth_time"].clone();
        assert_eq!(time(&refreshed["AuthenticationResult"]["IdToken"]), time(&result["IdToken"]));

        let met = to_level(&test, 3, json!({ "ACCESS_TOKEN": result["AccessToken"] })).unwrap_err();
        assert_eq!(met.code, "InvalidParameterException");
        assert!(met.message.contains("already"), "{met}");
        let old = json!({ "ACCESS_TOKEN": result["AccessToken"], "MAX_AGE": "30" });
        assert_eq!(to_level(&test, 4, old).unwrap()["ChallengeName"], "SELECT_CHALLENGE");
    }

    #[test]
    fn a_level_from_scratch_asks_for_all_of_its_factors_whatever_the_pool_asks_for() {
        let test = pool(json!({}));
        let secret = enrol(&test);
        let choice = to_level(&test, 4, json!({})).unwrap();
        assert_eq!(
            choice["AvailableChallenges"],
            json!(["PASSWORD", "PASSWORD_SRP"]),
            "a code leads nowhere"
        );
        assert!(answer(&test, &choice, json!({ "ANSWER": "EMAIL_OTP" })).is_err());

        let srp = SrpClient::new();
        let by_srp = json!({ "ANSWER": "PASSWORD_SRP", "SRP_A": srp.public.to_str_radix(16) });
        let verifier = answer(&test, &choice, by_srp).unwrap();
        let mut responses = srp.answer(&test.pool_id, &verifier, PASSWORD, &test.timestamp());
        responses["USERNAME"] = json!("ada");
        let second = test.answer("PASSWORD_VERIFIER", None, responses).unwrap();
        assert_eq!(second["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": totp_code(&test, &secret, 0) });
        assert_eq!(proved(&answer(&test, &second, code).unwrap()).0, "urn:cognito:loa:4");
    }

    #[test]
    fn a_code_by_mail_is_level_two_and_one_after_the_password_level_three() {
        let test = pool(json!({}));
        let email = json!({ "MfaConfiguration": "OFF", "EmailMfaConfiguration": { "Subject": "Your code" } });
        test.admin("SetUserPoolMfaConfig", email).unwrap();
        let code = to_level(&test, 2, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).unwrap();
        let done = answer(&test, &code, json!({ "EMAIL_OTP_CODE": test.code_to(MAIL) })).unwrap();
        assert_eq!(proved(&done), (json!("urn:cognito:loa:2"), json!(["email_otp"])));
        let second = by_password(&test, &to_level(&test, 3, json!({})).unwrap());
        assert_eq!(second["ChallengeName"], "EMAIL_OTP");
        let done = answer(&test, &second, json!({ "EMAIL_OTP_CODE": test.code_to(MAIL) })).unwrap();
        assert_eq!(proved(&done), (json!("urn:cognito:loa:3"), json!(["pwd", "email_otp", "mfa"])));
    }

    #[test]
    fn the_first_level_that_the_user_can_reach_is_asked_for() {
        let test = pool(json!({}));
        let either = json!({ "TARGET_ACR_VALUES": "urn:cognito:loa:4 urn:example:other urn:cognito:loa:1" });
        let choice = begin(&test, either).unwrap();
        assert_eq!(proved(&by_password(&test, &choice)).0, "urn:cognito:loa:1");
        for (unreachable, words) in
            [("urn:cognito:loa:4", "no authentication factors"), ("gold", "no valid value")]
        {
            let error = begin(&test, json!({ "TARGET_ACR_VALUES": unreachable })).unwrap_err();
            assert_eq!(error.code, "InvalidParameterException");
            assert!(error.message.contains(words), "{error}");
        }
    }

    #[test]
    fn an_access_token_has_to_be_the_user_s_own_and_alive() {
        let test = pool(json!({}));
        let tokens =
            by_password(&test, &to_level(&test, 1, json!({})).unwrap())["AuthenticationResult"].clone();
        let bob = test.tokens("bob");
        let error = begin(&test, json!({ "ACCESS_TOKEN": tokens["AccessToken"] })).unwrap_err();
        assert_eq!(error.code, "InvalidParameterException", "a level is missing");
        let with = |token: &Value| to_level(&test, 2, json!({ "ACCESS_TOKEN": token }));
        for token in [&bob["AccessToken"], &tokens["IdToken"], &json!("a.b.c")] {
            assert_eq!(with(token).unwrap_err().code, "NotAuthorizedException");
        }
        for age in ["-1", "soon", "1.5"] {
            let error = to_level(&test, 1, json!({ "MAX_AGE": age })).unwrap_err();
            assert_eq!(error.code, "InvalidParameterException", "{age}");
        }
        assert!(with(&tokens["AccessToken"]).is_ok());
        test.call("RevokeToken", json!({ "Token": tokens["RefreshToken"] })).unwrap();
        assert_eq!(with(&tokens["AccessToken"]).unwrap_err().message, "Access Token has been revoked");
    }

    #[test]
    fn levels_have_the_pool_s_names_in_pools_above_the_lite_plan() {
        let gold = json!({ "Level1": { "AcrValue": "https://example.com/gold" } });
        let test = pool(json!({ "AcrConfiguration": gold }));
        assert!(to_level(&test, 1, json!({})).is_err(), "it has another name");
        let choice = begin(&test, json!({ "TARGET_ACR_VALUES": "https://example.com/gold" })).unwrap();
        assert_eq!(proved(&by_password(&test, &choice)).0, "https://example.com/gold");

        let lite = json!({ "PoolName": "lite", "UserPoolTier": "LITE", "AcrConfiguration": gold });
        assert_eq!(test.admin("CreateUserPool", lite).unwrap_err().code, "FeatureUnavailableInTierException");
    }
}
