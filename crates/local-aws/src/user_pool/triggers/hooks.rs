//! The places where operations run triggers, and the events that these get.
//!
//! AWS documents which triggers get the `ClientMetadata` of an operation. InitiateAuth's reaches PreAuthentication, as
//! `validationData`, and UserMigration, but no later trigger of the sign-in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Output, Trigger, unrecognizable};
use crate::{
    account::Account,
    error::AwsError,
    user_pool::{
        Call,
        client::AppClient,
        pool::UserPool,
        schema::{Attributes, Writer},
        sign_in::Parameters,
        sign_up::new_user,
        user::{User, UserStatus},
    },
};

/// The changes to a new user that PreSignUp wants.
#[derive(Default)]
pub(in crate::user_pool) struct SignUpDecision {
    confirms: bool,
    verifies_email: bool,
    verifies_phone: bool,
}

/// The claims that PreTokenGeneration adds to an ID token and removes from it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::user_pool) struct TokenClaims {
    #[serde(rename = "claimsToAddOrOverride")]
    added: Option<BTreeMap<String, String>>,
    #[serde(rename = "claimsToSuppress")]
    removed: Option<Vec<String>>,
    #[serde(rename = "groupOverrideDetails")]
    groups: Option<GroupOverride>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct GroupOverride {
    groups_to_override: Option<Vec<String>>,
    iam_roles_to_override: Option<Vec<String>>,
    preferred_role: Option<String>,
}

/// One run of a trigger.
struct Occasion<'a> {
    trigger: Trigger,
    /// `triggerSource`: the trigger's name, `_`, and this.
    source: &'a str,
    client: Option<&'a AppClient>,
    username: &'a str,
    request: Value,
    response: Value,
}

/// PreSignUp.
pub(in crate::user_pool) fn before_sign_up(
    call: &Call<'_>,
    pool: &UserPool,
    client: &AppClient,
    user: &User,
) -> Result<SignUpDecision, AwsError> {
    let occasion = Occasion {
        trigger: Trigger::PreSignUp,
        source: "SignUp",
        client: Some(client),
        username: &user.username,
        request: json!({
            "userAttributes": user.attributes,
            "validationData": named_values(&call.member("ValidationData")),
            "clientMetadata": call.client_metadata(),
        }),
        response: json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false }),
    };
    let output = occasion.run(call, pool)?;
    output.map_or(Ok(SignUpDecision::default()), |output| SignUpDecision::of(&output))
}

/// PreSignUp for a user of an identity provider, ready to run without a lock of the user pools.
pub(in crate::user_pool) struct ExternalSignUp {
    user_pool_id: String,
    event: Value,
}

pub(in crate::user_pool) fn before_external_sign_up(
    pool: &UserPool,
    client: &AppClient,
    user: &User,
) -> ExternalSignUp {
    let occasion = Occasion {
        trigger: Trigger::PreSignUp,
        source: "ExternalProvider",
        client: Some(client),
        username: &user.username,
        request: json!({
            "userAttributes": attributes_of(Some(user)),
            "validationData": {},
            "clientMetadata": {},
        }),
        response: json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false }),
    };
    ExternalSignUp { user_pool_id: pool.id.clone(), event: occasion.event(pool) }
}

impl ExternalSignUp {
    pub(in crate::user_pool) fn run(self, account: &Account) -> Result<SignUpDecision, AwsError> {
        let output = account.triggers.run(&self.user_pool_id, Trigger::PreSignUp, self.event)?;
        output.map_or(Ok(SignUpDecision::default()), |output| SignUpDecision::of(&output))
    }
}

impl SignUpDecision {
    fn of(output: &Output) -> Result<Self, AwsError> {
        Ok(Self {
            confirms: output.flag("autoConfirmUser")?,
            verifies_email: output.flag("autoVerifyEmail")?,
            verifies_phone: output.flag("autoVerifyPhone")?,
        })
    }

    /// Changes the new user, and returns whether the user needs no code.
    pub(in crate::user_pool) fn apply(&self, user: &mut User) -> bool {
        if self.verifies_email {
            user.set_verified("email", true);
        }
        if self.verifies_phone {
            user.set_verified("phone_number", true);
        }
        if self.confirms {
            user.status = UserStatus::Confirmed;
        }
        self.confirms
    }
}

/// PostConfirmation. `source` is `ConfirmSignUp` or `ConfirmForgotPassword`.
pub(in crate::user_pool) fn user_confirmed(
    call: &Call<'_>,
    pool: &UserPool,
    client: &AppClient,
    source: &str,
    username: &str,
) -> Result<(), AwsError> {
    let user = pool.user(username)?;
    let request =
        json!({ "userAttributes": attributes_of(Some(user)), "clientMetadata": call.client_metadata() });
    let trigger = Trigger::PostConfirmation;
    let occasion = Occasion { trigger, source, client: Some(client), username, request, response: json!({}) };
    occasion.run(call, pool).map(|_| ())
}

/// PreAuthentication, once it is certain that the app client may make such a request.
pub(in crate::user_pool) fn before_authentication(
    call: &Call<'_>,
    pool: &UserPool,
    client: &AppClient,
    flow: &str,
    parameters: &Parameters,
) -> Result<(), AwsError> {
    let Some(typed) = parameters.optional("USERNAME").filter(|_| call.allows_flow(client, flow)) else {
        return Ok(());
    };
    let user = pool.find(typed);
    let is_hidden = client.settings.hides_users();
    if user.is_none() && !is_hidden
        || client.check_secret_hash(typed, parameters.optional("SECRET_HASH")).is_err()
    {
        return Ok(());
    }
    let mut request =
        json!({ "userAttributes": attributes_of(user), "validationData": call.client_metadata() });
    if is_hidden {
        request["userNotFound"] = json!(user.is_none());
    }
    let occasion = Occasion {
        trigger: Trigger::PreAuthentication,
        source: "Authentication",
        client: Some(client),
        username: user.map_or(typed, |user| &user.username),
        request,
        response: json!({}),
    };
    occasion.run(call, pool).map(|_| ())
}

/// PostAuthentication.
pub(in crate::user_pool) fn signed_in(
    call: &Call<'_>,
    pool: &UserPool,
    client: &AppClient,
    user: &User,
    is_new_device: bool,
) -> Result<(), AwsError> {
    let occasion = Occasion {
        trigger: Trigger::PostAuthentication,
        source: "Authentication",
        client: Some(client),
        username: &user.username,
        request: json!({
            "userAttributes": attributes_of(Some(user)),
            "newDeviceUsed": is_new_device,
            "clientMetadata": call.answer_metadata(),
        }),
        response: json!({}),
    };
    occasion.run(call, pool).map(|_| ())
}

/// PreTokenGeneration. `source` is `Authentication` or `RefreshTokens`.
pub(in crate::user_pool) fn before_tokens(
    call: &Call<'_>,
    pool: &UserPool,
    client: &AppClient,
    user: &User,
    source: &str,
) -> Result<TokenClaims, AwsError> {
    let roles = pool.roles_of(user);
    let occasion = Occasion {
        trigger: Trigger::PreTokenGeneration,
        source,
        client: Some(client),
        username: &user.username,
        request: json!({
            "userAttributes": attributes_of(Some(user)),
            "groupConfiguration": {
                "groupsToOverride": pool.groups_of(user),
                "iamRolesToOverride": roles.all,
                "preferredRole": roles.preferred,
            },
            "clientMetadata": call.answer_metadata(),
        }),
        response: json!({ "claimsOverrideDetails": null }),
    };
    let Some(output) = occasion.run(call, pool)? else { return Ok(TokenClaims::default()) };
    match output.0.get("claimsOverrideDetails") {
        None | Some(Value::Null) => Ok(TokenClaims::default()),
        Some(details) => serde_json::from_value(details.clone()).map_err(|_| unrecognizable()),
    }
}

impl TokenClaims {
    /// Changes the claims of an ID token. AWS ignores changes to claims such as `sub`, which say whose token it is.
    pub(in crate::user_pool) fn apply(self, claims: &mut Map<String, Value>) {
        const FIXED: [&str; 14] = [
            "acr",
            "amr",
            "at_hash",
            "aud",
            "auth_time",
            "azp",
            "cognito:username",
            "exp",
            "iat",
            "identities",
            "iss",
            "jti",
            "sub",
            "token_use",
        ];
        if let Some(groups) = self.groups {
            for (name, value) in [
                ("cognito:groups", groups.groups_to_override.map(|groups| json!(groups))),
                ("cognito:roles", groups.iam_roles_to_override.map(|roles| json!(roles))),
                ("cognito:preferred_role", groups.preferred_role.map(|role| json!(role))),
            ] {
                if let Some(value) = value {
                    claims.insert(name.to_owned(), value);
                }
            }
        }
        for name in self.removed.unwrap_or_default() {
            if !FIXED.contains(&name.as_str()) {
                claims.remove(&name);
            }
        }
        for (name, value) in self.added.unwrap_or_default() {
            if !FIXED.contains(&name.as_str()) {
                claims.insert(name, json!(value));
            }
        }
    }
}

/// CustomMessage, before a code is sent.
pub(in crate::user_pool) fn before_message(
    call: &Call<'_>,
    pool: &UserPool,
    user: &User,
) -> Result<(), AwsError> {
    let source = match call.request.operation.as_str() {
        "SignUp" => "SignUp",
        "ResendConfirmationCode" => "ResendCode",
        "ForgotPassword" | "AdminResetUserPassword" => "ForgotPassword",
        "UpdateUserAttributes" => "UpdateUserAttribute",
        "GetUserAttributeVerificationCode" => "VerifyUserAttribute",
        "AdminCreateUser" => "AdminCreateUser",
        _ => "Authentication",
    };
    let occasion = Occasion {
        trigger: Trigger::CustomMessage,
        source,
        client: None,
        username: &user.username,
        request: json!({
            "userAttributes": attributes_of(Some(user)),
            "codeParameter": "{####}",
            "usernameParameter": if source == "AdminCreateUser" { json!("{username}") } else { Value::Null },
            "clientMetadata": call.answer_metadata(),
        }),
        response: json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null }),
    };
    let Some(output) = occasion.run(call, pool)? else { return Ok(()) };
    for text in ["smsMessage", "emailMessage", "emailSubject"] {
        output.text(text)?;
    }
    Ok(())
}

/// UserMigration: adds the user whom the trigger knows, and returns the username.
pub(in crate::user_pool) fn migrated_user(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    typed: &str,
    password: &str,
) -> Result<Option<String>, AwsError> {
    let occasion = Occasion {
        trigger: Trigger::UserMigration,
        source: "Authentication",
        client: Some(client),
        username: typed,
        request: json!({
            "password": password,
            "validationData": call.client_metadata(),
            "clientMetadata": call.client_metadata(),
        }),
        response: json!({ "userAttributes": null, "finalUserStatus": null, "messageAction": null }),
    };
    let Some(output) = occasion.run(call, pool)? else { return Ok(None) };
    let mut attributes: Attributes = output.texts("userAttributes")?.into_iter().collect();
    attributes.remove("username");
    let verified: Vec<_> = ["email", "phone_number"]
        .into_iter()
        .filter(|name| attributes.remove(&format!("{name}_verified")).as_deref() == Some("true"))
        .collect();
    let mut user = new_user(pool, Writer::Administrator, typed, attributes, call.now)?;
    for attribute in verified {
        user.set_verified(attribute, true);
    }
    user.password = Some(pool.verifier(&user.username, password));
    user.status = match output.text("finalUserStatus")? {
        Some("CONFIRMED") => UserStatus::Confirmed,
        Some("FORCE_CHANGE_PASSWORD") => UserStatus::ForceChangePassword,
        // AWS's default: the user has to set a new password.
        None | Some("RESET_REQUIRED") => UserStatus::ResetRequired,
        Some(_) => return Err(unrecognizable()),
    };
    let username = user.username.clone();
    pool.users.insert(username.clone(), user);
    Ok(Some(username))
}

/// Whether the pool has the trigger without which there is no CUSTOM_AUTH.
pub(in crate::user_pool) fn is_custom_auth_set_up(call: &Call<'_>, pool: &UserPool) -> bool {
    call.account.triggers.is_set(&pool.id, Trigger::DefineAuthChallenge)
}

/// Runs one of the triggers of a custom sign-in.
///
/// # Errors
/// `InvalidParameterException` if the pool does not have it.
pub(in crate::user_pool) fn custom_auth_event(
    call: &Call<'_>,
    pool: &UserPool,
    client: &AppClient,
    username: &str,
    trigger: Trigger,
    request: Value,
) -> Result<Output, AwsError> {
    let Value::Object(mut request) = request else { return Err(unrecognizable()) };
    let user = pool.users.get(username);
    request.insert("userAttributes".to_owned(), attributes_of(user));
    if client.settings.hides_users() {
        request.insert("userNotFound".to_owned(), json!(user.is_none()));
    }
    request.insert("clientMetadata".to_owned(), call.answer_metadata());
    let response = match trigger {
        Trigger::DefineAuthChallenge => {
            json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null })
        }
        Trigger::CreateAuthChallenge => {
            json!({ "publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null })
        }
        _ => json!({ "answerCorrect": null }),
    };
    let source = "Authentication";
    let request = Value::Object(request);
    let occasion = Occasion { trigger, source, client: Some(client), username, request, response };
    occasion.run(call, pool)?.ok_or_else(|| {
        AwsError::new(
            "InvalidParameterException",
            "Custom auth lambda trigger is not configured for the user pool.",
        )
    })
}

impl Occasion<'_> {
    fn run(self, call: &Call<'_>, pool: &UserPool) -> Result<Option<Output>, AwsError> {
        call.account.triggers.run(&pool.id, self.trigger, self.event(pool))
    }

    fn event(&self, pool: &UserPool) -> Value {
        // The names of sources differ from the triggers' in one case.
        let prefix = match self.trigger {
            Trigger::PreTokenGeneration => "TokenGeneration",
            trigger => trigger.name(),
        };
        json!({
            "version": "1",
            "region": pool.region,
            "userPoolId": pool.id,
            "userName": self.username,
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown",
                "clientId": self.client.map(|client| client.id.as_str()),
            },
            "triggerSource": format!("{prefix}_{}", self.source),
            "request": self.request,
            "response": self.response,
        })
    }
}

impl Call<'_> {
    fn member(&self, name: &str) -> Value {
        let mut input: Value = serde_json::from_slice(&self.request.body).unwrap_or_default();
        input.get_mut(name).map(Value::take).unwrap_or_default()
    }

    fn client_metadata(&self) -> Value {
        match self.member("ClientMetadata") {
            Value::Null => json!({}),
            metadata => metadata,
        }
    }

    /// The metadata for triggers that do not get InitiateAuth's.
    fn answer_metadata(&self) -> Value {
        if self.request.operation == "InitiateAuth" { json!({}) } else { self.client_metadata() }
    }
}

/// `[{ "Name": …, "Value": … }]` as an object.
fn named_values(list: &Value) -> Value {
    let entries = list.as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((entry["Name"].as_str()?.to_owned(), entry["Value"].clone()))).collect()
}

/// `userAttributes` of an event.
fn attributes_of(user: Option<&User>) -> Value {
    let Some(user) = user else { return json!({}) };
    let mut attributes = json!(user.attributes);
    attributes["sub"] = json!(user.sub);
    attributes["cognito:user_status"] = json!(user.status.name());
    attributes
}
