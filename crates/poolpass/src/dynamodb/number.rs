//! DynamoDB's numbers.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A decimal number of up to 38 digits, kept as the text that DynamoDB sends and takes, so that it never loses a digit.
///
/// ```
/// use poolpass::dynamodb::Number;
///
/// let third: Number = "0.33333333333333333333333333333333333333".parse()?;
/// assert_eq!(third.as_str(), "0.33333333333333333333333333333333333333");
/// assert_eq!(Number::from(u64::MAX).to::<u64>(), Some(u64::MAX));
/// # Ok::<(), poolpass::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as one of Rust's types. `None` where it does not fit; `f64` takes the nearest that it has.
    pub fn to<T: FromStr>(&self) -> Option<T> {
        self.0.parse().ok()
    }

    /// A number that DynamoDB has sent.
    pub(super) fn from_wire(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for Number {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if is_decimal(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid_input(format!("\"{text}\" is not a number")))
    }
}

impl TryFrom<f64> for Number {
    type Error = Error;

    /// The shortest decimal that reads as this `f64`.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` for infinity and what is not a number.
    fn try_from(value: f64) -> Result<Self, Error> {
        value.to_string().parse()
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                Self(value.to_string())
            }
        }
    )*};
}
from_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `-12.34e5` and its parts. DynamoDB itself judges the number of digits and the magnitude.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let unsigned = |text: &str| text.strip_prefix(['+', '-']).unwrap_or(text).to_owned();
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = unsigned(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((&mantissa, ""));
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    let good_exponent =
        exponent.map(unsigned).is_none_or(|exponent| !exponent.is_empty() && all_digits(&exponent));
    has_digits && all_digits(whole) && all_digits(fraction) && good_exponent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_kept_as_they_are_written() {
        for text in ["0", "-0.1", "12345678901234567890123456789012345678", "1E-130", "+9.9e+125", ".5", "5."]
        {
            assert_eq!(text.parse::<Number>().unwrap().as_str(), text);
        }
        for text in ["", "-", ".", "1.2.3", "0x10", "1e", "NaN", "inf", "1 ", "١"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }

    #[test]
    fn rusts_numbers_convert_exactly_or_not_at_all() {
        assert_eq!(Number::from(i128::MIN).as_str(), "-170141183460469231731687303715884105728");
        assert_eq!(Number::from(i128::MIN).to::<i128>(), Some(i128::MIN));
        assert_eq!(Number::from(i128::MIN).to::<i64>(), None);
        assert_eq!(Number::try_from(0.1).unwrap().as_str(), "0.1");
        assert!(Number::try_from(f64::NAN).is_err());
        assert!(Number::try_from(f64::INFINITY).is_err());
    }
}
