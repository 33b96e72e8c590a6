//! What leads to each error of each operation.

use serde_json::{Value, json};

/// How an error is produced.
#[derive(Clone, Copy)]
pub struct Cause {
    /// The words of the table.
    pub how: &'static str,
    pub source: Source,
    /// Members of CreateUserPool, CreateUserPoolClient and SetUserPoolMfaConfig.
    pub pool: fn() -> Value,
    pub client: fn() -> Value,
    pub mfa: fn() -> Value,
    pub request: Request,
    /// What happens before the call.
    pub steps: &'static [Step],
    /// A part of AWS's message.
    pub message: &'static str,
}

/// Where an error comes from.
#[derive(Clone, Copy)]
pub enum Source {
    /// local-aws decides it by its own rules.
    Asked,
    /// A fault stands for it, for this reason.
    Injected(&'static str),
}

/// The request, see `requests.rs`.
#[derive(Clone, Copy)]
pub enum Request {
    /// The one that succeeds.
    Valid,
    /// One that sends a message to the address in this attribute.
    Sends(&'static str),
    /// An answer to NEW_PASSWORD_REQUIRED with this password and these responses.
    NewPassword(&'static str, &'static str),
    /// By somebody who has not confirmed the sign-up.
    Unconfirmed,
    /// Without the authenticator app that it needs.
    MissingSetup,
    /// For a name or an address that another user signs in with.
    Alias,
    /// A wrong code by SMS, or one of the authenticator app that was used.
    SecondFactor { used: bool },
}

/// A step before the call.
#[derive(Clone, Copy)]
pub enum Step {
    /// A call of an administrator, with its members as JSON.
    Admin(&'static str, &'static str),
    /// A call of IAM.
    Iam(&'static str, &'static [(&'static str, &'static str)]),
    /// The app client is deleted.
    DeleteClient,
    /// The account's limits, as JSON.
    Limits(&'static str),
    /// The operation is refused with this status, code and message.
    Fault(u16, &'static str, &'static str),
    /// The same call, so many times.
    Repeat(usize),
    /// Wrong codes or passwords: five for each of so many codes.
    Guess(usize),
    /// Members of the request, as JSON.
    Members(&'static str),
    /// The request goes to this region.
    Region(&'static str),
    /// A trigger of the pool behaves like this, as JSON.
    Trigger(&'static str, &'static str),
    /// A day passes.
    Later,
    /// The token of the request is this one of the sign-in.
    TokenOf(&'static str),
}

pub const FIREWALL: &str = "injected: a firewall (AWS WAF) in front of the pool";
pub const INSIDE_AWS: &str = "injected: AWS itself fails";
pub const UNKNOWN: &str = "injected: AWS does not say what leads to it";
const UNREACHABLE: &str = "injected: who has a token has confirmed the sign-up";
const SIMULTANEOUS: &str = "injected: two requests at the same moment";

const COGNITO_TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"cognito-idp.amazonaws.com"}}}"#;
const OTHER_TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}}"#;
const NO_LIMITS: &str = r#"{"requestsPerSecond":{"UserAuthentication":0,"UserCreation":0,"UserAccountRecovery":0,"UserRead":0,"UserUpdate":0,"UserToken":0,"UserResourceRead":0,"UserResourceUpdate":0}}"#;
const ATTEMPT_LIMIT: &str = "Attempt limit exceeded, please try after some time.";

impl Default for Cause {
    fn default() -> Self {
        let nothing = || json!({});
        Self {
            how: "",
            source: Source::Asked,
            pool: nothing,
            client: nothing,
            mfa: nothing,
            request: Request::Valid,
            steps: &[],
            message: "",
        }
    }
}

impl Cause {
    fn asked(how: &'static str, message: &'static str, steps: &'static [Step]) -> Self {
        Self { how, message, steps, ..Self::default() }
    }

    fn injected(reason: &'static str, steps: &'static [Step]) -> Self {
        Self { source: Source::Injected(reason), steps, ..Self::default() }
    }

    fn request(self, request: Request) -> Self {
        Self { request, ..self }
    }

    fn pool(self, pool: fn() -> Value) -> Self {
        Self { pool, ..self }
    }

    fn client(self, client: fn() -> Value) -> Self {
        Self { client, ..self }
    }

    fn mfa(self, mfa: fn() -> Value) -> Self {
        Self { mfa, ..self }
    }
}

/// What leads to an error, if anything does.
pub fn of(operation: &str, error: &str) -> Option<Cause> {
    let name = error.strip_suffix("Exception")?;
    of_account(operation, name)
        .or_else(|| of_caller(operation, name))
        .or_else(|| of_message(operation, name))
        .or_else(|| of_code(operation, name))
        .or_else(|| of_password(operation, name))
        .or_else(|| of_rest(operation, name))
        .or_else(|| of_trigger(operation, name))
        .or_else(|| unknown(operation, name))
}

/// The kind that the SDK gives to the error.
pub fn kind(operation: &str, error: &str, message: &str) -> &'static str {
    match error.strip_suffix("Exception").unwrap_or(error) {
        "NotAuthorized" if operation == "GlobalSignOut" => "none: the session is over already",
        // Whoever cannot refresh any more has to sign in again.
        "NotAuthorized" | "UserNotFound" if operation == "GetTokensFromRefreshToken" => "sessionEnded",
        "NotAuthorized" if message.contains("User cannot be confirmed") => "aws",
        "NotAuthorized" if message.contains("SignUp is not permitted") => "aws",
        "NotAuthorized" | "Unauthorized" => "notAuthorized",
        "UserNotFound" => "userNotFound",
        "UserNotConfirmed" => "userNotConfirmed",
        "PasswordResetRequired" => "passwordResetRequired",
        "UsernameExists" => "usernameExists",
        "AliasExists" => "aliasExists",
        "InvalidPassword" | "PasswordHistoryPolicyViolation" => "invalidPassword",
        "CodeMismatch" | "EnableSoftwareTokenMFA" => "codeMismatch",
        "ExpiredCode" => "codeExpired",
        "TooManyFailedAttempts" | "LimitExceeded" => "tooManyAttempts",
        "CodeDeliveryFailure"
        | "InvalidSmsRoleAccessPolicy"
        | "InvalidSmsRoleTrustRelationship"
        | "InvalidEmailRoleAccessPolicy" => "codeDeliveryFailed",
        "SoftwareTokenMFANotFound" | "MFAMethodNotFound" => "mfaNotSetUp",
        "UserLambdaValidation" | "UnexpectedLambda" | "InvalidLambdaResponse" => "triggerRejected",
        "RefreshTokenReuse" => "sessionEnded",
        "Forbidden" => "accessDenied",
        "ResourceNotFound" => "notFound",
        "ConcurrentModification" => "conflict",
        "TooManyRequests" => "throttled",
        "InternalError" => "unavailable",
        "OperationNotEnabled" => "operationNotEnabled",
        "FeatureUnavailableInTier" => "featureUnavailableInTier",
        _ => "aws",
    }
}

/// The account's limits, the region, and what is between AWS and the client.
fn of_account(_operation: &str, error: &str) -> Option<Cause> {
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

/// Who calls: the token, the app client, the state of the user.
fn of_caller(operation: &str, error: &str) -> Option<Cause> {
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

/// Messages that cannot be sent.
fn of_message(operation: &str, error: &str) -> Option<Cause> {
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
fn of_code(operation: &str, error: &str) -> Option<Cause> {
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

/// Passwords, names and factors that the pool does not take.
fn of_password(operation: &str, error: &str) -> Option<Cause> {
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
fn of_trigger(operation: &str, error: &str) -> Option<Cause> {
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
fn of_rest(operation: &str, error: &str) -> Option<Cause> {
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
        ("UpdateAuthEventFeedback", "UserPoolAddOnNotEnabled") => {
            Cause::asked("the pool has no threat protection", "Threat protection is not enabled", &[])
                .pool(|| json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "OFF" } }))
        }
        _ => return None,
    })
}

/// What AWS's model lists without a reason that anybody knows.
fn unknown(operation: &str, error: &str) -> Option<Cause> {
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
