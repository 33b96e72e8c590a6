//! How often a user may do something within an hour.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use crate::error::AwsError;

/// The attempts of a user in the last hour.
#[derive(Default)]
pub(super) struct Attempts {
    times: BTreeMap<Attempt, Vec<SystemTime>>,
}

/// A kind of attempt: codes that are sent, and wrong answers to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attempt {
    SignUp,
    Recovery,
    Attribute,
    WrongSignUp,
    WrongRecovery,
}

const HOUR: Duration = Duration::from_secs(3600);

impl Attempts {
    /// Counts an attempt.
    ///
    /// # Errors
    /// `LimitExceededException` if there were too many.
    pub(super) fn take(&mut self, attempt: Attempt, now: SystemTime) -> Result<(), AwsError> {
        self.check(attempt, now)?;
        self.count(attempt, now);
        Ok(())
    }

    /// # Errors
    /// `LimitExceededException` if there were too many attempts.
    pub(super) fn check(&self, attempt: Attempt, now: SystemTime) -> Result<(), AwsError> {
        let times = self.times.get(&attempt).map_or(&[][..], Vec::as_slice);
        let recent = times.iter().filter(|time| now < **time + HOUR).count();
        if recent >= attempt.most_per_hour() {
            return Err(limit_exceeded());
        }
        Ok(())
    }

    pub(super) fn count(&mut self, attempt: Attempt, now: SystemTime) {
        let times = self.times.entry(attempt).or_default();
        times.retain(|time| now < *time + HOUR);
        times.push(now);
    }
}

impl Attempt {
    /// AWS allows 5 to 20 codes, by the risk that it sees, and 15 wrong answers.
    fn most_per_hour(self) -> usize {
        match self {
            Self::SignUp | Self::Recovery | Self::Attribute => 20,
            Self::WrongSignUp | Self::WrongRecovery => 15,
        }
    }
}

pub(super) fn limit_exceeded() -> AwsError {
    AwsError::new("LimitExceededException", "Attempt limit exceeded, please try after some time.")
}

pub(super) fn too_many_failed_attempts() -> AwsError {
    AwsError::new("TooManyFailedAttemptsException", "Attempt limit exceeded, please try after some time.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_count_for_an_hour_and_each_kind_by_itself() {
        let mut attempts = Attempts::default();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        for second in 0..20 {
            assert_eq!(attempts.take(Attempt::Recovery, at(second)), Ok(()));
        }
        assert_eq!(attempts.take(Attempt::Recovery, at(3599)), Err(limit_exceeded()));
        assert_eq!(attempts.take(Attempt::Attribute, at(3599)), Ok(()));
        assert_eq!(attempts.take(Attempt::Recovery, at(3600)), Ok(()), "the first is an hour old");
        assert_eq!(attempts.take(Attempt::Recovery, at(3600)), Err(limit_exceeded()));
    }
}
