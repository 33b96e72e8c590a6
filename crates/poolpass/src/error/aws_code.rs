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
        // No password is right then: an administrator has to act.
        "NotAuthorizedException"
            if message.contains("Temporary password has expired")
                || message.contains("password cannot be reset in the current state") =>
        {
            ErrorKind::Aws
        }
        // AWS refuses a value by its form before it applies the rule that has a code of its own.
        "InvalidParameterException" if is_about(message, &["previousPassword"]) => ErrorKind::NotAuthorized,
        "InvalidParameterException" if is_about(message, &["password", "proposedPassword"]) => {
            ErrorKind::InvalidPassword
        }
        "InvalidParameterException" if is_about(message, &["userCode", "confirmationCode", "code"]) => {
            ErrorKind::CodeMismatch
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
            ErrorKind::RefusedByTrigger
        }
        "RefreshTokenReuseException" => ErrorKind::SessionEnded,

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

/// `… Value at 'password' failed to satisfy constraint …`, of one of these members.
fn is_about(message: &str, members: &[&str]) -> bool {
    members.iter().any(|member| message.contains(&format!("at '{member}'")))
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

    #[test]
    fn a_password_that_an_administrator_must_reset_is_not_a_wrong_one() {
        for message in [
            "Temporary password has expired and must be reset by an administrator.",
            "User password cannot be reset in the current state.",
        ] {
            assert_eq!(kind_of(Some("NotAuthorizedException"), message, 400), ErrorKind::Aws, "{message}");
        }
    }

    #[test]
    fn a_firewall_says_nothing_about_the_password() {
        let kind = kind_of(Some("ForbiddenException"), "Request not allowed due to WAF block.", 403);
        assert_eq!(kind, ErrorKind::AccessDenied);
    }
}
