//! Second factors, for challenges and accounts.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::percent;

/// A second factor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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

impl MfaMethod {
    /// The methods that Poolpass knows, each with AWS's name and its [code](Self::code).
    const KNOWN: [(Self, &'static str, &'static str); 3] = [
        (Self::SmsMfa, "SMS_MFA", "smsMfa"),
        (Self::SoftwareTokenMfa, "SOFTWARE_TOKEN_MFA", "softwareTokenMfa"),
        (Self::EmailMfa, "EMAIL_OTP", "emailMfa"),
    ];

    /// AWS's name for the method, such as `SOFTWARE_TOKEN_MFA`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => known.names().0,
        }
    }

    /// The method as a short text, such as `softwareTokenMfa`, the same in every language; AWS's name for a method that Poolpass
    /// does not know.
    pub fn code(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => known.names().1,
        }
    }

    /// The method that has this [code](Self::code).
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

impl From<String> for MfaMethod {
    fn from(name: String) -> Self {
        let known = Self::KNOWN.into_iter().find(|known| known.1 == name);
        known.map_or(Self::Other(name), |known| known.0)
    }
}

impl fmt::Display for MfaMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Checks the `Status` in the answer of VerifySoftwareToken: whether AWS accepted the first code of an authenticator app.
pub(crate) fn verified(answer: &mut Object) -> Result<(), Error> {
    match answer.maybe_text("Status")?.as_deref() {
        Some("SUCCESS") => Ok(()),
        Some(_) => {
            Err(Error::new(ErrorKind::CodeMismatch, "the code is wrong").during("VerifySoftwareToken"))
        }
        None => Err(Error::invalid_response("the answer does not say whether the code is right")
            .during("VerifySoftwareToken")),
    }
}

/// The secret that a person puts into their authenticator app.
#[derive(Clone)]
pub struct SoftwareTokenSetup {
    secret: SecretString,
}

impl SoftwareTokenSetup {
    pub(crate) fn new(secret: SecretString) -> Self {
        Self { secret }
    }

    /// The secret in base32, for people who type it in: a secret.
    pub fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The `otpauth://` URI to show as a QR code: a secret, since it contains the TOTP secret.
    ///
    /// `issuer` names the app, `account` the person; authenticator apps show both.
    ///
    /// ```no_run
    /// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
    /// let setup = client.account().associate_software_token().await?;
    /// let uri = setup.otpauth_uri("Notes & more", "ada@example.com");
    /// // otpauth://totp/Notes%20%26%20more:ada%40example.com?secret=…&issuer=Notes%20%26%20more
    /// # Ok(())
    /// # }
    /// ```
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> String {
        // In the label a colon separates the issuer from the account, so that none may be left in either.
        let (issuer, account) = (percent::component(issuer), percent::component(account));
        let secret = percent::component(self.secret());
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
    }
}

#[cfg(feature = "qr-code")]
impl SoftwareTokenSetup {
    /// The [`otpauth_uri`](Self::otpauth_uri) as a QR code in an SVG image: a secret, since it contains the TOTP secret.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` if the names are too long for a QR code, which takes about two thousand bytes.
    pub fn qr_code_svg(&self, issuer: &str, account: &str) -> Result<String, Error> {
        let uri = zeroize::Zeroizing::new(self.otpauth_uri(issuer, account));
        let code = qrcode::QrCode::new(uri.as_bytes())
            .map_err(|_| Error::invalid_input("the issuer and the account are too long for a QR code"))?;
        Ok(code.render::<qrcode::render::svg::Color<'_>>().build())
    }
}

impl fmt::Debug for SoftwareTokenSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareTokenSetup").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_survives_any_name() {
        let setup = SoftwareTokenSetup::new("JBSWY3DPEHPK3PXP".into());
        assert_eq!(
            setup.otpauth_uri("Käse: 50% & more?", "ada+x@example.com"),
            "otpauth://totp/K%C3%A4se%3A%2050%25%20%26%20more%3F:ada%2Bx%40example.com\
             ?secret=JBSWY3DPEHPK3PXP&issuer=K%C3%A4se%3A%2050%25%20%26%20more%3F"
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(
            format!("{:?}", SoftwareTokenSetup::new("JBSWY3DPEHPK3PXP".into())),
            "SoftwareTokenSetup { .. }"
        );
    }

    #[test]
    fn unknown_methods_keep_their_names() {
        for name in ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "PIGEON_MFA"] {
            assert_eq!(MfaMethod::from(name.to_owned()).as_str(), name);
        }
        assert_eq!(MfaMethod::from("PIGEON_MFA".to_owned()), MfaMethod::Other("PIGEON_MFA".to_owned()));
    }

    #[test]
    fn a_code_names_the_same_method_as_aws_does() {
        for (name, code) in [
            ("SMS_MFA", "smsMfa"),
            ("SOFTWARE_TOKEN_MFA", "softwareTokenMfa"),
            ("EMAIL_OTP", "emailMfa"),
            ("PIGEON_MFA", "PIGEON_MFA"),
        ] {
            let method = MfaMethod::from(name.to_owned());
            assert_eq!(method.code(), code);
            assert_eq!(MfaMethod::from_code(code), method);
        }
    }
}
