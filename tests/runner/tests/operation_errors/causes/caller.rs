//! Who calls: the token, the app client, the state of the user.

use serde_json::json;

use super::{Cause, Request, Step};

const UNREACHABLE: &str = "injected: who has a token has confirmed the sign-up";

/// Who calls: the token, the app client, the state of the user.
pub fn of_caller(operation: &str, error: &str) -> Option<Cause> {
    use Step::{Admin, DeleteClient, Members, Repeat};

    const ADA: &str = r#"{"Username":"ada"}"#;
    let token = is_by_token(operation);
    Some(match (operation, error) {
        ("UpdateAuthEventFeedback", "InvalidParameter") => Cause::asked(
            "a member outside the model",
            "at 'feedbackValue' failed to satisfy constraint",
            &[Members(r#"{"FeedbackValue":"Maybe"}"#)],
        ),
        (_, "InvalidParameter") if token => Cause::asked(
            "a token that is none",
            "at 'accessToken' failed to satisfy constraint",
            &[Members(r#"{"AccessToken":"not a token"}"#)],
        ),
        (_, "InvalidParameter") => Cause::asked(
            "a member outside the model",
            "at 'clientId' failed to satisfy constraint",
            &[Members(r#"{"ClientId":""}"#)],
        ),

        ("UpdateAuthEventFeedback", "ResourceNotFound") => Cause::asked(
            "an event that is none",
            "The event does not exist.",
            &[Members(r#"{"EventId":"none"}"#)],
        ),
        (_, "ResourceNotFound") if token => {
            Cause::asked("the app client was deleted", "User pool client", &[DeleteClient])
        }
        (_, "ResourceNotFound") => Cause::asked(
            "an app client that is none",
            "User pool client nobody does not exist.",
            &[Members(r#"{"ClientId":"nobody"}"#)],
        ),
        ("RevokeToken", "Unauthorized") => Cause::asked(
            "an app client that is none",
            "Invalid client.",
            &[Members(r#"{"ClientId":"nobody"}"#)],
        ),

        (_, "NotAuthorized") if token => Cause::asked(
            "the session was revoked",
            "Access Token has been revoked",
            &[Admin("AdminUserGlobalSignOut", ADA)],
        ),
        ("GetTokensFromRefreshToken", "NotAuthorized") => Cause::asked(
            "the session was revoked",
            "Refresh Token has been revoked",
            &[Admin("AdminUserGlobalSignOut", ADA)],
        ),
        ("InitiateAuth", "NotAuthorized") => Cause::asked(
            "a wrong password",
            "Incorrect username or password.",
            &[Members(r#"{"AuthParameters":{"USERNAME":"ada","PASSWORD":"Wrong-Horse-1"}}"#)],
        ),
        ("RespondToAuthChallenge", "NotAuthorized") => Cause::asked(
            "the user was disabled",
            "User is disabled.",
            &[Admin("AdminDisableUser", r#"{"Username":"eve"}"#)],
        ),
        ("SignUp", "NotAuthorized") => Cause::asked(
            "only administrators create users",
            "SignUp is not permitted for this user pool",
            &[],
        )
        .pool(|| json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } })),
        ("ConfirmSignUp", "NotAuthorized") => Cause::asked(
            "the user is confirmed",
            "User cannot be confirmed. Current status is CONFIRMED",
            &[Admin("AdminConfirmSignUp", r#"{"Username":"bob"}"#)],
        ),
        ("UpdateAuthEventFeedback", "NotAuthorized") => Cause::asked(
            "a token that is not the mail's",
            "Invalid feedback token",
            &[Members(r#"{"FeedbackToken":"guessed"}"#)],
        ),
        ("ForgotPassword", "NotAuthorized") => {
            Cause::asked("the user is disabled", "User is disabled.", &[Admin("AdminDisableUser", ADA)])
        }
        ("ResendConfirmationCode" | "ConfirmForgotPassword", "NotAuthorized") => Cause::asked(
            "the hash of a secret that the app client does not have",
            "Unable to verify secret hash for client",
            &[Members(r#"{"SecretHash":"AAAA"}"#)],
        ),

        ("InitiateAuth", "UserNotFound") => Cause::asked(
            "a user that is none",
            "User does not exist.",
            &[Members(r#"{"AuthParameters":{"USERNAME":"nobody","PASSWORD":"Wrong-Horse-1"}}"#)],
        ),
        ("RespondToAuthChallenge", "UserNotFound") => Cause::asked(
            "the user was deleted",
            "User does not exist.",
            &[Admin("AdminDeleteUser", r#"{"Username":"eve"}"#)],
        ),
        ("GetTokensFromRefreshToken" | "UpdateAuthEventFeedback", "UserNotFound") => {
            Cause::asked("the user was deleted", "User does not exist.", &[Admin("AdminDeleteUser", ADA)])
        }
        (_, "UserNotFound") if token => {
            Cause::asked("the user was deleted", "User does not exist.", &[Admin("AdminDeleteUser", ADA)])
        }
        ("ConfirmSignUp" | "ResendConfirmationCode", "UserNotFound") => Cause::asked(
            "a user that is none",
            "Username/client id combination not found.",
            &[Members(r#"{"Username":"nobody"}"#)],
        ),
        (_, "UserNotFound") => Cause::asked(
            "a user that is none",
            "User does not exist.",
            &[Members(r#"{"Username":"nobody"}"#)],
        ),

        ("RespondToAuthChallenge", "PasswordResetRequired") => Cause::asked(
            "an administrator reset the password",
            "Password reset required for the user",
            &[
                Admin(
                    "AdminUpdateUserAttributes",
                    r#"{"Username":"eve","UserAttributes":[{"Name":"email","Value":"eve@example.com"},{"Name":"email_verified","Value":"true"}]}"#,
                ),
                Admin(
                    "AdminSetUserPassword",
                    r#"{"Username":"eve","Password":"Another-Horse-3","Permanent":true}"#,
                ),
                Admin("AdminResetUserPassword", r#"{"Username":"eve"}"#),
            ],
        ),
        (_, "PasswordResetRequired") => Cause::asked(
            "an administrator reset the password",
            "Password reset required for the user",
            &[Admin("AdminResetUserPassword", ADA)],
        ),

        ("InitiateAuth" | "RespondToAuthChallenge" | "ConfirmForgotPassword", "UserNotConfirmed") => {
            Cause::asked("the sign-up is not confirmed", "User is not confirmed.", &[])
                .request(Request::Unconfirmed)
        }
        (_, "UserNotConfirmed") if token => Cause::injected(
            UNREACHABLE,
            &[Step::Fault(400, "UserNotConfirmedException", "User is not confirmed.")],
        ),
        ("SignUp", "UsernameExists") => {
            Cause::asked("the name is taken", "User already exists", &[Members(r#"{"Username":"ada"}"#)])
        }
        ("ConfirmDevice", "DeviceKeyExists") => {
            Cause::asked("the device is confirmed", "Device already exists.", &[Repeat(1)])
        }
        ("GetTokensFromRefreshToken", "RefreshTokenReuse") => {
            Cause::asked("the token was rotated out", "Refresh token has been rotated out", &[Repeat(1)])
                .client(|| {
                    json!({
                        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
                        "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 },
                    })
                })
        }
        _ => return None,
    })
}

fn is_by_token(operation: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "SignUp",
        "ConfirmSignUp",
        "ResendConfirmationCode",
        "ForgotPassword",
        "ConfirmForgotPassword",
        "InitiateAuth",
        "RespondToAuthChallenge",
        "GetTokensFromRefreshToken",
        "RevokeToken",
        "UpdateAuthEventFeedback",
    ];
    !OTHERS.contains(&operation)
}
