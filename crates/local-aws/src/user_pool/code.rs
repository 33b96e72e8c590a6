//! Codes that are sent by SMS or mail.

use std::time::{Duration, SystemTime};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use rand::RngExt as _;

/// A code that was sent: of six digits, or of eight as first factor.
pub(super) struct Code {
    digits: String,
    expires: SystemTime,
    wrong_attempts: u8,
}

/// The reason why a code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeError {
    Mismatch,
    Expired,
    TooManyAttempts,
}

const MAX_WRONG_ATTEMPTS: u8 = 5;

impl Code {
    pub(super) fn new(now: SystemTime, validity: Duration) -> Self {
        let digits = format!("{:06}", rand::rng().random_range(0..1_000_000));
        Self { digits, expires: now + validity, wrong_attempts: 0 }
    }

    pub(super) fn of_eight_digits(now: SystemTime, validity: Duration) -> Self {
        let digits = format!("{:08}", rand::rng().random_range(0..100_000_000));
        Self { digits, ..Self::new(now, validity) }
    }

    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    /// Checks a code. After too many wrong ones, even the right one is refused.
    pub(super) fn check(&mut self, given: &str, now: SystemTime) -> Result<(), CodeError> {
        if self.wrong_attempts >= MAX_WRONG_ATTEMPTS {
            return Err(CodeError::TooManyAttempts);
        }
        if now >= self.expires {
            return Err(CodeError::Expired);
        }
        if verify_slices_are_equal(self.digits.as_bytes(), given.as_bytes()).is_err() {
            self.wrong_attempts += 1;
            return Err(CodeError::Mismatch);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn wrong(code: &Code) -> &'static str {
        if code.digits() == "000000" { "000001" } else { "000000" }
    }

    #[test]
    fn the_right_code_is_accepted_until_it_expires() {
        let mut code = Code::new(NOW, Duration::from_secs(60));
        let digits = code.digits().to_owned();
        assert_eq!(digits.len(), 6);
        assert_eq!(code.check(&digits, NOW + Duration::from_secs(59)), Ok(()));
        assert_eq!(code.check(&digits, NOW + Duration::from_secs(60)), Err(CodeError::Expired));
    }

    #[test]
    fn a_wrong_code_can_be_corrected_until_the_limit() {
        let mut code = Code::new(NOW, Duration::from_secs(60));
        let (right, wrong) = (code.digits().to_owned(), wrong(&code));
        for _ in 0..MAX_WRONG_ATTEMPTS - 1 {
            assert_eq!(code.check(wrong, NOW), Err(CodeError::Mismatch));
        }
        assert_eq!(code.check(&right, NOW), Ok(()));
        assert_eq!(code.check(wrong, NOW), Err(CodeError::Mismatch));
        assert_eq!(code.check(&right, NOW), Err(CodeError::TooManyAttempts));
    }
}
