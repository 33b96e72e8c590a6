//! The kinds of errors: one table, from which the bindings take theirs.

use std::fmt;

/// The table of all kinds, each with its documentation and its code. Hands it to the macro `$mirror`, so that a binding's
/// own enum has no second list.
#[doc(hidden)]
#[macro_export]
macro_rules! error_kinds {
    ($mirror:ident) => {
        $mirror! {
            /// The configuration is wrong or lacks something that this call needs. Nothing was sent; correct the configuration.
            InvalidConfig = "invalidConfig",
            /// An argument is invalid (an empty password, an object key with `..`). Nothing was sent; correct the call.
            InvalidInput = "invalidInput",

            /// AWS rejected the caller's proof of identity: a wrong password, a disabled user, a wrong app client secret. Ask for
            /// the password again.
            NotAuthorized = "notAuthorized",
            /// The user does not exist. App clients that hide this answer `NotAuthorized` instead.
            UserNotFound = "userNotFound",
            /// The user has not confirmed the sign-up. Ask for the code, or send another one.
            UserNotConfirmed = "userNotConfirmed",
            /// An administrator requires a new password. Start the forgotten-password flow.
            PasswordResetRequired = "passwordResetRequired",
            /// The user name is taken. Ask for another one.
            UsernameExists = "usernameExists",
            /// The email address or phone number belongs to another account.
            AliasExists = "aliasExists",
            /// The new password violates the user pool's policy or was used before. Show the message.
            InvalidPassword = "invalidPassword",
            /// The code is wrong. Ask again; the challenge can still be answered.
            CodeMismatch = "codeMismatch",
            /// The code has expired. Send another one, or sign in again if the code belonged to a sign-in.
            CodeExpired = "codeExpired",
            /// Too many failed attempts or too many messages. Wait before trying again; Cognito locks out for up to 15 minutes.
            TooManyAttempts = "tooManyAttempts",
            /// The challenge has expired or was already answered. Sign in again.
            ChallengeExpired = "challengeExpired",
            /// The answer of a redirect does not belong to the sign-in that this device began, or its tokens are for somebody else: a wrong
            /// state, nonce, issuer or audience. The session stays as it was; begin the sign-in again.
            InvalidRedirect = "invalidRedirect",
            /// The message with the code could not be delivered.
            CodeDeliveryFailed = "codeDeliveryFailed",
            /// The person has not set up this kind of MFA.
            MfaNotSetUp = "mfaNotSetUp",
            /// A Lambda trigger of the user pool rejected the request. The error keeps its message.
            TriggerRejected = "triggerRejected",
            /// The session's access token lacks a scope that the call needs. Ask for it when the person signs in, and allow it at the app
            /// client.
            MissingScope = "missingScope",
            /// The user pool or its region does not offer this operation: the setting is off, or the region is a replica. Change the
            /// user pool's settings, or call its main region.
            OperationNotEnabled = "operationNotEnabled",
            /// The user pool's feature plan does not include this feature. Choose a higher plan.
            FeatureUnavailableInTier = "featureUnavailableInTier",

            /// Nobody is signed in. Show the sign-in page.
            SignedOut = "signedOut",
            /// AWS has ended the session: it was revoked, expired or reused, or the user no longer exists. Show the sign-in page.
            SessionEnded = "sessionEnded",
            /// A third party's login (Google, Facebook, …) has no valid token any more. Have the person sign in with it again, or remove
            /// the login.
            LoginExpired = "loginExpired",

            /// The person's role does not allow the request, or a firewall (WAF) in front of AWS blocked it.
            AccessDenied = "accessDenied",
            /// The API requires a stronger or more recent authentication (RFC 9470). Start a step-up to what the error names, and make
            /// the call again.
            InsufficientUserAuthentication = "insufficientUserAuthentication",
            /// The session of the load balancer (ALB, action `authenticate-cognito`) in front of the app is over, or there is none. Load
            /// the page again, which leads to the sign-in.
            LoadBalancerSessionEnded = "loadBalancerSessionEnded",
            /// AWS rejected the credentials as expired, even after the SDK fetched new ones.
            CredentialsExpired = "credentialsExpired",
            /// AWS rejected the signature: the request was altered in transit, the clock could not be corrected, or the region is wrong.
            SignatureRefused = "signatureRefused",
            /// The object, bucket, table, user pool or identity does not exist.
            NotFound = "notFound",
            /// A condition of the request was not met (`If-Match`, a DynamoDB condition expression).
            ConditionFailed = "conditionFailed",
            /// Another request interfered. Read the current state and repeat.
            Conflict = "conflict",
            /// The object has not changed since the given ETag or date.
            NotModified = "notModified",

            /// AWS throttled the request, even after the SDK's retries. Try again later.
            Throttled = "throttled",
            /// AWS failed (HTTP 5xx), even after the SDK's retries. Try again later.
            Unavailable = "unavailable",
            /// AWS could not be reached, or the connection broke. The session is kept; try again when the network is back.
            Network = "network",
            /// AWS did not answer in time.
            Timeout = "timeout",
            /// The app cancelled the call, or the person said no to the authenticator. A challenge stays and can be answered in
            /// another way.
            Cancelled = "cancelled",

            /// The session store failed to save or load a value.
            Store = "store",
            /// The platform lacks a feature that the SDK needs, such as random numbers.
            Platform = "platform",
            /// The answer is not one that AWS documents: malformed JSON, a proxy's error page, a hostile `SRP_B`.
            InvalidResponse = "invalidResponse",
            /// AWS rejected the request for a reason that Poolpass has no kind for. See AWS's own code.
            Aws = "aws",
        }
    };
}

macro_rules! define {
    ($($(#[$doc:meta])+ $name:ident = $code:literal,)+) => {
        /// The kind of an error, which says what the app can do about it. The kinds are the same in every language of Poolpass.
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

error_kinds!(define);

impl ErrorKind {
    /// Whether the cause usually passes by itself: the network, a time limit, or AWS being overloaded.
    ///
    /// The SDK has already repeated what it may repeat. Keep what the person entered, and make the same call again later. After
    /// `Network`, `Timeout` and `Unavailable`, AWS may have carried out a write whose answer was lost.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable | Self::Network | Self::Timeout)
    }
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

    #[test]
    fn what_passes_by_itself_is_transient() {
        let transient: Vec<_> = ErrorKind::ALL.iter().filter(|kind| kind.is_transient()).collect();
        assert_eq!(
            transient,
            [&ErrorKind::Throttled, &ErrorKind::Unavailable, &ErrorKind::Network, &ErrorKind::Timeout]
        );
    }
}
