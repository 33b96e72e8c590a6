//! The tracked sessions of users: listed, revoked, and limited in number.
//!
//! Those of browsers at managed login (SSO sessions) are not listed.

use std::time::SystemTime;

use rand::seq::IndexedRandom as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Call,
    first_factor::{Tier, unavailable_in_lite},
    invalid_parameter,
    pool::UserPool,
    sign_ins::SignIn,
};
use crate::{clock::json_timestamp, error::AwsError, exchange::Request};

/// The session configuration of a user pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SessionConfiguration {
    user_session_tracking: UserSessionTracking,
    token_session: TokenSession,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum UserSessionTracking {
    Enabled,
    Disabled,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokenSession {
    max_per_user: usize,
}

/// The record of a sign-in in a pool that tracks sessions.
#[derive(Clone, Debug)]
pub(super) struct TrackedSession {
    pub(super) id: String,
    pub(super) last_active: SystemTime,
    device_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListUserSessions {
    access_token: String,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevokeUserSession {
    access_token: String,
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserOfPool {
    user_pool_id: String,
    username: String,
    session_id: Option<String>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetUserPoolSessionConfiguration {
    user_pool_id: String,
    #[serde(flatten)]
    configuration: SessionConfiguration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PoolId {
    user_pool_id: String,
}

impl Default for SessionConfiguration {
    fn default() -> Self {
        Self {
            user_session_tracking: UserSessionTracking::Disabled,
            token_session: TokenSession { max_per_user: 20 },
        }
    }
}

impl SessionConfiguration {
    /// The largest number of sessions of a user, if the pool tracks them.
    pub(super) fn max_per_user(&self) -> Option<usize> {
        (self.user_session_tracking == UserSessionTracking::Enabled)
            .then_some(self.token_session.max_per_user)
    }
}

impl UserPool {
    /// The record of a new sign-in, if the pool tracks sessions. It makes room among the user's sessions.
    pub(super) fn begin_session(&mut self, username: &str, call: &Call<'_>) -> Option<TrackedSession> {
        let max = self.sessions.max_per_user()?;
        self.sign_ins.evict(username, max, call.now);
        Some(TrackedSession::begin(call.request, call.now))
    }
}

impl TrackedSession {
    fn begin(request: &Request, now: SystemTime) -> Self {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

        let mut rng = rand::rng();
        let random = (0..25).filter_map(|_| LETTERS.choose(&mut rng).copied().map(char::from));
        Self {
            id: format!("tkn{}", random.collect::<String>()),
            last_active: now,
            device_type: device_type(request),
        }
    }

    /// A refresh counts as activity.
    pub(super) fn touch(&mut self, request: &Request, now: SystemTime) {
        self.last_active = now;
        self.device_type = device_type(request);
    }
}

/// ListUserSessions.
pub(super) fn list_user_sessions(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ListUserSessions = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    list(pool, &caller.username, input.next_token.as_deref(), Some(&caller.sign_in), call.now)
}

/// AdminListUserSessions.
pub(super) fn admin_list_user_sessions(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: UserOfPool = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let username = pool.find_mut(&input.username)?.username.clone();
    list(pool, &username, input.next_token.as_deref(), None, call.now)
}

/// RevokeUserSession: ends another session of the caller.
pub(super) fn revoke_user_session(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: RevokeUserSession = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    check_tracking(pool)?;
    let own = pool.sign_ins.find(&caller.sign_in).and_then(|sign_in| sign_in.session.as_ref());
    if own.is_some_and(|own| own.id == input.session_id) {
        return Err(invalid_parameter("The current session cannot be revoked."));
    }
    revoke(pool, &caller.username, &input.session_id, call.now)
}

/// AdminRevokeUserSession.
pub(super) fn admin_revoke_user_session(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: UserOfPool = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    check_tracking(pool)?;
    let username = pool.find_mut(&input.username)?.username.clone();
    revoke(pool, &username, &input.session_id.unwrap_or_default(), call.now)
}

/// SetUserPoolSessionConfiguration. It ends no session, even if a user has more than are allowed from now on.
pub(super) fn set_user_pool_session_configuration(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: SetUserPoolSessionConfiguration = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    if pool.settings.user_pool_tier == Tier::Lite {
        return Err(unavailable_in_lite("User Session Tracking"));
    }
    pool.sessions = input.configuration;
    Ok(configuration(pool))
}

/// GetUserPoolSessionConfiguration.
pub(super) fn user_pool_session_configuration(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: PoolId = call.input()?;
    Ok(configuration(call.pools().by_id(&input.user_pool_id)?))
}

fn configuration(pool: &UserPool) -> Value {
    let mut answer = json!(pool.sessions);
    answer["UserPoolId"] = json!(pool.id);
    answer
}

/// All sessions are in one page: there are at most 100.
fn list(
    pool: &UserPool,
    username: &str,
    next_token: Option<&str>,
    current: Option<&str>,
    now: SystemTime,
) -> Result<Value, AwsError> {
    check_tracking(pool)?;
    if next_token.is_some() {
        return Err(invalid_parameter("Invalid pagination token given."));
    }
    let mut sign_ins: Vec<_> = pool.sign_ins.active(username, now).collect();
    sign_ins.sort_by_key(|(sign_in, _)| sign_in.time);
    let sessions = sign_ins.into_iter().map(|(sign_in, session)| {
        json!({
            "SessionId": session.id,
            "SessionType": "TOKEN",
            "ClientId": sign_in.client_id,
            "CreateDate": json_timestamp(sign_in.time),
            "LastActiveDate": json_timestamp(session.last_active),
            "DeviceType": session.device_type,
            "LastIPAddress": "127.0.0.1",
            "LastLocation": { "Country": "unknown" },
            "IsCurrentSession": current == Some(sign_in.id.as_str()),
        })
    });
    Ok(json!({ "Sessions": sessions.collect::<Vec<_>>() }))
}

fn revoke(pool: &mut UserPool, username: &str, id: &str, now: SystemTime) -> Result<Value, AwsError> {
    let found = pool.sign_ins.active(username, now).find(|(_, session)| session.id == id);
    let Some((SignIn { id, .. }, _)) = found else {
        return Err(AwsError::new("ResourceNotFoundException", "Session does not exist."));
    };
    let id = id.clone();
    pool.sign_ins.revoke_sign_in(&id);
    Ok(json!({}))
}

fn check_tracking(pool: &UserPool) -> Result<(), AwsError> {
    if pool.sessions.max_per_user().is_some() {
        return Ok(());
    }
    Err(AwsError::new(
        "OperationNotEnabledException",
        "User session tracking is not enabled for this user pool.",
    ))
}

/// The operating system and the browser of a user agent, as far as its words tell.
fn device_type(request: &Request) -> String {
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    const BROWSERS: [(&str, &str); 4] =
        [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    let agent = request.headers.get(http::header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let agent = agent.unwrap_or_default();
    let find = |words: &[(&str, &'static str)]| {
        words.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name)
    };
    match (find(&SYSTEMS), find(&BROWSERS)) {
        (Some(system), Some(browser)) => format!("{system}, {browser}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::TestPool, *};

    fn tracking(max: usize) -> TestPool {
        let test = TestPool::new();
        track(&test, max);
        test.add_user("ada", &[]);
        test
    }

    fn track(test: &TestPool, max: usize) {
        let configuration =
            json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": max } });
        test.admin("SetUserPoolSessionConfiguration", configuration).unwrap();
    }

    fn sessions(test: &TestPool, tokens: &Value) -> Vec<Value> {
        let answer = test.call("ListUserSessions", json!({ "AccessToken": tokens["AccessToken"] })).unwrap();
        answer["Sessions"].as_array().unwrap().clone()
    }

    fn current(test: &TestPool, tokens: &Value) -> Value {
        let all = sessions(test, tokens);
        all.into_iter().find(|session| session["IsCurrentSession"] == true).unwrap()["SessionId"].clone()
    }

    fn refresh(test: &TestPool, tokens: &Value) -> Result<Value, AwsError> {
        test.call("GetTokensFromRefreshToken", json!({ "RefreshToken": tokens["RefreshToken"] }))
    }

    fn revoke(test: &TestPool, tokens: &Value, id: &Value) -> Result<Value, AwsError> {
        test.call("RevokeUserSession", json!({ "AccessToken": tokens["AccessToken"], "SessionId": id }))
    }

    #[test]
    fn a_pool_tracks_sessions_only_if_it_is_told_to() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let tokens = test.tokens("ada");
        let configuration = test.admin("GetUserPoolSessionConfiguration", json!({})).unwrap();
        assert_eq!(configuration["UserSessionTracking"], "DISABLED");
        assert_eq!(configuration["TokenSession"]["MaxPerUser"], 20);
        let list = json!({ "AccessToken": tokens["AccessToken"] });
        assert_eq!(test.call("ListUserSessions", list).unwrap_err().code, "OperationNotEnabledException");
        let id = json!(format!("tkn{}", "a".repeat(25)));
        assert_eq!(revoke(&test, &tokens, &id).unwrap_err().code, "OperationNotEnabledException");

        track(&test, 20);
        assert!(sessions(&test, &tokens).is_empty(), "it began before the pool tracked sessions");
        for max in [0, 101] {
            let wrong = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": max } });
            assert!(test.admin("SetUserPoolSessionConfiguration", wrong).is_err());
        }
    }

    #[test]
    fn a_user_sees_the_own_sessions_and_no_others() {
        let test = tracking(20);
        test.add_user("bob", &[]);
        let phone = test.tokens("ada");
        test.advance(5);
        let (laptop, _) = (test.tokens("ada"), test.tokens("bob"));
        test.advance(10);
        refresh(&test, &phone).unwrap();
        let sessions = sessions(&test, &laptop);
        assert_eq!(sessions.len(), 2);
        assert_eq!(
            (&sessions[0]["IsCurrentSession"], &sessions[1]["IsCurrentSession"]),
            (&json!(false), &json!(true))
        );
        let id = sessions[0]["SessionId"].as_str().unwrap();
        assert!(id.starts_with("tkn") && id.len() == 28, "{id}");
        assert_eq!(sessions[0]["ClientId"], test.client_id);
        let seconds = |name: &str| sessions[0][name].as_f64().unwrap();
        assert!(seconds("LastActiveDate") >= seconds("CreateDate") + 15.0, "a refresh counts");
        let admin = test.admin("AdminListUserSessions", json!({ "Username": "ada" })).unwrap();
        assert_eq!(admin["Sessions"].as_array().unwrap().len(), 2);
        assert_eq!(admin["Sessions"][1]["IsCurrentSession"], false);
    }

    #[test]
    fn another_session_of_one_s_own_is_revoked_and_no_other() {
        let test = tracking(20);
        test.add_user("bob", &[]);
        let (phone, laptop, bob) = (test.tokens("ada"), test.tokens("ada"), test.tokens("bob"));
        let own = revoke(&test, &laptop, &current(&test, &laptop)).unwrap_err();
        assert_eq!(own.code, "InvalidParameterException");
        let unknown = json!(format!("tkn{}", "a".repeat(25)));
        for id in [current(&test, &bob), unknown] {
            assert_eq!(revoke(&test, &laptop, &id).unwrap_err().code, "ResourceNotFoundException");
        }
        assert!(revoke(&test, &laptop, &json!("short")).unwrap_err().message.contains("at 'sessionId'"));

        let id = current(&test, &phone);
        revoke(&test, &laptop, &id).unwrap();
        assert_eq!(refresh(&test, &phone).unwrap_err().message, "Refresh Token has been revoked");
        assert!(refresh(&test, &laptop).is_ok() && refresh(&test, &bob).is_ok());
        assert_eq!(revoke(&test, &laptop, &id).unwrap_err().code, "ResourceNotFoundException");

        let input = json!({ "Username": "bob", "SessionId": current(&test, &bob) });
        test.admin("AdminRevokeUserSession", input).unwrap();
        assert!(refresh(&test, &bob).is_err());
    }

    #[test]
    fn one_session_too_many_evicts_the_one_that_was_not_used_for_the_longest_time() {
        let test = tracking(2);
        let first = test.tokens("ada");
        test.advance(1);
        let second = test.tokens("ada");
        test.advance(1);
        refresh(&test, &first).unwrap();
        test.advance(1);
        let third = test.tokens("ada");
        assert_eq!(refresh(&test, &second).unwrap_err().message, "Refresh Token has been revoked");
        assert!(refresh(&test, &first).is_ok() && refresh(&test, &third).is_ok());

        track(&test, 1);
        assert_eq!(sessions(&test, &third).len(), 2, "the new limit applies at the next sign-in");
        let fourth = test.tokens("ada");
        assert_eq!(sessions(&test, &fourth).len(), 1);
        assert!(refresh(&test, &first).is_err() && refresh(&test, &third).is_err());
    }
}
