//! The kinds of errors, named alike in every language.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident = $code:literal,)+) => {
        /// What kind of error it is. Each kind says what the app should do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind { $($(#[$doc])+ $name,)+ }

        impl ErrorKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The kind's name in every other language and in the scenario files, such as `notAuthorized`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

kinds! {
    /// The configuration is wrong or lacks what this call needs. Nothing was sent; mend the configuration.
    InvalidConfig = "invalidConfig",
    /// An argument cannot be right (empty password, object key with `..`). Nothing was sent; mend the call.
    InvalidInput = "invalidInput",

    /// AWS does not accept the proof of who is asking: a wrong password, a disabled user, an app client
    /// secret that does not fit. Ask for the password again.
    NotAuthorized = "notAuthorized",
    /// There is no such user. App clients that hide this answer `NotAuthorized` instead.
    UserNotFound = "userNotFound",
    /// The user has not confirmed the sign-up. Ask for the code; it can be sent again.
    UserNotConfirmed = "userNotConfirmed",
    /// An administrator demands a new password. Go through forgotten password.
    PasswordResetRequired = "passwordResetRequired",
    /// The user name is taken. Ask for another one.
    UsernameExists = "usernameExists",
    /// The email address or phone number belongs to another account.
    AliasExists = "aliasExists",
    /// The new password does not meet the user pool's policy or was used before. Show the message.
    InvalidPassword = "invalidPassword",
    /// The code is wrong. Ask again; the challenge can still be answered.
    CodeMismatch = "codeMismatch",
    /// The code is too old. Send a new one, or sign in again where it belonged to a sign-in.
    CodeExpired = "codeExpired",
    /// Too many wrong attempts, or too many messages. Wait before trying again; Cognito's waits grow up to 15 minutes.
    TooManyAttempts = "tooManyAttempts",
    /// The challenge is over: it expired or was answered already. Sign in again.
    ChallengeExpired = "challengeExpired",
    /// The message with the code could not be delivered.
    CodeDeliveryFailed = "codeDeliveryFailed",
    /// The person has not set up this kind of MFA.
    MfaNotSetUp = "mfaNotSetUp",
    /// A Lambda trigger of the user pool refused. Its message is kept.
    TriggerRejected = "triggerRejected",

    /// Nobody is signed in. Show the sign-in page.
    SignedOut = "signedOut",
    /// The session was ended by AWS: revoked, expired, reused or the user is gone. Show the sign-in page.
    SessionEnded = "sessionEnded",

    /// The role of this person does not allow the request, or a firewall (WAF) in front of AWS does not.
    AccessDenied = "accessDenied",
    /// The credentials were refused as expired, also after fresh ones were fetched.
    CredentialsExpired = "credentialsExpired",
    /// The signature was refused: altered in transit, a wrong clock that could not be corrected, or a wrong region.
    SignatureRefused = "signatureRefused",
    /// There is no such object, bucket, table, user pool or identity.
    NotFound = "notFound",
    /// A condition of the request does not hold (`If-Match`, a DynamoDB condition expression).
    ConditionFailed = "conditionFailed",
    /// Another request got in the way. Read again and repeat.
    Conflict = "conflict",
    /// The object has not changed since the given ETag or date.
    NotModified = "notModified",

    /// AWS asks to slow down, also after the SDK's own retries. Try again later.
    Throttled = "throttled",
    /// AWS has a problem (HTTP 5xx), also after the SDK's own retries. Try again later.
    Unavailable = "unavailable",
    /// AWS was not reached, or the connection broke. The session is kept; try again when there is a network.
    Network = "network",
    /// AWS did not answer in time.
    Timeout = "timeout",
    /// The app cancelled the call.
    Cancelled = "cancelled",

    /// The session store failed to keep or to give back a value.
    Store = "store",
    /// The platform lacks something that the SDK needs, such as random numbers.
    Platform = "platform",
    /// The answer is not what AWS documents: malformed JSON, a page of a proxy, a hostile `SRP_B`.
    InvalidResponse = "invalidResponse",
    /// AWS refused for a reason that Poolpass has no kind for: see AWS's code.
    Aws = "aws",
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let codes: HashSet<_> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
    }
}
