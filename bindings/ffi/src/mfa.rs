//! Second factors.

use crate::error::PoolpassError;

/// The secret that a person puts into their authenticator app.
#[derive(Debug, uniffi::Object)]
pub struct SoftwareTokenSetup(pub(crate) poolpass::SoftwareTokenSetup);

#[uniffi::export]
impl SoftwareTokenSetup {
    /// The secret in base32, for people who type it in: a secret.
    pub fn secret(&self) -> String {
        self.0.secret().to_owned()
    }

    /// The `otpauth://` URI to show as a QR code: a secret, since it contains the TOTP secret.
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> String {
        self.0.otpauth_uri(issuer, account)
    }

    /// The `otpauth://` URI as a QR code in an SVG image: a secret, since it contains the TOTP secret.
    pub fn qr_code_svg(&self, issuer: &str, account: &str) -> Result<String, PoolpassError> {
        Ok(self.0.qr_code_svg(issuer, account)?)
    }
}

/// A second factor.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum MfaMethod {
    /// A code by SMS (`SMS_MFA`).
    SmsMfa,
    /// A code from an authenticator app (`SOFTWARE_TOKEN_MFA`).
    SoftwareTokenMfa,
    /// A code by email (`EMAIL_OTP`).
    EmailMfa,
    /// Another method, by AWS's name for it.
    Other(String),
}

#[uniffi::export]
impl MfaMethod {
    /// The method as a short text, such as `softwareTokenMfa`, the same in every language; AWS's name for a method that Poolpass
    /// does not know.
    pub fn code(&self) -> String {
        poolpass::MfaMethod::from(self.clone()).code().to_owned()
    }
}

/// The method that has this code.
#[uniffi::export]
pub(crate) fn mfa_method(code: String) -> MfaMethod {
    MfaMethod::from(&poolpass::MfaMethod::from_code(code))
}

impl From<&poolpass::MfaMethod> for MfaMethod {
    fn from(method: &poolpass::MfaMethod) -> Self {
        match method {
            poolpass::MfaMethod::SmsMfa => Self::SmsMfa,
            poolpass::MfaMethod::SoftwareTokenMfa => Self::SoftwareTokenMfa,
            poolpass::MfaMethod::EmailMfa => Self::EmailMfa,
            other => Self::Other(other.as_str().to_owned()),
        }
    }
}

impl From<MfaMethod> for poolpass::MfaMethod {
    fn from(method: MfaMethod) -> Self {
        match method {
            MfaMethod::SmsMfa => Self::SmsMfa,
            MfaMethod::SoftwareTokenMfa => Self::SoftwareTokenMfa,
            MfaMethod::EmailMfa => Self::EmailMfa,
            MfaMethod::Other(name) => Self::Other(name),
        }
    }
}
