//! First factors.

/// A first factor: how a person proves who they are (USER_AUTH).
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
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

#[uniffi::export]
impl AuthFactor {
    /// The factor as a short text, such as `emailOtp`, the same in every language; AWS's name for a factor that Poolpass does not know.
    pub fn code(&self) -> String {
        poolpass::AuthFactor::from(self.clone()).code().to_owned()
    }
}

/// The factor that has this code.
#[uniffi::export]
pub(crate) fn auth_factor(code: String) -> AuthFactor {
    AuthFactor::from(&poolpass::AuthFactor::from_code(code))
}

impl From<&poolpass::AuthFactor> for AuthFactor {
    fn from(factor: &poolpass::AuthFactor) -> Self {
        match factor {
            poolpass::AuthFactor::Password => Self::Password,
            poolpass::AuthFactor::PasswordSrp => Self::PasswordSrp,
            poolpass::AuthFactor::EmailOtp => Self::EmailOtp,
            poolpass::AuthFactor::SmsOtp => Self::SmsOtp,
            poolpass::AuthFactor::WebAuthn => Self::WebAuthn,
            other => Self::Other(other.as_str().to_owned()),
        }
    }
}

impl From<AuthFactor> for poolpass::AuthFactor {
    fn from(factor: AuthFactor) -> Self {
        match factor {
            AuthFactor::Password => Self::Password,
            AuthFactor::PasswordSrp => Self::PasswordSrp,
            AuthFactor::EmailOtp => Self::EmailOtp,
            AuthFactor::SmsOtp => Self::SmsOtp,
            AuthFactor::WebAuthn => Self::WebAuthn,
            AuthFactor::Other(name) => Self::Other(name),
        }
    }
}
