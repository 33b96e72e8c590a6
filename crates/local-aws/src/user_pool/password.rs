//! The password policy, and the delay after wrong passwords.

use std::time::{Duration, SystemTime};

use rand::seq::IndexedRandom as _;
use serde::{Deserialize, Serialize};

use crate::error::AwsError;

/// `Policies.PasswordPolicy` of a user pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PasswordPolicy {
    minimum_length: usize,
    require_uppercase: bool,
    require_lowercase: bool,
    require_numbers: bool,
    require_symbols: bool,
    pub(super) temporary_password_validity_days: u64,
    /// How many of the last passwords cannot be used again. The default is none.
    pub(super) password_history_size: usize,
}

/// Wrong passwords of one user. After the fifth in a row, the user is locked out for a second, and twice as long after each
/// further one, up to 15 minutes.
#[derive(Default)]
pub(super) struct PasswordAttempts {
    wrong: u32,
    locked_until: Option<SystemTime>,
}

const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ";

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_uppercase: true,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: true,
            temporary_password_validity_days: 7,
            password_history_size: 0,
        }
    }
}

impl PasswordPolicy {
    pub(super) fn validate(&self) -> Result<(), AwsError> {
        if (6..=99).contains(&self.minimum_length) && self.temporary_password_validity_days <= 365 {
            return Ok(());
        }
        Err(AwsError::new("InvalidParameterException", "Invalid password policy: a value is out of range."))
    }

    pub(super) fn check(&self, password: &str) -> Result<(), AwsError> {
        let length = password.chars().count();
        if length > 256 || password.trim() != password {
            return Err(AwsError::new(
                "InvalidParameterException",
                "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: ^[\\S]+.*[\\S]+$",
            ));
        }
        let complaint = if length < self.minimum_length {
            "Password not long enough"
        } else if self.require_uppercase && !password.chars().any(|c| c.is_ascii_uppercase()) {
            "Password must have uppercase characters"
        } else if self.require_lowercase && !password.chars().any(|c| c.is_ascii_lowercase()) {
            "Password must have lowercase characters"
        } else if self.require_numbers && !password.chars().any(|c| c.is_ascii_digit()) {
            "Password must have numeric characters"
        } else if self.require_symbols && !password.chars().any(|c| SYMBOLS.contains(c)) {
            "Password must have symbol characters"
        } else {
            return Ok(());
        };
        Err(AwsError::new(
            "InvalidPasswordException",
            format!("Password did not conform with policy: {complaint}"),
        ))
    }

    /// A temporary password that conforms to the policy.
    pub(super) fn generate(&self) -> String {
        const KINDS: [&[u8]; 4] =
            [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz", b"23456789", b"#%!*"];

        let mut rng = rand::rng();
        (0..self.minimum_length.max(12))
            .zip(KINDS.iter().cycle())
            .filter_map(|(_, kind)| kind.choose(&mut rng).copied().map(char::from))
            .collect()
    }
}

impl PasswordAttempts {
    pub(super) fn check_lock(&self, now: SystemTime) -> Result<(), AwsError> {
        if self.locked_until.is_some_and(|until| now < until) {
            return Err(AwsError::new("NotAuthorizedException", "Password attempts exceeded"));
        }
        Ok(())
    }

    pub(super) fn wrong(&mut self, now: SystemTime) {
        const FREE: u32 = 5;
        const LONGEST_SECONDS: u64 = 15 * 60;

        self.wrong = self.wrong.saturating_add(1);
        if self.wrong >= FREE {
            let seconds =
                1_u64.checked_shl(self.wrong - FREE).unwrap_or(LONGEST_SECONDS).min(LONGEST_SECONDS);
            self.locked_until = Some(now + Duration::from_secs(seconds));
        }
    }

    pub(super) fn right(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    #[test]
    fn each_rule_of_the_policy_is_named_when_broken() {
        let policy = PasswordPolicy::default();
        for (password, complaint) in [
            ("aB1!", "Password not long enough"),
            ("abcdef1!", "Password must have uppercase characters"),
            ("ABCDEF1!", "Password must have lowercase characters"),
            ("abcdefG!", "Password must have numeric characters"),
            ("abcdefG1", "Password must have symbol characters"),
        ] {
            let error = policy.check(password).unwrap_err();
            assert_eq!(error.code, "InvalidPasswordException");
            assert_eq!(error.message, format!("Password did not conform with policy: {complaint}"));
        }
        assert_eq!(policy.check("abcdefG1!"), Ok(()));
        assert_eq!(policy.check("Pässwörd 1"), Ok(()), "a space inside is a symbol");
        assert_eq!(policy.check(" abcdefG1!").unwrap_err().code, "InvalidParameterException");
    }

    #[test]
    fn generated_passwords_conform() {
        let policy = PasswordPolicy::default();
        for _ in 0..20 {
            assert_eq!(policy.check(&policy.generate()), Ok(()));
        }
    }

    #[test]
    fn the_fifth_wrong_password_locks_and_each_further_one_doubles_the_time() {
        let seconds = |n| NOW + Duration::from_secs(n);
        let mut attempts = PasswordAttempts::default();
        for _ in 0..4 {
            attempts.wrong(NOW);
            assert_eq!(attempts.check_lock(NOW), Ok(()));
        }
        attempts.wrong(NOW);
        assert!(attempts.check_lock(NOW).is_err());
        assert_eq!(attempts.check_lock(seconds(1)), Ok(()));
        attempts.wrong(seconds(1));
        assert!(attempts.check_lock(seconds(2)).is_err());
        assert_eq!(attempts.check_lock(seconds(3)), Ok(()));

        for _ in 0..100 {
            attempts.wrong(NOW);
        }
        assert!(attempts.check_lock(seconds(899)).is_err());
        assert_eq!(attempts.check_lock(seconds(900)), Ok(()));
        attempts.right();
        assert_eq!(attempts.check_lock(NOW), Ok(()));
    }
}
