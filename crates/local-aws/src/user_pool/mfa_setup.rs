//! Setting up second factors, during a sign-in or later.

#[cfg(test)]
mod tests;

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
