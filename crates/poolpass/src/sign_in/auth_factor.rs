//! First factors of a choice-based sign-in.

use std::fmt;

/// A first factor: how a person proves who they are (USER_AUTH).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthFactor {
    /// The password, sent over TLS (`PASSWORD`).
    Password,
    /// The password, proved by SRP (`PASSWORD_SRP`).
    PasswordSrp,
    /// A code by email (`EMAIL_OTP`).
    EmailOtp,
    /// A code by SMS (`SMS_OTP`).
    SmsOtp,
    /// A passkey (`WEB_AUTHN`).
    WebAuthn,
    /// Another factor, by AWS's name for it.
    Other(String),
}

impl AuthFactor {
    /// The factors that Poolpass knows, each with AWS's name and its [code](Self::code).
    const KNOWN: [(Self, &'static str, &'static str); 5] = [
        (Self::Password, "PASSWORD", "password"),
        (Self::PasswordSrp, "PASSWORD_SRP", "passwordSrp"),
        (Self::EmailOtp, "EMAIL_OTP", "emailOtp"),
        (Self::SmsOtp, "SMS_OTP", "smsOtp"),
        (Self::WebAuthn, "WEB_AUTHN", "webAuthn"),
    ];

    /// AWS's name for the factor, such as `EMAIL_OTP`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => known.names().0,
        }
    }

    /// The factor as a short text, such as `emailOtp`, the same in every language; AWS's name for a factor that Poolpass does not know.
    pub fn code(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => known.names().1,
        }
    }

    /// The factor that has this [code](Self::code).
    pub fn from_code(code: impl Into<String>) -> Self {
        let code = code.into();
        let known = Self::KNOWN.into_iter().find(|known| known.2 == code);
        known.map_or(Self::Other(code), |known| known.0)
    }

    fn names(&self) -> (&'static str, &'static str) {
        let known = Self::KNOWN.iter().find(|known| known.0 == *self);
        known.map(|known| (known.1, known.2)).unwrap_or_default()
    }
}

impl From<String> for AuthFactor {
    fn from(name: String) -> Self {
        let known = Self::KNOWN.into_iter().find(|known| known.1 == name);
        known.map_or(Self::Other(name), |known| known.0)
    }
}

impl fmt::Display for AuthFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_the_same_factor_as_aws_does() {
        for (name, code) in [
            ("PASSWORD", "password"),
            ("PASSWORD_SRP", "passwordSrp"),
            ("EMAIL_OTP", "emailOtp"),
            ("SMS_OTP", "smsOtp"),
            ("WEB_AUTHN", "webAuthn"),
            ("PIGEON_OTP", "PIGEON_OTP"),
        ] {
            let factor = AuthFactor::from(name.to_owned());
            assert_eq!((factor.as_str(), factor.code()), (name, code));
            assert_eq!(AuthFactor::from_code(code), factor);
        }
    }
}
