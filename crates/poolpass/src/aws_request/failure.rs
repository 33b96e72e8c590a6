//! Why an attempt failed, and the error that the caller gets.

use super::AuthScheme;
use super::protocol::Protocol;
use super::refusal::Refusal;
use crate::error::Error;
use crate::platform::{TransportError, TransportErrorKind};

/// Why one attempt failed.
#[derive(Debug)]
pub(super) enum Failure {
    Refused(Box<Refusal>),
    NoAnswer(TransportError),
    /// Sending again cannot help.
    Final(Error),
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self::NoAnswer(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) if refusal.is_about_time() && refusal.error.aws_code().is_some() => {
                let message = format!("{} Check the device's clock.", refusal.error.message());
                refusal.error.with_message(message)
            }
            Failure::Refused(refusal) => refusal.error,
            Failure::NoAnswer(error) => error.into(),
            Failure::Final(error) => error,
        }
    }
}

/// Adds the probable reason to a redirect: some services redirect requests for a resource in another region.
pub(super) fn redirect_explained(
    error: TransportError,
    protocol: &Protocol,
    authorization: &AuthScheme<'_>,
) -> TransportError {
    match (protocol.regional_resource, authorization) {
        (Some(resource), AuthScheme::SigV4 { region, .. })
            if error.kind == TransportErrorKind::Redirected =>
        {
            TransportError::redirected(format!("{error}: {resource} is probably not in {region}"))
        }
        _ => error,
    }
}
