//! The ids of AWS resources, parsed once and then known to be well-formed.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// An AWS region, such as `eu-west-1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region(String);

impl Region {
    /// The region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain under which the region's services live.
    pub(crate) fn dns_suffix(&self) -> &'static str {
        match self.0.split_once('-') {
            Some(("cn", _)) => "amazonaws.com.cn",
            Some(("eusc", _)) => "amazonaws.eu",
            _ => "amazonaws.com",
        }
    }
}

impl FromStr for Region {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = text.split('-').collect();
        let well_formed = match parts.as_slice() {
            [area, middle @ .., number] => {
                let is_word =
                    |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
                is_word(area)
                    && !middle.is_empty()
                    && middle.iter().all(is_word)
                    && !number.is_empty()
                    && number.bytes().all(|byte| byte.is_ascii_digit())
            }
            _ => false,
        };
        if well_formed {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid_config(format!("\"{text}\" is not a region: expected the form \"eu-west-1\"")))
    }
}

/// A user pool's id, such as `eu-west-1_AbCdEfGhI`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserPoolId {
    id: String,
    region: Region,
    name_start: usize,
}

impl UserPoolId {
    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// The region that the pool is in: the part before the underscore.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The part after the underscore, which SRP calls the pool name.
    pub fn pool_name(&self) -> &str {
        self.id.get(self.name_start..).unwrap_or_default()
    }
}

impl FromStr for UserPoolId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || {
            Error::invalid_config(format!(
                "\"{text}\" is not a user pool id: expected the form \"eu-west-1_AbCdEfGhI\""
            ))
        };
        let (region, name) = text.split_once('_').ok_or_else(malformed)?;
        let region = region.parse().map_err(|_| malformed())?;
        if text.len() > 55 || name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(malformed());
        }
        Ok(Self { id: text.to_owned(), region, name_start: text.len() - name.len() })
    }
}

/// The id of a user pool's app client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+');
        if (1..=128).contains(&text.len()) && text.bytes().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid_config(format!(
            "\"{text}\" is not the id of an app client: expected letters and digits, such as \"1example23456789\""
        )))
    }
}

/// An identity pool's id, such as `eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdentityPoolId {
    id: String,
    region: Region,
}

impl IdentityPoolId {
    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// The region that the pool is in: the part before the colon.
    pub fn region(&self) -> &Region {
        &self.region
    }
}

impl FromStr for IdentityPoolId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || {
            Error::invalid_config(format!(
                "\"{text}\" is not an identity pool id: expected the form \
                 \"eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11\""
            ))
        };
        let (region, uuid) = text.split_once(':').ok_or_else(malformed)?;
        let region = region.parse().map_err(|_| malformed())?;
        let lengths = uuid.split('-').map(str::len);
        let is_hex = uuid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
        if !is_hex || !lengths.eq([8, 4, 4, 4, 12]) {
            return Err(malformed());
        }
        Ok(Self { id: text.to_owned(), region })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for UserPoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for IdentityPoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_ids_come_apart() {
        let pool: UserPoolId = "us-gov-west-1_AbC123".parse().unwrap();
        assert_eq!((pool.region().as_str(), pool.pool_name()), ("us-gov-west-1", "AbC123"));
        assert_eq!(pool.to_string(), "us-gov-west-1_AbC123");
        assert_eq!("cn-north-1".parse::<Region>().unwrap().dns_suffix(), "amazonaws.com.cn");
        assert_eq!("eusc-de-east-1".parse::<Region>().unwrap().dns_suffix(), "amazonaws.eu");
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in
            ["", "eu-west-1", "eu-west-1_", "_abc", "eu_west_1_abc", "eu-west-1_a b", "eu-west-1_ä", "x_abc"]
        {
            assert!(text.parse::<UserPoolId>().is_err(), "{text}");
        }
        for text in ["", "eu", "eu-1", "EU-west-1", "eu-west-", "eu--1", "eu-west-1 "] {
            assert!(text.parse::<Region>().is_err(), "{text}");
        }
        for text in ["", "eu-west-1:", "eu-west-1:9f1d63d7", "9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11"] {
            assert!(text.parse::<IdentityPoolId>().is_err(), "{text}");
        }
        assert!("".parse::<ClientId>().is_err());
        assert!("a-b".parse::<ClientId>().is_err());
    }
}
