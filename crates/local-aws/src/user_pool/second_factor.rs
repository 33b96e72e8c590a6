//! What stands between the password and the tokens: a new password, a second factor, or setting one up.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    Call,
    challenge::Challenge,
    client::AppClient,
    code::Code,
    delivery::{masked, medium_name},
    mfa::{Factor, MfaConfiguration},
    not_authorized,
    pool::UserPool,
    tokens,
    user::{User, UserStatus},
};
use crate::{error::AwsError, messages::Purpose};

/// Goes on after the password was right.
pub(super) fn after_first_factor(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    username: &str,
) -> Result<Value, AwsError> {
    let user = pool.user(username)?;
    match user.status {
        UserStatus::Confirmed => ask_for_second_factor(call, pool, client, username),
        UserStatus::Unconfirmed => Err(AwsError::new("UserNotConfirmedException", "User is not confirmed.")),
        UserStatus::ResetRequired => {
            Err(AwsError::new("PasswordResetRequiredException", "Password reset required for the user"))
        }
        UserStatus::ForceChangePassword => {
            if user.temporary_password_expires.is_some_and(|expires| call.now >= expires) {
                return Err(not_authorized(
                    "Temporary password has expired and must be reset by an administrator.",
                ));
            }
            let parameters = new_password_parameters(pool, user);
            Ok(open(
                call,
                pool,
                client,
                username,
                "NEW_PASSWORD_REQUIRED",
                Challenge::NewPassword,
                parameters,
            ))
        }
    }
}

/// Asks for the second factor, or signs in where none is needed.
pub(super) fn ask_for_second_factor(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    username: &str,
) -> Result<Value, AwsError> {
    let mfa = pool.settings.mfa_configuration;
    if mfa == MfaConfiguration::Off {
        return finish(call, pool, client, username);
    }
    let user = pool.user(username)?;
    let mut factors = pool.factors_of(user);
    if factors.is_empty() && mfa == MfaConfiguration::On {
        factors = implied_factors(pool, user);
    }
    let preferred = user.mfa.preferred.filter(|preferred| factors.contains(preferred));
    match (preferred, factors.as_slice()) {
        (Some(factor), _) | (None, &[factor]) => ask_for(call, pool, client, username, factor),
        (None, []) if mfa == MfaConfiguration::On => ask_for_setup(call, pool, client, username),
        (None, []) => finish(call, pool, client, username),
        (None, _) => {
            let names: Vec<_> = factors.iter().map(|factor| factor.name()).collect();
            let mut parameters = identity_parameters(pool.user(username)?);
            parameters.insert("MFAS_CAN_CHOOSE".to_owned(), json!(json!(names).to_string()));
            let challenge = Challenge::SelectMfaType { factors };
            Ok(open(call, pool, client, username, "SELECT_MFA_TYPE", challenge, parameters))
        }
    }
}

/// Asks for one factor that the user has; sends its code where it has one.
pub(super) fn ask_for(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    username: &str,
    factor: Factor,
) -> Result<Value, AwsError> {
    let user = pool.user(username)?;
    let mut parameters = identity_parameters(user);
    let challenge = match factor {
        Factor::SoftwareToken => {
            if let Some(name) =
                user.mfa.software_token.as_ref().and_then(|token| token.friendly_name.as_ref())
            {
                parameters.insert("FRIENDLY_DEVICE_NAME".to_owned(), json!(name));
            }
            Challenge::SoftwareToken
        }
        Factor::Sms | Factor::Email => send_code(call, pool, client, user, factor, false, &mut parameters),
    };
    Ok(open(call, pool, client, username, factor.name(), challenge, parameters))
}

/// Sends a code to the address that the user chose for a second factor by mail.
pub(super) fn ask_for_setup_by_email(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    username: &str,
) -> Result<Value, AwsError> {
    let user = pool.user(username)?;
    let mut parameters = identity_parameters(user);
    let challenge = send_code(call, pool, client, user, Factor::Email, true, &mut parameters);
    Ok(open(call, pool, client, username, Factor::Email.name(), challenge, parameters))
}

/// Signs the user in.
pub(super) fn finish(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    username: &str,
) -> Result<Value, AwsError> {
    let (sign_in, refresh_token) = pool.sign_ins.begin(client, username, call.now);
    let user = pool.user(username)?;
    let result = tokens::authentication_result(pool, client, user, &sign_in, Some(refresh_token), call.now)?;
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
}

/// A pool that insists on a second factor takes a verified address for one.
fn implied_factors(pool: &UserPool, user: &User) -> Vec<Factor> {
    [Factor::Sms, Factor::Email]
        .into_iter()
        .filter(|factor| pool.offered_factors.has(*factor))
        .filter(|factor| factor.address().is_some_and(|attribute| user.is_verified(attribute)))
        .collect()
}

fn ask_for_setup(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &Arc<AppClient>,
    username: &str,
) -> Result<Value, AwsError> {
    let names: Vec<_> = [Factor::SoftwareToken, Factor::Email]
        .into_iter()
        .filter(|factor| pool.offered_factors.has(*factor))
        .map(Factor::name)
        .collect();
    if names.is_empty() {
        return Err(AwsError::new(
            "InvalidUserPoolConfigurationException",
            "The user pool requires MFA but offers no factor that the user can set up.",
        ));
    }
    let mut parameters = identity_parameters(pool.user(username)?);
    parameters.insert("MFAS_CAN_SETUP".to_owned(), json!(json!(names).to_string()));
    let challenge = Challenge::MfaSetup { software_token: None, is_verified: false };
    Ok(open(call, pool, client, username, "MFA_SETUP", challenge, parameters))
}

fn send_code(
    call: &Call<'_>,
    pool: &UserPool,
    client: &AppClient,
    user: &User,
    factor: Factor,
    sets_up: bool,
    parameters: &mut Map<String, Value>,
) -> Challenge {
    let attribute = factor.address().unwrap_or_default();
    let code = Code::new(call.now, client.settings.challenge_lifetime());
    call.send_code(&pool.id, user, attribute, Purpose::SignIn, code.digits());
    let address = user.attribute(attribute).unwrap_or_default();
    parameters.insert("CODE_DELIVERY_DELIVERY_MEDIUM".to_owned(), json!(medium_name(attribute)));
    parameters.insert("CODE_DELIVERY_DESTINATION".to_owned(), json!(masked(attribute, address)));
    Challenge::Code { factor, code, sets_up }
}

/// The attributes that the user has, and those that are still to be given, as JSON in text.
fn new_password_parameters(pool: &UserPool, user: &User) -> Map<String, Value> {
    let missing: Vec<_> = pool
        .schema
        .required()
        .filter(|name| user.attribute(name).is_none())
        .map(|name| format!("userAttributes.{name}"))
        .collect();
    let mut parameters = identity_parameters(user);
    parameters.insert("requiredAttributes".to_owned(), json!(json!(missing).to_string()));
    parameters.insert("userAttributes".to_owned(), json!(json!(user.attributes).to_string()));
    parameters
}

fn identity_parameters(user: &User) -> Map<String, Value> {
    Map::from_iter([("USER_ID_FOR_SRP".to_owned(), json!(user.username))])
}

fn open(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    username: &str,
    name: &str,
    challenge: Challenge,
    parameters: Map<String, Value>,
) -> Value {
    let session = pool.challenges.open(client, username, challenge, call.now);
    json!({ "ChallengeName": name, "Session": session, "ChallengeParameters": parameters })
}
