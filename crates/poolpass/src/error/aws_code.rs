//! From AWS's error codes to [`ErrorKind`].

use super::ErrorKind;

/// The kind of a refusal. `message` decides only where AWS uses one code for two things.
pub(super) fn kind_of(code: Option<&str>, message: &str, http_status: u16) -> ErrorKind {
    let Some(code) = code else { return by_status(http_status) };
    match code {
        "NotAuthorizedException" if is_lost_challenge(message) => ErrorKind::ChallengeExpired,
        "NotAuthorizedException" if message.contains("Password attempts exceeded") => {
            ErrorKind::TooManyAttempts
        }
        "NotAuthorizedException" if lacks_scope(message) => ErrorKind::MissingScope,
        "NotAuthorizedException" if is_not_about_the_password(message) => ErrorKind::Aws,
        // AWS refuses a value by its form before it applies the rule that has a code of its own.
        "InvalidParameterException" if is_about(message, &["previousPassword"]) => ErrorKind::NotAuthorized,
        "InvalidParameterException" if is_about(message, &["password", "proposedPassword"]) => {
            ErrorKind::InvalidPassword
        }
        "InvalidParameterException" if is_about(message, &["userCode", "confirmationCode", "code"]) => {
            ErrorKind::CodeMismatch
        }
        "InvalidParameterException" if message.contains("no registered/verified email or phone") => {
            ErrorKind::CodeDeliveryFailed
        }
        // SetUserMFAPreference's words for it.
        "InvalidParameterException"
            if message.contains("not verified software token mfa")
                || message.contains("does not have delivery config set") =>
        {
            ErrorKind::MfaNotSetUp
        }
        "NotAuthorizedException" | "UnauthorizedException" => ErrorKind::NotAuthorized,
        "UserNotFoundException" => ErrorKind::UserNotFound,
        "UserNotConfirmedException" => ErrorKind::UserNotConfirmed,
        "PasswordResetRequiredException" => ErrorKind::PasswordResetRequired,
        "UsernameExistsException" => ErrorKind::UsernameExists,
        "AliasExistsException" => ErrorKind::AliasExists,
        "InvalidPasswordException" | "PasswordHistoryPolicyViolationException" => ErrorKind::InvalidPassword,
        // VerifySoftwareToken has a code of its own for a wrong TOTP code.
        "CodeMismatchException" | "EnableSoftwareTokenMFAException" => ErrorKind::CodeMismatch,
        "ExpiredCodeException" => ErrorKind::CodeExpired,
        "TooManyFailedAttemptsException" | "LimitExceededException" => ErrorKind::TooManyAttempts,
        "CodeDeliveryFailureException"
        | "InvalidSmsRoleAccessPolicyException"
        | "InvalidSmsRoleTrustRelationshipException"
        | "InvalidEmailRoleAccessPolicyException" => ErrorKind::CodeDeliveryFailed,
        "SoftwareTokenMFANotFoundException" | "MFAMethodNotFoundException" => ErrorKind::MfaNotSetUp,
        "UserLambdaValidationException" | "UnexpectedLambdaException" | "InvalidLambdaResponseException" => {
            ErrorKind::TriggerRejected
        }
        "OperationNotEnabledException" => ErrorKind::OperationNotEnabled,
        "FeatureUnavailableInTierException" => ErrorKind::FeatureUnavailableInTier,
        "RefreshTokenReuseException" => ErrorKind::SessionEnded,
        "WebAuthnChallengeNotFoundException" => ErrorKind::ChallengeExpired,

        // "ForbiddenException" is a firewall's (WAF), and API Gateway's for a missing API key.
        "AccessDenied"
        | "AccessDeniedException"
        | "AllAccessDisabled"
        | "UnauthorizedOperation"
        | "ForbiddenException" => ErrorKind::AccessDenied,
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => ErrorKind::CredentialsExpired,
        "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "IllegalLocationConstraintException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "InvalidAccessKeyId"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidToken"
        | "RequestTimeTooSkewed"
        | "RequestExpired"
        | "RequestInTheFuture"
        | "XAmzContentSHA256Mismatch" => ErrorKind::SignatureRefused,
        "NoSuchKey"
        | "NoSuchBucket"
        | "NoSuchUpload"
        | "NoSuchVersion"
        | "NotFound"
        | "NotFoundException"
        | "ResourceNotFoundException" => ErrorKind::NotFound,
        "PreconditionFailed" | "ConditionalCheckFailedException" => ErrorKind::ConditionFailed,
        "TransactionConflictException"
        | "TransactionInProgressException"
        | "ConcurrentModificationException"
        | "ConflictException"
        | "ReplicatedWriteConflictException"
        | "ConditionalRequestConflict"
        | "OperationAborted"
        | "ResourceConflictException" => ErrorKind::Conflict,
        "NotModified" => ErrorKind::NotModified,

        "TooManyRequestsException"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "BandwidthLimitExceeded"
        | "EC2ThrottledException"
        | "PriorRequestNotComplete"
        | "ProvisionedThroughputExceededException"
        | "SlowDown" => ErrorKind::Throttled,
        "InternalErrorException"
        | "InternalError"
        | "InternalServerError"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "RequestTimeout" => ErrorKind::Unavailable,

        _ if http_status >= 500 => ErrorKind::Unavailable,
        _ if http_status == 429 => ErrorKind::Throttled,
        _ => ErrorKind::Aws,
    }
}

/// Advice about a refusal whose message does not say what to do.
pub(super) fn advice(code: &str, message: &str) -> Option<&'static str> {
    Some(match code {
        "NotAuthorizedException" if lacks_scope(message) => {
            "Calls of the account need aws.cognito.signin.user.admin: ask for it at the redirect, and allow it at the app client."
        }
        "WebAuthnNotEnabledException" => {
            "Allow WEB_AUTHN among the user pool's first factors (SignInPolicy, AllowedFirstAuthFactors)."
        }
        "WebAuthnConfigurationMissingException" => {
            "Set the user pool's relying party id (SetUserPoolMfaConfig, WebAuthnConfiguration.RelyingPartyId), or give it a domain."
        }
        "WebAuthnRelyingPartyMismatchException" => {
            "The passkey was made for another domain than the user pool's RelyingPartyId."
        }
        "WebAuthnOriginNotAllowedException" => {
            "The page's domain has to be the user pool's RelyingPartyId or below it. An Android app has the origin \
             android:apk-key-hash:… of its signing certificate, which /.well-known/assetlinks.json of that domain has to name, an \
             app of Apple's systems the domain that /.well-known/apple-app-site-association gives it."
        }
        "WebAuthnCredentialNotSupportedException" => "Ask for a passkey of another authenticator.",
        "WebAuthnChallengeNotFoundException" => "Start the registration again.",
        "WebAuthnClientMismatchException" => "Start and complete the registration with the same app client.",
        _ => return None,
    })
}

fn by_status(http_status: u16) -> ErrorKind {
    match http_status {
        304 => ErrorKind::NotModified,
        401 => ErrorKind::NotAuthorized,
        403 => ErrorKind::AccessDenied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        412 => ErrorKind::ConditionFailed,
        429 => ErrorKind::Throttled,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Aws,
    }
}

/// No password would be right: the administrator, the pool's settings or its threat protection stand against it, or there is nothing
/// left to do.
fn is_not_about_the_password(message: &str) -> bool {
    const WORDS: [&str; 7] = [
        "Temporary password has expired",
        "password cannot be reset in the current state",
        "because of security reasons",
        "is not permitted for this user pool",
        "unauthorized attribute",
        "User cannot be confirmed",
        "User cannot confirm",
    ];
    WORDS.iter().any(|words| message.contains(words))
}

/// `… Value at 'password' failed to satisfy constraint …`, of one of these members.
fn is_about(message: &str, members: &[&str]) -> bool {
    members.iter().any(|member| message.contains(&format!("at '{member}'")))
}

/// The access token comes from managed login, which was asked for other scopes.
fn lacks_scope(message: &str) -> bool {
    message.contains("does not have required scopes")
}

/// Cognito's `Session` of a challenge is gone.
fn is_lost_challenge(message: &str) -> bool {
    message.contains("Invalid session for the user")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_code_with_two_meanings_is_told_apart_by_its_message() {
        let kind = |message| kind_of(Some("NotAuthorizedException"), message, 400);
        assert_eq!(kind("Incorrect username or password."), ErrorKind::NotAuthorized);
        assert_eq!(kind("Invalid session for the user, session is expired."), ErrorKind::ChallengeExpired);
        assert_eq!(kind("Password attempts exceeded"), ErrorKind::TooManyAttempts);
    }

    #[test]
    fn a_mistake_that_aws_refuses_by_its_form_is_the_same_mistake() {
        let kind = |member: &str| {
            let message = format!(
                "1 validation error detected: Value '1' at '{member}' failed to satisfy constraint: m"
            );
            kind_of(Some("InvalidParameterException"), &message, 400)
        };
        assert_eq!(kind("password"), ErrorKind::InvalidPassword);
        assert_eq!(kind("proposedPassword"), ErrorKind::InvalidPassword);
        assert_eq!(kind("previousPassword"), ErrorKind::NotAuthorized);
        assert_eq!(kind("userCode"), ErrorKind::CodeMismatch);
        assert_eq!(kind("confirmationCode"), ErrorKind::CodeMismatch);
        assert_eq!(kind("username"), ErrorKind::Aws);
    }

    /// The words are Cognito's own, from public reports.
    #[test]
    fn each_refusal_of_cognito_s_has_the_kind_that_says_what_to_do() {
        for (code, message, kind) in [
            ("NotAuthorizedException", "Incorrect username or password.", ErrorKind::NotAuthorized),
            ("NotAuthorizedException", "User is disabled.", ErrorKind::NotAuthorized),
            (
                "NotAuthorizedException",
                "Temporary password has expired and must be reset by an administrator.",
                ErrorKind::Aws,
            ),
            ("NotAuthorizedException", "User password cannot be reset in the current state.", ErrorKind::Aws),
            ("NotAuthorizedException", "Unable to login because of security reasons", ErrorKind::Aws),
            ("NotAuthorizedException", "SignUp is not permitted for this user pool", ErrorKind::Aws),
            ("NotAuthorizedException", "A client attempted to write unauthorized attribute", ErrorKind::Aws),
            (
                "NotAuthorizedException",
                "User cannot be confirmed. Current status is CONFIRMED",
                ErrorKind::Aws,
            ),
            (
                "NotAuthorizedException",
                "User cannot confirm because user status is not UNCONFIRMED.",
                ErrorKind::Aws,
            ),
            (
                "NotAuthorizedException",
                "Invalid session for the user, session can only be used once.",
                ErrorKind::ChallengeExpired,
            ),
            ("NotAuthorizedException", "Password attempts exceeded", ErrorKind::TooManyAttempts),
            ("NotAuthorizedException", "Access Token does not have required scopes", ErrorKind::MissingScope),
            (
                "InvalidParameterException",
                "Cannot reset password for the user as there is no registered/verified email or phone_number",
                ErrorKind::CodeDeliveryFailed,
            ),
            ("InvalidParameterException", "User has not verified software token mfa", ErrorKind::MfaNotSetUp),
            (
                "InvalidParameterException",
                "User does not have delivery config set to turn on SMS_MFA",
                ErrorKind::MfaNotSetUp,
            ),
            (
                "InvalidParameterException",
                "2 validation errors detected: Value at 'username' failed to satisfy constraint: m; Value at 'password' \
                 failed to satisfy constraint: m",
                ErrorKind::InvalidPassword,
            ),
            ("InvalidParameterException", "User is already confirmed.", ErrorKind::Aws),
            (
                "InvalidParameterException",
                "USER_PASSWORD_AUTH flow not enabled for this client",
                ErrorKind::Aws,
            ),
            (
                "ExpiredCodeException",
                "Your software token has already been used once.",
                ErrorKind::CodeExpired,
            ),
            (
                "ExpiredCodeException",
                "Invalid code provided, please request a code again.",
                ErrorKind::CodeExpired,
            ),
            ("CodeMismatchException", "Invalid verification code provided.", ErrorKind::CodeMismatch),
            ("EnableSoftwareTokenMFAException", "Code mismatch", ErrorKind::CodeMismatch),
            (
                "LimitExceededException",
                "Attempt limit exceeded, please try after some time.",
                ErrorKind::TooManyAttempts,
            ),
            ("TooManyRequestsException", "Rate exceeded", ErrorKind::Throttled),
            ("UserNotFoundException", "Username/client id combination not found.", ErrorKind::UserNotFound),
            (
                "UsernameExistsException",
                "An account with the given email already exists.",
                ErrorKind::UsernameExists,
            ),
            (
                "InvalidPasswordException",
                "Provided password cannot be used for security reasons.",
                ErrorKind::InvalidPassword,
            ),
        ] {
            assert_eq!(kind_of(Some(code), message, 400), kind, "{code}: {message}");
        }
    }

    #[test]
    fn each_code_of_cognito_s_operations_has_a_kind() {
        for (code, kind) in [
            ("AliasExistsException", ErrorKind::AliasExists),
            ("CodeDeliveryFailureException", ErrorKind::CodeDeliveryFailed),
            ("ConcurrentModificationException", ErrorKind::Conflict),
            ("FeatureUnavailableInTierException", ErrorKind::FeatureUnavailableInTier),
            ("ForbiddenException", ErrorKind::AccessDenied),
            ("InternalErrorException", ErrorKind::Unavailable),
            ("InvalidEmailRoleAccessPolicyException", ErrorKind::CodeDeliveryFailed),
            ("InvalidLambdaResponseException", ErrorKind::TriggerRejected),
            ("InvalidSmsRoleAccessPolicyException", ErrorKind::CodeDeliveryFailed),
            ("InvalidSmsRoleTrustRelationshipException", ErrorKind::CodeDeliveryFailed),
            ("MFAMethodNotFoundException", ErrorKind::MfaNotSetUp),
            ("OperationNotEnabledException", ErrorKind::OperationNotEnabled),
            ("PasswordHistoryPolicyViolationException", ErrorKind::InvalidPassword),
            ("PasswordResetRequiredException", ErrorKind::PasswordResetRequired),
            ("RefreshTokenReuseException", ErrorKind::SessionEnded),
            ("ResourceNotFoundException", ErrorKind::NotFound),
            ("SoftwareTokenMFANotFoundException", ErrorKind::MfaNotSetUp),
            ("TooManyFailedAttemptsException", ErrorKind::TooManyAttempts),
            ("UnauthorizedException", ErrorKind::NotAuthorized),
            ("UnexpectedLambdaException", ErrorKind::TriggerRejected),
            ("UserLambdaValidationException", ErrorKind::TriggerRejected),
            ("UserNotConfirmedException", ErrorKind::UserNotConfirmed),
            ("WebAuthnChallengeNotFoundException", ErrorKind::ChallengeExpired),
            // Of an identity pool.
            ("ExternalServiceException", ErrorKind::Aws),
            ("InvalidIdentityPoolConfigurationException", ErrorKind::Aws),
            ("ResourceConflictException", ErrorKind::Conflict),
            // Mistakes of the app or of the pool's settings.
            ("InvalidUserPoolConfigurationException", ErrorKind::Aws),
            ("UnsupportedOperationException", ErrorKind::Aws),
            ("UnsupportedTokenTypeException", ErrorKind::Aws),
            ("UserPoolAddOnNotEnabledException", ErrorKind::Aws),
            ("WebAuthnClientMismatchException", ErrorKind::Aws),
            ("WebAuthnConfigurationMissingException", ErrorKind::Aws),
            ("WebAuthnCredentialNotSupportedException", ErrorKind::Aws),
            ("WebAuthnNotEnabledException", ErrorKind::Aws),
            ("WebAuthnOriginNotAllowedException", ErrorKind::Aws),
            ("WebAuthnRelyingPartyMismatchException", ErrorKind::Aws),
            ("WhatIsToComeException", ErrorKind::Aws),
        ] {
            assert_eq!(kind_of(Some(code), "m", 400), kind, "{code}");
        }
    }

    #[test]
    fn a_firewall_says_nothing_about_the_password() {
        let kind = kind_of(Some("ForbiddenException"), "Request not allowed due to WAF block.", 403);
        assert_eq!(kind, ErrorKind::AccessDenied);
    }
}
