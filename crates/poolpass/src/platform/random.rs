//! Randomness as an input.

use std::fmt;

use super::{MaybeSend, MaybeSync};

/// Provides random bytes: for SRP's secret, PKCE verifiers and retry jitter.
///
/// An implementation must be a cryptographically secure generator. It is replaceable for tests
/// that need fixed values.
pub trait Random: fmt::Debug + MaybeSend + MaybeSync {
    /// Fills `bytes` with random data.
    ///
    /// # Errors
    ///
    /// [`RandomError`] when the system has no randomness to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The operating system's or browser's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one place where randomness enters")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(bytes).map_err(|error| RandomError(error.to_string()))
    }
}

/// The system gave no random bytes.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the system's random generator failed: {0}")]
pub struct RandomError(pub String);
