//! The account's limits: requests per second by category of operations, and mails per day.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use crate::{clock::unix_seconds, error::AwsError};

/// The limits that tests set. Also at `/_local/limits`: `POST` replaces the [`LimitValues`], `GET` shows them.
///
/// AWS has defaults, such as 120 sign-ins a second and 50 mails a day. local-aws limits only what a test asks for.
#[derive(Debug, Default)]
pub struct Limits {
    state: Mutex<State>,
}

/// The values of the limits.
///
/// ```json
/// { "requestsPerSecond": { "UserAuthentication": 1 }, "mailsPerDay": 50 }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitValues {
    /// Requests per second to the operations of user pools, by AWS's category, such as `UserAuthentication`. Default: no limit.
    #[serde(default)]
    pub requests_per_second: BTreeMap<Category, u32>,
    /// Mails per day that Cognito sends for pools without an identity of Amazon SES. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mails_per_day: Option<u32>,
}

/// AWS's categories of the operations of clients, each with a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Category {
    /// Sign-ins and challenges.
    UserAuthentication,
    /// Sign-ups and their confirmation.
    UserCreation,
    /// Forgotten and changed passwords.
    UserAccountRecovery,
    /// Reads of a user.
    UserRead,
    /// Changes of a user.
    UserUpdate,
    /// Refreshed and revoked tokens.
    UserToken,
    /// Reads of what belongs to a user, such as devices, and codes for addresses.
    UserResourceRead,
    /// Changes of what belongs to a user, such as devices and second factors.
    UserResourceUpdate,
}

#[derive(Debug, Default)]
struct State {
    values: LimitValues,
    requests: HashMap<Category, Count>,
    mails: Count,
}

/// The events of one second or one day.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    period: i64,
    taken: u32,
}

const DAY_SECONDS: i64 = 24 * 3600;

impl Limits {
    /// Replaces the limits, and begins to count anew.
    pub fn set(&self, values: LimitValues) {
        *self.state() = State { values, ..State::default() };
    }

    /// The limits.
    pub fn values(&self) -> LimitValues {
        self.state().values.clone()
    }

    /// Counts a request to an operation of user pools.
    ///
    /// # Errors
    /// `TooManyRequestsException`.
    pub(crate) fn take_request(&self, operation: &str, now: SystemTime) -> Result<(), AwsError> {
        let Some(category) = Category::of(operation) else { return Ok(()) };
        let mut state = self.state();
        let Some(limit) = state.values.requests_per_second.get(&category).copied() else { return Ok(()) };
        if state.requests.entry(category).or_default().take(unix_seconds(now), limit) {
            return Ok(());
        }
        Err(AwsError::new("TooManyRequestsException", "Rate exceeded"))
    }

    /// Counts a mail that Cognito sends itself.
    ///
    /// # Errors
    /// `LimitExceededException`.
    pub(crate) fn take_mail(&self, now: SystemTime) -> Result<(), AwsError> {
        let mut state = self.state();
        let Some(limit) = state.values.mails_per_day else { return Ok(()) };
        if state.mails.take(unix_seconds(now) / DAY_SECONDS, limit) {
            return Ok(());
        }
        Err(AwsError::new(
            "LimitExceededException",
            "Exceeded daily email limit for the operation or the account. If a higher limit is required, please configure \
             your user pool to use your own Amazon SES configuration for sending email.",
        ))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    fn take(&mut self, period: i64, limit: u32) -> bool {
        if self.period != period {
            *self = Self { period, taken: 0 };
        }
        if self.taken >= limit {
            return false;
        }
        self.taken += 1;
        true
    }
}

impl Category {
    /// The category of an operation of clients. Those of administrators are not limited.
    fn of(operation: &str) -> Option<Self> {
        Some(match operation {
            "InitiateAuth" | "RespondToAuthChallenge" => Self::UserAuthentication,
            "SignUp" | "ConfirmSignUp" => Self::UserCreation,
            "ForgotPassword" | "ConfirmForgotPassword" | "ChangePassword" => Self::UserAccountRecovery,
            "GetUser" | "GetUserAuthFactors" => Self::UserRead,
            "UpdateUserAttributes"
            | "DeleteUserAttributes"
            | "VerifyUserAttribute"
            | "DeleteUser"
            | "GlobalSignOut" => Self::UserUpdate,
            "GetTokensFromRefreshToken" | "RevokeToken" => Self::UserToken,
            "GetDevice"
            | "ListDevices"
            | "ListUserSessions"
            | "ListWebAuthnCredentials"
            | "GetUserAttributeVerificationCode"
            | "ResendConfirmationCode" => Self::UserResourceRead,
            "ConfirmDevice"
            | "ForgetDevice"
            | "UpdateDeviceStatus"
            | "AssociateSoftwareToken"
            | "VerifySoftwareToken"
            | "SetUserMFAPreference"
            | "SetUserSettings"
            | "StartWebAuthnRegistration"
            | "CompleteWebAuthnRegistration"
            | "DeleteWebAuthnCredential"
            | "RevokeUserSession"
            | "UpdateAuthEventFeedback" => Self::UserResourceUpdate,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn requests_are_limited_by_category_and_second() {
        let limits = Limits::default();
        let values = serde_json::json!({ "requestsPerSecond": { "UserAuthentication": 2 } });
        limits.set(serde_json::from_value(values).unwrap());
        let taken = |operation, second| limits.take_request(operation, at(second)).is_ok();
        assert!(taken("InitiateAuth", 1) && taken("RespondToAuthChallenge", 1));
        assert!(!taken("InitiateAuth", 1));
        assert!(taken("GetUser", 1) && taken("AdminGetUser", 1));
        assert!(taken("InitiateAuth", 2), "a second later");
    }

    #[test]
    fn mails_are_limited_by_the_day() {
        let limits = Limits::default();
        assert_eq!(limits.take_mail(at(0)), Ok(()));
        limits.set(LimitValues { mails_per_day: Some(1), ..LimitValues::default() });
        assert_eq!(limits.take_mail(at(0)), Ok(()));
        assert_eq!(limits.take_mail(at(86_399)).unwrap_err().code, "LimitExceededException");
        assert_eq!(limits.take_mail(at(86_400)), Ok(()));
    }

    #[test]
    fn every_operation_of_a_client_has_a_category() {
        let model: serde_json::Value = serde_json::from_str(include_str!("model.json")).unwrap();
        let operations = model["cognito-idp"]["errors"].as_object().unwrap();
        assert_eq!(operations.len(), 34);
        for operation in operations.keys() {
            assert!(Category::of(operation).is_some(), "{operation}");
        }
    }
}
