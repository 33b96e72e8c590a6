//! Messages that cannot be sent, and codes that are wrong.

use serde_json::json;

use super::{Cause, Request, Step};

const SIMULTANEOUS: &str = "injected: two requests at the same moment";
const COGNITO_TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"cognito-idp.amazonaws.com"}}}"#;
const OTHER_TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}}"#;
const ATTEMPT_LIMIT: &str = "Attempt limit exceeded, please try after some time.";

/// Messages that cannot be sent.
pub fn of_message(operation: &str, error: &str) -> Option<Cause> {
    use Step::{Iam, Limits, Repeat};

    const ROLE: &str = "arn:aws:iam::000000000000:role/sms";
    let by_phone = || {
        json!({
            "AutoVerifiedAttributes": ["phone_number"],
            "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "verified_phone_number", "Priority": 1 }] },
            "SmsConfiguration": { "SnsCallerArn": ROLE },
        })
    };
    Some(match (operation, error) {
        (_, "InvalidSmsRoleTrustRelationship") => Cause::asked(
            "the role for SMS does not trust Cognito",
            "Role does not have a trust relationship allowing Cognito to assume the role",
            &[Iam("CreateRole", &[("RoleName", "sms"), ("AssumeRolePolicyDocument", OTHER_TRUST)])],
        )
        .pool(by_phone)
        .request(Request::Sends("phone_number")),
        (_, "InvalidSmsRoleAccessPolicy") => Cause::asked(
            "the role for SMS may not publish",
            "Role does not have permission to publish with SNS",
            &[Iam("CreateRole", &[("RoleName", "sms"), ("AssumeRolePolicyDocument", COGNITO_TRUST)])],
        )
        .pool(by_phone)
        .request(Request::Sends("phone_number")),
        (_, "InvalidEmailRoleAccessPolicy") => Cause::asked(
            "another account's identity for mail",
            "Cognito is not allowed to use your email identity",
            &[],
        )
        .pool(|| {
            json!({ "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": "arn:aws:ses:eu-west-1:111111111111:identity/example.com",
            } })
        })
        .request(Request::Sends("email")),
        (_, "CodeDeliveryFailure") => Cause::asked(
            "a configuration set for mail that is none",
            "Configuration set <none> does not exist.",
            &[],
        )
        .pool(|| {
            json!({ "EmailConfiguration": {
                        "EmailSendingAccount": "DEVELOPER", "ConfigurationSet": "none",
                        "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/example.com",
                    } })
        })
        .request(Request::Sends("email")),
        ("SignUp", "LimitExceeded") => Cause::asked(
            "more mails a day than Cognito sends itself",
            "Exceeded daily email limit for the operation or the account.",
            &[Limits(r#"{"mailsPerDay":0}"#)],
        ),
        (
            "ForgotPassword" | "ResendConfirmationCode" | "GetUserAttributeVerificationCode",
            "LimitExceeded",
        ) => Cause::asked("more codes an hour than a user gets", ATTEMPT_LIMIT, &[Repeat(20)]),
        _ => return None,
    })
}

/// Codes that are wrong.
pub fn of_code(operation: &str, error: &str) -> Option<Cause> {
    use Step::{Fault, Guess, Members};

    const DAY_LATER: &str = "Invalid code provided, please request a code again.";
    Some(match (operation, error) {
        ("ConfirmSignUp" | "ConfirmForgotPassword", "CodeMismatch") => Cause::asked(
            "a wrong code",
            "Invalid verification code provided, please try again.",
            &[Members(r#"{"ConfirmationCode":"wrong"}"#)],
        ),
        ("VerifyUserAttribute", "CodeMismatch") => Cause::asked(
            "a wrong code",
            "Invalid verification code provided, please try again.",
            &[Members(r#"{"Code":"wrong"}"#)],
        ),
        ("RespondToAuthChallenge", "CodeMismatch") => {
            Cause::asked("a wrong code", "Invalid code or auth state for the user.", &[])
                .request(Request::SecondFactor { used: false })
        }
        ("RespondToAuthChallenge", "ExpiredCode") => Cause::asked(
            "a code of the authenticator app that was used",
            "Your software token has already been used once.",
            &[],
        )
        .request(Request::SecondFactor { used: true }),
        ("ConfirmSignUp" | "ConfirmForgotPassword" | "VerifyUserAttribute", "ExpiredCode") => {
            Cause::asked("a code that is a day old", DAY_LATER, &[Step::Later])
        }
        ("ConfirmSignUp", "TooManyFailedAttempts") => {
            Cause::asked("five wrong answers to one code", ATTEMPT_LIMIT, &[Guess(1)])
        }
        ("ConfirmForgotPassword" | "VerifyUserAttribute", "LimitExceeded") => {
            Cause::asked("five wrong answers to one code", ATTEMPT_LIMIT, &[Guess(1)])
        }
        ("ConfirmSignUp", "LimitExceeded") | ("ConfirmForgotPassword", "TooManyFailedAttempts") => {
            Cause::asked("15 wrong answers an hour", ATTEMPT_LIMIT, &[Guess(3)])
        }
        ("ChangePassword", "LimitExceeded") => {
            Cause::asked("five wrong passwords in a row", ATTEMPT_LIMIT, &[Guess(1)])
        }
        ("VerifySoftwareToken", "EnableSoftwareTokenMFA") => Cause::asked(
            "a wrong code of the authenticator app",
            "Code mismatch and fail enable Software Token MFA",
            &[Members(r#"{"UserCode":"000000"}"#)],
        ),
        ("AssociateSoftwareToken", "ConcurrentModification") => Cause::injected(
            SIMULTANEOUS,
            &[Fault(400, "ConcurrentModificationException", "Concurrent modification, please retry.")],
        ),
        ("AssociateSoftwareToken", "SoftwareTokenMFANotFound") => Cause::asked(
            "the pool has no authenticator apps",
            "Software Token MFA has not been enabled for the userPool",
            &[],
        )
        .mfa(|| json!({ "SoftwareTokenMfaConfiguration": { "Enabled": false } })),
        ("VerifySoftwareToken", "SoftwareTokenMFANotFound") => {
            Cause::asked("no secret was asked for", "No software token was associated.", &[])
                .request(Request::MissingSetup)
        }
        ("RespondToAuthChallenge", "SoftwareTokenMFANotFound") => Cause::asked(
            "an administrator deleted the authenticator app",
            "The user has no software token.",
            &[Step::Admin("AdminDeleteSoftwareToken", r#"{"Username":"ada"}"#)],
        )
        .request(Request::MissingSetup),
        _ => return None,
    })
}
