//! The account, the pool's settings and its triggers, and what nobody knows.

use serde_json::json;

use super::{Cause, FIREWALL, INSIDE_AWS, Request, Step, UNKNOWN};

const NO_LIMITS: &str = r#"{"requestsPerSecond":{"UserAuthentication":0,"UserCreation":0,"UserAccountRecovery":0,"UserRead":0,"UserUpdate":0,"UserToken":0,"UserResourceRead":0,"UserResourceUpdate":0}}"#;

/// The account's limits, the region, and what is between AWS and the client.
pub fn of_account(_operation: &str, error: &str) -> Option<Cause> {
    use Step::{Admin, Fault, Limits, Region};

    Some(match error {
        "TooManyRequests" => {
            Cause::asked("more requests a second than the account has", "Rate exceeded", &[Limits(NO_LIMITS)])
        }
        "OperationNotEnabled" => Cause::asked(
            "a replica region that is not active",
            "is not enabled for user pool",
            &[Admin("CreateUserPoolReplica", r#"{"RegionName":"us-east-1"}"#), Region("us-east-1")],
        ),
        "Forbidden" => Cause::injected(
            FIREWALL,
            &[Fault(403, "ForbiddenException", "Request not allowed due to WAF block.")],
        ),
        "InternalError" => {
            Cause::injected(INSIDE_AWS, &[Fault(500, "InternalErrorException", "Something went wrong.")])
        }
        _ => return None,
    })
}

/// Passwords, names and factors that the pool does not take.
pub fn of_password(operation: &str, error: &str) -> Option<Cause> {
    use Step::Members;

    const WEAK: &str = "Password did not conform with policy: Password not long enough";
    let remembers = || json!({ "Policies": { "PasswordPolicy": { "PasswordHistorySize": 2 } } });
    let history = |steps| {
        Cause::asked("a password of before", "Password has previously been used.", steps).pool(remembers)
    };
    Some(match (operation, error) {
        ("SignUp" | "ConfirmForgotPassword", "InvalidPassword") => {
            Cause::asked("a weak password", WEAK, &[Members(r#"{"Password":"weak"}"#)])
        }
        ("ChangePassword", "InvalidPassword") => {
            Cause::asked("a weak password", WEAK, &[Members(r#"{"ProposedPassword":"weak"}"#)])
        }
        ("RespondToAuthChallenge", "InvalidPassword") => {
            Cause::asked("a weak password", WEAK, &[]).request(Request::NewPassword("weak", "{}"))
        }
        ("ConfirmForgotPassword", "PasswordHistoryPolicyViolation") => {
            history(&[Members(r#"{"Password":"Correct-Horse-1"}"#)])
        }
        ("ChangePassword", "PasswordHistoryPolicyViolation") => {
            history(&[Members(r#"{"ProposedPassword":"Correct-Horse-1"}"#)])
        }
        ("RespondToAuthChallenge", "PasswordHistoryPolicyViolation") => {
            history(&[]).request(Request::NewPassword("Temporary-Horse-1", "{}"))
        }
        (_, "AliasExists") => {
            Cause::asked("another user signs in with it", "already exists", &[]).request(Request::Alias)
        }
        ("RespondToAuthChallenge", "MFAMethodNotFound") => Cause::asked(
            "the pool requires SMS, and the user has no phone",
            "No MFA mechanism registerd in the account.",
            &[],
        )
        .mfa(|| {
            json!({
                "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": false },
                "EmailMfaConfiguration": null,
            })
        }),
        _ => return None,
    })
}

/// Lambda triggers that refuse, cannot be run, or answer nonsense.
pub fn of_trigger(operation: &str, error: &str) -> Option<Cause> {
    macro_rules! steps {
        ($trigger:literal, $error:expr) => {
            match $error {
                "UserLambdaValidation" => &[Step::Trigger($trigger, r#"{"throws":"not today"}"#)],
                "UnexpectedLambda" => &[Step::Trigger($trigger, r#"{"notInvoked":true}"#)],
                _ => &[Step::Trigger($trigger, r#"{"output":"nonsense"}"#)],
            }
        };
    }

    let (how, message) = match error {
        "UserLambdaValidation" => ("a trigger throws an error", "failed with error not today."),
        "UnexpectedLambda" => ("Cognito may not run a trigger", "invocation failed due to error"),
        "InvalidLambdaResponse" => ("a trigger answers nonsense", "Unrecognizable lambda output"),
        _ => return None,
    };
    let steps: &'static [Step] = match operation {
        "SignUp" => steps!("PreSignUp", error),
        "ConfirmSignUp" | "ConfirmForgotPassword" => steps!("PostConfirmation", error),
        "InitiateAuth" => steps!("PreAuthentication", error),
        "RespondToAuthChallenge" => steps!("PostAuthentication", error),
        "GetTokensFromRefreshToken" => steps!("PreTokenGeneration", error),
        "ForgotPassword"
        | "ResendConfirmationCode"
        | "GetUserAttributeVerificationCode"
        | "UpdateUserAttributes" => steps!("CustomMessage", error),
        _ => return None,
    };
    let cause = Cause::asked(how, message, steps);
    Some(if operation == "UpdateUserAttributes" { cause.request(Request::Sends("email")) } else { cause })
}

/// Settings of the app client and the pool.
pub fn of_rest(operation: &str, error: &str) -> Option<Cause> {
    use Step::TokenOf;

    Some(match (operation, error) {
        ("RevokeToken", "UnsupportedOperation") => Cause::asked(
            "the app client does not revoke",
            "Token revocation is not enabled for this client.",
            &[],
        )
        .client(|| json!({ "EnableTokenRevocation": false })),
        ("RevokeToken", "UnsupportedTokenType") => {
            Cause::asked("an access token", "Only refresh tokens can be revoked.", &[TokenOf("AccessToken")])
        }
        ("InitiateAuth", "FeatureUnavailableInTier") => Cause::asked(
            "a choice of first factors in the plan Lite",
            "",
            &[
                Step::Admin(
                    "SetUserPoolSessionConfiguration",
                    r#"{"UserSessionTracking":"DISABLED","TokenSession":{"MaxPerUser":20}}"#,
                ),
                Step::Admin("UpdateUserPool", r#"{"UserPoolTier":"LITE"}"#),
                Step::Members(r#"{"AuthFlow":"USER_AUTH","AuthParameters":{"USERNAME":"ada"}}"#),
            ],
        )
        .client(|| json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"] })),
        ("UpdateAuthEventFeedback", "UserPoolAddOnNotEnabled") => {
            Cause::asked("the pool has no threat protection", "Threat protection is not enabled", &[])
                .pool(|| json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "OFF" } }))
        }
        _ => return None,
    })
}

/// Errors that AWS's model lists without a documented reason.
pub fn unknown(operation: &str, error: &str) -> Option<Cause> {
    use Step::Fault;

    let (steps, operations): (&'static [Step], &[&str]) = match error {
        "InvalidLambdaResponse" => (
            &[Fault(400, "InvalidLambdaResponseException", "Unrecognizable lambda output")],
            &["ConfirmDevice"],
        ),
        "InvalidPassword" => {
            (&[Fault(400, "InvalidPasswordException", "Invalid device password.")], &["ConfirmDevice"])
        }
        "UsernameExists" => {
            (&[Fault(400, "UsernameExistsException", "User already exists")], &["ConfirmDevice"])
        }
        "LimitExceeded" => (
            &[Fault(400, "LimitExceededException", "Attempt limit exceeded, please try after some time.")],
            &["CompleteWebAuthnRegistration", "DeleteWebAuthnCredential", "ListWebAuthnCredentials"],
        ),
        "CodeMismatch" => (
            &[Fault(400, "CodeMismatchException", "Invalid verification code provided, please try again.")],
            &["UpdateUserAttributes", "VerifySoftwareToken"],
        ),
        "ExpiredCode" => (
            &[Fault(400, "ExpiredCodeException", "Invalid code provided, please request a code again.")],
            &["UpdateUserAttributes"],
        ),
        "UnsupportedOperation" => (
            &[Fault(400, "UnsupportedOperationException", "The operation is not supported.")],
            &["InitiateAuth"],
        ),
        "InvalidUserPoolConfiguration" => (
            &[Fault(
                400,
                "InvalidUserPoolConfigurationException",
                "The user pool's configuration is invalid.",
            )],
            &[
                "ConfirmDevice",
                "ForgetDevice",
                "GetDevice",
                "InitiateAuth",
                "ListDevices",
                "RespondToAuthChallenge",
                "UpdateDeviceStatus",
                "VerifySoftwareToken",
            ],
        ),
        _ => return None,
    };
    operations.contains(&operation).then(|| Cause::injected(UNKNOWN, steps))
}
