//! The condition operators of the policy language.

use std::net::IpAddr;

use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime, Time};

use super::context::{Context, Value};
use super::pattern::{Pattern, Syntax, arn_matches};

/// One entry of a `Condition` element: an operator, a context key, and the values that it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    operator: Operator,
    key: String,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Operator {
    set: Option<Set>,
    if_exists: bool,
    negated: bool,
    test: Test,
}

/// The set operators, for keys that have several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    ForAllValues,
    ForAnyValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Order),
    Date(Order),
    Bool,
    BinaryEquals,
    IpAddress,
    Arn,
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// `None` if the policy language has no such operator.
    pub(crate) fn parse(operator: &str, key: &str, values: Vec<String>) -> Option<Self> {
        Some(Self { operator: Operator::parse(operator)?, key: key.to_owned(), values })
    }

    /// Whether the request fulfils this condition. `variables`: whether `${…}` in its values is resolved.
    pub(crate) fn holds(&self, context: &Context, variables: bool) -> bool {
        let value = context.value(&self.key);
        if self.operator.test == Test::Null {
            let absent = value.is_none();
            return self.values.iter().any(|expected| expected.eq_ignore_ascii_case(&absent.to_string()));
        }
        let holds_for = |value: &String| self.holds_for(value, context, variables);
        match (self.operator.set, value) {
            // A missing key fulfils ForAllValues: every one of no values matches.
            (Some(Set::ForAllValues), None) => true,
            (Some(Set::ForAnyValue), None) => false,
            (None, None) => self.operator.if_exists || self.operator.negated,
            (Some(_), Some(Value::Single(value))) | (None, Some(Value::Single(value))) => holds_for(value),
            (Some(Set::ForAllValues), Some(Value::Multiple(values))) => values.iter().all(holds_for),
            (Some(Set::ForAnyValue), Some(Value::Multiple(values))) => values.iter().any(holds_for),
            // A key with several values needs a set operator.
            (None, Some(Value::Multiple(_))) => false,
        }
    }

    /// A positive operator needs one of the policy's values to match; a negated one needs none to match. A value that cannot be
    /// compared (a variable without a value, a malformed number) fulfils neither, so that it never grants access.
    fn holds_for(&self, actual: &str, context: &Context, variables: bool) -> bool {
        let test = |expected: &String| self.operator.test.matches(expected, actual, context, variables);
        if self.operator.negated {
            return self.values.iter().all(|expected| test(expected) == Some(false));
        }
        self.values.iter().any(|expected| test(expected) == Some(true))
    }
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        let (set, rest) = match text.split_once(':') {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAllValues") => {
                (Some(Set::ForAllValues), rest)
            }
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(Set::ForAnyValue), rest)
            }
            Some(_) => return None,
            None => (None, text),
        };
        let lower = rest.to_ascii_lowercase();
        let (base, if_exists) = match lower.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (lower.as_str(), false),
        };
        let (test, negated) = match base {
            "stringequals" => (Test::StringEquals, false),
            "stringnotequals" => (Test::StringEquals, true),
            "stringequalsignorecase" => (Test::StringEqualsIgnoreCase, false),
            "stringnotequalsignorecase" => (Test::StringEqualsIgnoreCase, true),
            "stringlike" => (Test::StringLike, false),
            "stringnotlike" => (Test::StringLike, true),
            "numericequals" => (Test::Numeric(Order::Equal), false),
            "numericnotequals" => (Test::Numeric(Order::Equal), true),
            "numericlessthan" => (Test::Numeric(Order::Less), false),
            "numericlessthanequals" => (Test::Numeric(Order::LessOrEqual), false),
            "numericgreaterthan" => (Test::Numeric(Order::Greater), false),
            "numericgreaterthanequals" => (Test::Numeric(Order::GreaterOrEqual), false),
            "dateequals" => (Test::Date(Order::Equal), false),
            "datenotequals" => (Test::Date(Order::Equal), true),
            "datelessthan" => (Test::Date(Order::Less), false),
            "datelessthanequals" => (Test::Date(Order::LessOrEqual), false),
            "dategreaterthan" => (Test::Date(Order::Greater), false),
            "dategreaterthanequals" => (Test::Date(Order::GreaterOrEqual), false),
            "bool" => (Test::Bool, false),
            "binaryequals" => (Test::BinaryEquals, false),
            "ipaddress" => (Test::IpAddress, false),
            "notipaddress" => (Test::IpAddress, true),
            "arnequals" | "arnlike" => (Test::Arn, false),
            "arnnotequals" | "arnnotlike" => (Test::Arn, true),
            "null" if !if_exists && set.is_none() => (Test::Null, false),
            _ => return None,
        };
        Some(Self { set, if_exists, negated, test })
    }
}

impl Test {
    /// `None` if the two cannot be compared.
    fn matches(self, expected: &str, actual: &str, context: &Context, variables: bool) -> Option<bool> {
        let syntax = Syntax { wildcards: matches!(self, Self::StringLike | Self::Arn), variables };
        let pattern = Pattern::resolve(expected, syntax, context)?;
        match self {
            Self::StringEquals | Self::StringLike | Self::BinaryEquals => Some(pattern.matches(actual)),
            Self::StringEqualsIgnoreCase => Some(pattern.matches_ignoring_case(actual)),
            Self::Bool => Some(parse_bool(actual)? == parse_bool(&pattern.to_text())?),
            Self::Numeric(order) => {
                Some(order.holds(&parse_number(actual)?, &parse_number(&pattern.to_text())?))
            }
            Self::Date(order) => Some(order.holds(&parse_date(actual)?, &parse_date(&pattern.to_text())?)),
            Self::IpAddress => ip_in_range(actual, &pattern.to_text()),
            Self::Arn => actual.starts_with("arn:").then(|| arn_matches(expected, actual, syntax, context)),
            Self::Null => None,
        }
    }
}

impl Order {
    fn holds<T: PartialOrd>(self, actual: &T, expected: &T) -> bool {
        match self {
            Self::Equal => actual == expected,
            Self::Less => actual < expected,
            Self::LessOrEqual => actual <= expected,
            Self::Greater => actual > expected,
            Self::GreaterOrEqual => actual >= expected,
        }
    }
}

/// Dates are ISO 8601, with or without a time of day, or seconds since 1970.
fn parse_date(text: &str) -> Option<OffsetDateTime> {
    if let Ok(seconds) = text.parse::<i64>() {
        return OffsetDateTime::from_unix_timestamp(seconds).ok();
    }
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(text, &Iso8601::PARSING))
        .or_else(|_| {
            Date::parse(text, &Iso8601::PARSING).map(|date| date.with_time(Time::MIDNIGHT).assume_utc())
        })
        .ok()
}

fn parse_bool(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

fn parse_number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// `range` is an address or a CIDR block. `None` if one of the two is neither.
fn ip_in_range(address: &str, range: &str) -> Option<bool> {
    let (network, length) = match range.split_once('/') {
        Some((network, length)) => (network, length.parse::<u32>().ok()?),
        None => (range, 128),
    };
    let (address, network) = (address.parse().ok()?, network.parse().ok()?);
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            (address.to_bits().into(), network.to_bits().into(), 32)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => (address.to_bits(), network.to_bits(), 128),
        _ => return Some(false),
    };
    let difference: u128 = address ^ network;
    Some(difference.checked_shr(width - length.min(width)).unwrap_or_default() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(operator: &str, key: &str, values: &[&str], context: &Context) -> bool {
        Condition::parse(operator, key, values.iter().map(|v| (*v).to_owned()).collect())
            .expect("a known operator")
            .holds(context, true)
    }

    #[test]
    fn unknown_operators_are_not_conditions() {
        for operator in ["", "StringSame", "ForEachValue:StringEquals", "NullIfExists", "ForAllValues:Null"] {
            assert_eq!(Condition::parse(operator, "aws:x", Vec::new()), None, "{operator}");
        }
    }

    #[test]
    fn a_missing_key_fulfils_for_all_values_but_not_for_any_value() {
        let empty = Context::default();
        assert!(holds("ForAllValues:StringEquals", "dynamodb:LeadingKeys", &["x"], &empty));
        assert!(!holds("ForAnyValue:StringEquals", "dynamodb:LeadingKeys", &["x"], &empty));
        assert!(holds("StringNotEquals", "aws:x", &["x"], &empty));
        assert!(holds("StringEqualsIfExists", "aws:x", &["x"], &empty));
        assert!(!holds("StringEquals", "aws:x", &["x"], &empty));
        assert!(holds("Null", "aws:x", &["true"], &empty));
    }

    #[test]
    fn every_value_of_a_list_counts() {
        let mut context = Context::default();
        context.set_list("dynamodb:LeadingKeys", vec!["me".into(), "you".into()]);
        assert!(!holds("ForAllValues:StringEquals", "dynamodb:LeadingKeys", &["me"], &context));
        assert!(holds("ForAllValues:StringEquals", "dynamodb:LeadingKeys", &["me", "you"], &context));
        assert!(holds("ForAnyValue:StringEquals", "dynamodb:LeadingKeys", &["me"], &context));
        assert!(!holds("StringEquals", "dynamodb:LeadingKeys", &["me", "you"], &context));
    }

    #[test]
    fn dates_compare_as_instants() {
        let mut context = Context::default();
        context.set("aws:CurrentTime", "2026-11-23T12:00:00Z");
        assert!(holds("DateLessThan", "aws:CurrentTime", &["2026-11-23T14:00:00+01:00"], &context));
        assert!(holds("DateGreaterThan", "aws:CurrentTime", &["2026-11-23"], &context));
        assert!(holds("DateEquals", "aws:CurrentTime", &["1795435200"], &context));
        assert!(!holds("DateEquals", "aws:CurrentTime", &["yesterday"], &context));
    }

    #[test]
    fn addresses_fall_into_their_blocks() {
        let mut context = Context::default();
        context.set("aws:SourceIp", "127.0.0.1");
        assert!(holds("IpAddress", "aws:SourceIp", &["127.0.0.0/8"], &context));
        assert!(holds("IpAddress", "aws:SourceIp", &["0.0.0.0/0"], &context));
        assert!(holds("IpAddress", "aws:SourceIp", &["127.0.0.1"], &context));
        assert!(!holds("IpAddress", "aws:SourceIp", &["10.0.0.0/8", "::/0", "127.0.0.1/x"], &context));
        assert!(holds("NotIpAddress", "aws:SourceIp", &["10.0.0.0/8"], &context));
    }
}
