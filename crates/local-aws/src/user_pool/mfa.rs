//! Second factors, and the codes of authenticator apps (TOTP).

use std::time::SystemTime;

use rand::Rng as _;
use serde::{Deserialize, Serialize};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::{clock::unix_seconds, error::AwsError};

/// A second factor, with the name of its challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Factor {
    #[serde(rename = "SMS_MFA")]
    Sms,
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareToken,
    #[serde(rename = "EMAIL_OTP")]
    Email,
}

/// Whether a pool requires a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum MfaConfiguration {
    #[default]
    Off,
    On,
    Optional,
}

/// The second factors that a pool offers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfferedFactors {
    pub(super) sms: bool,
    pub(super) software_token: bool,
    pub(super) email: bool,
}

/// The second factors of a user.
#[derive(Default)]
pub(super) struct MfaSettings {
    /// The verified authenticator app.
    pub(super) software_token: Option<SoftwareToken>,
    /// An authenticator app that is not yet verified.
    pub(super) pending_software_token: Option<SoftwareToken>,
    /// The enabled factors.
    pub(super) enabled: Vec<Factor>,
    pub(super) preferred: Option<Factor>,
    /// Whether a passkey replaces the second factor.
    pub(super) web_authn: bool,
}

/// The secret that the server shares with an authenticator app.
pub(super) struct SoftwareToken {
    totp: Totp,
    last_used_step: Option<u64>,
    pub(super) friendly_name: Option<String>,
}

/// The reason why a code of an authenticator app is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SoftwareTokenError {
    Mismatch,
    AlreadyUsed,
}

impl Factor {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }

    /// The attribute that its codes are sent to.
    pub(super) fn address(self) -> Option<&'static str> {
        match self {
            Self::Sms => Some("phone_number"),
            Self::Email => Some("email"),
            Self::SoftwareToken => None,
        }
    }

    pub(super) fn by_name(name: &str) -> Option<Self> {
        [Self::Sms, Self::SoftwareToken, Self::Email].into_iter().find(|factor| factor.name() == name)
    }
}

impl OfferedFactors {
    pub(super) fn has(self, factor: Factor) -> bool {
        match factor {
            Factor::Sms => self.sms,
            Factor::SoftwareToken => self.software_token,
            Factor::Email => self.email,
        }
    }
}

impl MfaSettings {
    pub(super) fn enable(&mut self, factor: Factor) {
        if !self.enabled.contains(&factor) {
            self.enabled.push(factor);
        }
    }

    pub(super) fn disable(&mut self, factor: Factor) {
        self.enabled.retain(|enabled| *enabled != factor);
        if self.preferred == Some(factor) {
            self.preferred = None;
        }
    }

    /// The names of the enabled factors, as in `UserMFASettingList`.
    pub(super) fn enabled_names(&self) -> Vec<&'static str> {
        self.enabled.iter().map(|factor| factor.name()).collect()
    }
}

impl SoftwareToken {
    pub(super) fn generate() -> Self {
        let mut secret = [0; 32];
        rand::rng().fill_bytes(&mut secret);
        Self::new(Secret::from(secret))
    }

    /// Six digits, a new code every 30 seconds, valid one step early or late.
    fn new(secret: Secret) -> Self {
        let totp =
            Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(1).with_step_duration(30);
        Self {
            totp: totp.with_secret(secret).build_noncompliant(),
            last_used_step: None,
            friendly_name: None,
        }
    }

    /// The secret in base32, for authenticator apps.
    pub(super) fn secret_code(&self) -> String {
        self.totp.secret().to_base32()
    }

    /// Accepts each code once.
    pub(super) fn check(&mut self, code: &str, now: SystemTime) -> Result<(), SoftwareTokenError> {
        let is_code = code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit());
        let seconds = u64::try_from(unix_seconds(now)).unwrap_or_default();
        let step = self.totp.check(code, seconds).filter(|_| is_code).ok_or(SoftwareTokenError::Mismatch)?;
        if self.last_used_step.is_some_and(|last| step <= last) {
            return Err(SoftwareTokenError::AlreadyUsed);
        }
        self.last_used_step = Some(step);
        Ok(())
    }
}

impl From<SoftwareTokenError> for AwsError {
    fn from(error: SoftwareTokenError) -> Self {
        match error {
            SoftwareTokenError::Mismatch => {
                Self::new("CodeMismatchException", "Invalid code received for user")
            }
            SoftwareTokenError::AlreadyUsed => {
                Self::new("ExpiredCodeException", "Your software token has already been used once.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// The secret of RFC 6238, appendix B.
    fn rfc_6238() -> SoftwareToken {
        SoftwareToken::new(Secret::from(*b"12345678901234567890"))
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // The last six of the RFC's eight digits.
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(rfc_6238().check(code, at(seconds)), Ok(()), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_no_more() {
        for (seconds, result) in [
            (29, Ok(())),
            (59, Ok(())),
            (89, Ok(())),
            (90, Err(SoftwareTokenError::Mismatch)),
            (1_000_000, Err(SoftwareTokenError::Mismatch)),
        ] {
            assert_eq!(rfc_6238().check("287082", at(seconds)), result, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_accepted_once() {
        let mut token = rfc_6238();
        assert_eq!(token.check("287082", at(59)), Ok(()));
        assert_eq!(token.check("287082", at(59)), Err(SoftwareTokenError::AlreadyUsed));
        assert_eq!(token.check("287082", at(61)), Err(SoftwareTokenError::AlreadyUsed));
    }

    #[test]
    fn only_six_digits_are_a_code() {
        for code in ["", "28708", "2870820", "28708a", "287 082", "287-082", "２８７０８２"] {
            assert_eq!(rfc_6238().check(code, at(59)), Err(SoftwareTokenError::Mismatch), "{code}");
        }
    }

    #[test]
    fn secrets_are_32_bytes_in_base_32() {
        let code = SoftwareToken::generate().secret_code();
        assert_eq!(code.len(), 52);
        assert_ne!(code, SoftwareToken::generate().secret_code());
    }
}
