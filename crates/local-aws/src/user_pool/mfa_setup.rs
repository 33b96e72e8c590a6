//! Setting up second factors, during a sign-in or from the account.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Pools,
    challenge::Challenge,
    invalid_parameter,
    mfa::{Factor, SoftwareToken, SoftwareTokenError},
    not_authorized,
    pool::UserPool,
    self_service::add_mfa,
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
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FactorPreference {
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    preferred_mfa: bool,
}

/// AssociateSoftwareToken: gives the secret for an authenticator app.
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

/// VerifySoftwareToken: a first code shows that the authenticator app has the secret.
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

/// SetUserMFAPreference: switches second factors on and off, and says which is asked for first.
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
    let mut answer = json!({ "Username": user.username, "ConfiguredUserAuthFactors": ["PASSWORD"] });
    add_mfa(&mut answer, user);
    Ok(answer)
}

fn apply(pool: &mut UserPool, username: &str, preference: &Preference) -> Result<Value, AwsError> {
    let settings = [
        (Factor::Sms, &preference.sms),
        (Factor::SoftwareToken, &preference.software_token),
        (Factor::Email, &preference.email),
    ];
    let wanted = || settings.iter().filter_map(|(factor, setting)| Some((*factor, setting.as_ref()?)));
    if wanted().filter(|(_, setting)| setting.preferred_mfa).count() > 1 {
        return Err(invalid_parameter("Only one MFA method can be preferred."));
    }
    for (factor, setting) in wanted() {
        if setting.preferred_mfa && !setting.enabled {
            return Err(invalid_parameter("A disabled MFA method cannot be preferred."));
        }
        if setting.enabled {
            check_can_enable(pool, username, factor)?;
        }
    }
    let mfa = &mut pool.user_mut(username)?.mfa;
    for (factor, setting) in wanted() {
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
    Ok(json!({}))
}

fn check_can_enable(pool: &UserPool, username: &str, factor: Factor) -> Result<(), AwsError> {
    let user = pool.user(username)?;
    if !pool.offered_factors.has(factor) {
        return Err(invalid_parameter(format!("{} is not enabled for this user pool.", factor.name())));
    }
    let is_set_up = match factor.address() {
        None if user.mfa.software_token.is_none() => {
            return Err(invalid_parameter("User has not verified software token mfa"));
        }
        None => true,
        Some(address) => user.is_verified(address),
    };
    if is_set_up {
        return Ok(());
    }
    Err(invalid_parameter(format!("User does not have a verified address for {}.", factor.name())))
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
        SoftwareTokenError::Mismatch => AwsError::new("EnableSoftwareTokenMFAException", "Code mismatch"),
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

/// Every step of the set-up answers a new session in the place of the one that came.
fn renewed_session(pool: &mut UserPool, session: &str, call: &Call<'_>) -> Result<String, AwsError> {
    pool.challenges.renew(session, call.now).ok_or_else(|| not_authorized("Invalid session for the user."))
}

fn not_associated() -> AwsError {
    AwsError::new("SoftwareTokenMFANotFoundException", "No software token was associated.")
}
