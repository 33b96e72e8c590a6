//! Threat protection: the sign-ins of a user, what is suspicious about them, and what people say of them.
//!
//! AWS does not say how it rates a sign-in. Here, one that follows three wrong passwords has a low risk, and no other has any.

use std::time::SystemTime;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Call, admin_users::find, not_authorized, pool::UserPool, user::User};
use crate::{
    clock::json_timestamp,
    error::AwsError,
    messages::{Medium, Message, Purpose},
};

/// `UserPoolAddOns` of a user pool.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct UserPoolAddOns {
    advanced_security_mode: AdvancedSecurityMode,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum AdvancedSecurityMode {
    #[default]
    Off,
    /// Sign-ins are recorded.
    Audit,
    /// The risk configuration is acted upon as well.
    Enforced,
}

/// One sign-in, or an attempt.
pub(super) struct AuthEvent {
    id: String,
    time: SystemTime,
    passed: bool,
    is_risky: bool,
    /// The secret in the mail to the user.
    feedback_token: String,
    feedback: Option<Feedback>,
}

struct Feedback {
    value: String,
    provider: &'static str,
    time: SystemTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateAuthEventFeedback {
    user_pool_id: String,
    username: String,
    event_id: String,
    feedback_token: Option<String>,
    feedback_value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListUserAuthEvents {
    user_pool_id: String,
    username: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetRiskConfiguration {
    user_pool_id: String,
    account_takeover_risk_configuration: AccountTakeoverRiskConfiguration,
}

/// The reaction to a risky sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccountTakeoverRiskConfiguration {
    actions: Actions,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Actions {
    #[serde(skip_serializing_if = "Option::is_none")]
    low_action: Option<Action>,
    #[serde(skip_serializing_if = "Option::is_none")]
    medium_action: Option<Action>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high_action: Option<Action>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Action {
    notify: bool,
    event_action: EventAction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum EventAction {
    NoAction,
    Block,
    MfaIfConfigured,
    MfaRequired,
}

const SUSPICIOUS_AFTER: usize = 3;
const PAGE: usize = 60;

/// Records a wrong password.
pub(super) fn failed(pool: &mut UserPool, username: &str, now: SystemTime) {
    if pool.settings.user_pool_add_ons.is_on()
        && let Ok(user) = pool.user_mut(username)
    {
        user.auth_events.push(AuthEvent::new(false, false, now));
    }
}

/// Records a sign-in, tells the user if it is suspicious, and refuses it if the pool says so.
///
/// # Errors
/// `NotAuthorizedException`.
pub(super) fn passed(call: &Call<'_>, pool: &mut UserPool, username: &str) -> Result<(), AwsError> {
    let add_ons = pool.settings.user_pool_add_ons;
    if !add_ons.is_on() {
        return Ok(());
    }
    let user = pool.user(username)?;
    let failures = user.auth_events.iter().rev().take_while(|event| !event.passed).count();
    let is_risky = failures >= SUSPICIOUS_AFTER;
    let action = pool.risk_configuration.as_ref().and_then(|risk| risk.actions.low_action.clone());
    let action =
        action.filter(|_| is_risky && add_ons.advanced_security_mode == AdvancedSecurityMode::Enforced);
    let blocks = action.as_ref().is_some_and(|action| action.event_action == EventAction::Block);
    let event = AuthEvent::new(!blocks, is_risky, call.now);
    if action.is_some_and(|action| action.notify)
        && let Some(to) = user.attribute("email")
    {
        call.account.messages.send(Message {
            to: to.to_owned(),
            username: username.to_owned(),
            user_pool_id: pool.id.clone(),
            medium: Medium::Email,
            purpose: Purpose::SuspiciousSignIn,
            code: event.feedback_token.clone(),
            sent_at: call.now,
        });
    }
    pool.user_mut(username)?.auth_events.push(event);
    if blocks {
        return Err(not_authorized("Unable to login because of security reasons"));
    }
    Ok(())
}

/// UpdateAuthEventFeedback: the user says by the link in the mail whether it was them.
pub(super) fn update_feedback(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: UpdateAuthEventFeedback = call.input()?;
    let token = input.feedback_token.clone().unwrap_or_default();
    give_feedback(call, &input, "User", |event| event.feedback_token == token)
}

/// AdminUpdateAuthEventFeedback.
pub(super) fn admin_update_feedback(call: &Call<'_>) -> Result<Value, AwsError> {
    give_feedback(call, &call.input()?, "Admin", |_| true)
}

pub(super) fn list_user_auth_events(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ListUserAuthEvents = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = find(&mut pools, &input.user_pool_id, &input.username)?;
    check_on(pool)?;
    let start: usize = input.next_token.and_then(|token| token.parse().ok()).unwrap_or_default();
    let size = input.max_results.filter(|most| *most > 0).unwrap_or(PAGE);
    let events = &pool.user(&username)?.auth_events;
    // The newest is the first.
    let page: Vec<_> = events.iter().rev().skip(start).take(size).map(AuthEvent::to_json).collect();
    let mut answer = json!({ "AuthEvents": page });
    if start + size < events.len() {
        answer["NextToken"] = json!((start + size).to_string());
    }
    Ok(answer)
}

pub(super) fn set_risk_configuration(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: SetRiskConfiguration = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    check_on(pool)?;
    let risk = input.account_takeover_risk_configuration;
    let actions = [&risk.actions.low_action, &risk.actions.medium_action, &risk.actions.high_action];
    let is_mfa = |action: &Action| {
        matches!(action.event_action, EventAction::MfaIfConfigured | EventAction::MfaRequired)
    };
    if actions.into_iter().flatten().any(is_mfa) {
        return Err(AwsError::new(
            "NotImplemented",
            "local-aws asks for no second factor because of a risk.",
        )
        .with_status(http::StatusCode::NOT_IMPLEMENTED));
    }
    let answer = json!({ "RiskConfiguration": {
        "UserPoolId": pool.id, "AccountTakeoverRiskConfiguration": risk,
    } });
    pool.risk_configuration = Some(risk);
    Ok(answer)
}

impl UserPoolAddOns {
    fn is_on(self) -> bool {
        self.advanced_security_mode != AdvancedSecurityMode::Off
    }
}

impl AuthEvent {
    fn new(passed: bool, is_risky: bool, time: SystemTime) -> Self {
        let mut token = [0; 48];
        rand::rng().fill_bytes(&mut token);
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            time,
            passed,
            is_risky,
            feedback_token: URL_SAFE_NO_PAD.encode(token),
            feedback: None,
        }
    }

    fn to_json(&self) -> Value {
        let mut risk = json!({ "RiskDecision": "NoRisk", "CompromisedCredentialsDetected": false });
        if self.is_risky {
            risk["RiskDecision"] = json!(if self.passed { "AccountTakeover" } else { "Block" });
            risk["RiskLevel"] = json!("Low");
        }
        let result = if self.passed { "Success" } else { "Failure" };
        let mut event = json!({
            "EventId": self.id,
            "EventType": "SignIn",
            "CreationDate": json_timestamp(self.time),
            "EventResponse": if self.passed { "Pass" } else { "Fail" },
            "EventRisk": risk,
            "ChallengeResponses": [{ "ChallengeName": "Password", "ChallengeResponse": result }],
        });
        if let Some(feedback) = &self.feedback {
            event["EventFeedback"] = json!({
                "FeedbackValue": feedback.value,
                "Provider": feedback.provider,
                "FeedbackDate": json_timestamp(feedback.time),
            });
        }
        event
    }
}

fn give_feedback(
    call: &Call<'_>,
    input: &UpdateAuthEventFeedback,
    provider: &'static str,
    may: impl Fn(&AuthEvent) -> bool,
) -> Result<Value, AwsError> {
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    check_on(pool)?;
    let user: &mut User = pool.find_mut(&input.username)?;
    let event = user.auth_events.iter_mut().find(|event| event.id == input.event_id);
    let event =
        event.ok_or_else(|| AwsError::new("ResourceNotFoundException", "The event does not exist."))?;
    if !may(event) {
        return Err(not_authorized("Invalid feedback token"));
    }
    event.feedback = Some(Feedback { value: input.feedback_value.clone(), provider, time: call.now });
    Ok(json!({}))
}

fn check_on(pool: &UserPool) -> Result<(), AwsError> {
    if pool.settings.user_pool_add_ons.is_on() {
        return Ok(());
    }
    Err(AwsError::new(
        "UserPoolAddOnNotEnabledException",
        format!("Threat protection is not enabled for user pool {}.", pool.id),
    ))
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{PASSWORD, TestPool},
        *,
    };

    const MAIL: &str = "ada@example.com";

    fn protected(mode: &str, action: &str) -> TestPool {
        let test = TestPool::with(json!({ "UserPoolAddOns": { "AdvancedSecurityMode": mode } }), json!({}));
        let low = json!({ "Notify": true, "EventAction": action });
        let risk = json!({ "AccountTakeoverRiskConfiguration": { "Actions": { "LowAction": low } } });
        test.admin("SetRiskConfiguration", risk).unwrap();
        test.add_user("ada", &[("email", MAIL), ("email_verified", "true")]);
        test
    }

    fn guessed(test: &TestPool) -> Result<Value, AwsError> {
        for _ in 0..SUSPICIOUS_AFTER {
            assert!(test.sign_in("ada", "Wrong-Horse-1").is_err());
        }
        test.sign_in("ada", PASSWORD)
    }

    fn events(test: &TestPool) -> Vec<Value> {
        let answer = test.admin("AdminListUserAuthEvents", json!({ "Username": "ada" })).unwrap();
        answer["AuthEvents"].as_array().unwrap().clone()
    }

    fn feedback(test: &TestPool, id: &Value, token: &str) -> Result<Value, AwsError> {
        test.admin(
            "UpdateAuthEventFeedback",
            json!({ "Username": "ada", "EventId": id, "FeedbackToken": token, "FeedbackValue": "Invalid" }),
        )
    }

    #[test]
    fn a_suspicious_sign_in_is_told_and_the_user_says_whether_it_was_them() {
        let test = protected("ENFORCED", "NO_ACTION");
        test.sign_in("ada", PASSWORD).unwrap();
        assert!(test.account.messages.last_to(MAIL).is_none(), "nothing is suspicious");
        guessed(&test).unwrap();
        let listed = events(&test);
        assert_eq!(listed.len(), 5);
        assert_eq!(
            (&listed[0]["EventResponse"], &listed[1]["EventResponse"]),
            (&json!("Pass"), &json!("Fail"))
        );
        assert_eq!(listed[0]["EventRisk"]["RiskLevel"], "Low");
        assert_eq!(listed[4]["EventRisk"]["RiskDecision"], "NoRisk");

        let id = &listed[0]["EventId"];
        let token = test.code_to(MAIL);
        assert_eq!(feedback(&test, id, "guessed").unwrap_err().code, "NotAuthorizedException");
        assert_eq!(
            feedback(&test, &listed[1]["EventId"], &token).unwrap_err().code,
            "NotAuthorizedException"
        );
        assert_eq!(feedback(&test, &json!("none"), &token).unwrap_err().code, "ResourceNotFoundException");
        feedback(&test, id, &token).unwrap();
        assert_eq!(events(&test)[0]["EventFeedback"]["Provider"], "User");
        assert_eq!(events(&test)[0]["EventFeedback"]["FeedbackValue"], "Invalid");
        let admin = json!({ "Username": "ada", "EventId": listed[1]["EventId"], "FeedbackValue": "Valid" });
        test.admin("AdminUpdateAuthEventFeedback", admin).unwrap();
        assert_eq!(events(&test)[1]["EventFeedback"]["Provider"], "Admin");
    }

    #[test]
    fn a_pool_may_block_what_is_suspicious_and_only_record_it() {
        let test = protected("ENFORCED", "BLOCK");
        let blocked = guessed(&test).unwrap_err();
        assert_eq!(
            blocked.to_string(),
            "NotAuthorizedException: Unable to login because of security reasons"
        );
        let test = protected("AUDIT", "BLOCK");
        assert!(guessed(&test).is_ok() && test.account.messages.last_to(MAIL).is_none());
        assert_eq!(events(&test)[0]["EventRisk"]["RiskLevel"], "Low");
    }

    #[test]
    fn without_threat_protection_there_are_no_events() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        test.sign_in("ada", PASSWORD).unwrap();
        let risk = json!({ "AccountTakeoverRiskConfiguration": { "Actions": {} } });
        for refused in [
            test.admin("AdminListUserAuthEvents", json!({ "Username": "ada" })),
            test.admin("SetRiskConfiguration", risk),
            feedback(&test, &json!("id"), "token"),
        ] {
            assert_eq!(refused.unwrap_err().code, "UserPoolAddOnNotEnabledException");
        }
    }

    #[test]
    fn events_come_in_pages() {
        let test = protected("AUDIT", "NO_ACTION");
        for _ in 0..3 {
            test.sign_in("ada", PASSWORD).unwrap();
        }
        let page = |token: Value| {
            let input = json!({ "Username": "ada", "MaxResults": 2, "NextToken": token });
            test.admin("AdminListUserAuthEvents", input).unwrap()
        };
        let first = page(Value::Null);
        assert_eq!(first["AuthEvents"].as_array().map(Vec::len), Some(2));
        let second = page(first["NextToken"].clone());
        assert_eq!(second["AuthEvents"].as_array().map(Vec::len), Some(1));
        assert!(second.get("NextToken").is_none());
    }
}
