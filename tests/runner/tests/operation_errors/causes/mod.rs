//! The cause of each error of each operation.

mod caller;
mod messages;
mod passkeys;
mod settings;

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
    /// The preparation of the call.
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
    /// With a credential for these members of the options, made by an authenticator with these settings, as JSON.
    Credential(&'static str, &'static str),
    /// After the user has registered as many passkeys as may be.
    ManyPasskeys,
    /// By another app client than the one that started it.
    OtherClient,
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

/// The cause of an error, if there is one.
pub fn of(operation: &str, error: &str) -> Option<Cause> {
    let name = error.strip_suffix("Exception")?;
    settings::of_account(operation, name)
        .or_else(|| messages::of_message(operation, name))
        .or_else(|| messages::of_code(operation, name))
        .or_else(|| passkeys::of_passkey(operation, name))
        .or_else(|| caller::of_caller(operation, name))
        .or_else(|| settings::of_password(operation, name))
        .or_else(|| settings::of_rest(operation, name))
        .or_else(|| settings::of_trigger(operation, name))
        .or_else(|| settings::unknown(operation, name))
}

/// The kind that the SDK gives to the error.
pub fn kind(operation: &str, error: &str, message: &str) -> &'static str {
    match error.strip_suffix("Exception").unwrap_or(error) {
        "NotAuthorized" if operation == "GlobalSignOut" => "none: the session is over already",
        // A person who cannot refresh any more has to sign in again.
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
        "WebAuthnChallengeNotFound" => "challengeExpired",
        "InternalError" => "unavailable",
        "OperationNotEnabled" => "operationNotEnabled",
        "FeatureUnavailableInTier" => "featureUnavailableInTier",
        _ => "aws",
    }
}
