//! The ids of AWS resources, parsed once and then known to be well-formed.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// An AWS region, such as `eu-west-1`; or what another server calls its own, such as `local` or `auto`.
///
/// The services of such a region have no addresses of AWS's, so that the configuration has to give them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region(String);

impl Region {
    /// The region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain under which the region's services live, by AWS's partitions:
    /// <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>.
    pub(crate) fn dns_suffix(&self) -> &'static str {
        let partition = match self.0.split_once('-') {
            Some((area @ ("cn" | "eusc"), _)) => area,
            Some((_, rest)) => rest.split_once('-').map_or(rest, |(partition, _)| partition),
            None => "",
        };
        match partition {
            "cn" => "amazonaws.com.cn",
            "eusc" => "amazonaws.eu",
            "iso" => "c2s.ic.gov",
            "isob" => "sc2s.sgov.gov",
            "isoe" => "cloud.adc-e.uk",
            "isof" => "csp.hci.ic.gov",
            _ => "amazonaws.com",
        }
    }

    /// Whether it has the form of AWS's regions: words, and a number at the end.
    pub(crate) fn is_of_aws(&self) -> bool {
        let Some((words, number)) = self.0.rsplit_once('-') else { return false };
        words.contains('-')
            && words.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase())
            && number.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl FromStr for Region {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if text.len() <= 63 && text.split('-').all(is_word) {
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
    }

    #[test]
    fn every_partition_has_its_domain() {
        for (region, suffix) in [
            ("eu-west-1", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("us-gov-east-1", "amazonaws.com"),
            ("mx-central-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("cn-northwest-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-iso-west-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("us-isob-west-1", "sc2s.sgov.gov"),
            ("eu-isoe-west-1", "cloud.adc-e.uk"),
            ("us-isof-east-1", "csp.hci.ic.gov"),
            ("us-isof-south-1", "csp.hci.ic.gov"),
        ] {
            let region: Region = region.parse().unwrap();
            assert_eq!((region.dns_suffix(), region.is_of_aws()), (suffix, true), "{region}");
        }
        for other in ["local", "auto", "garage", "fr-par", "nyc3", "us-1", "eu-central-003x"] {
            assert!(!other.parse::<Region>().unwrap().is_of_aws(), "{other}");
        }
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in
            ["", "eu-west-1", "eu-west-1_", "_abc", "eu_west_1_abc", "eu-west-1_a b", "eu-west-1_ä", "X_abc"]
        {
            assert!(text.parse::<UserPoolId>().is_err(), "{text}");
        }
        for text in ["", "-", "EU-west-1", "eu-west-", "eu--1", "eu-west-1 ", "eu.west", "eu_west", "é"] {
            assert!(text.parse::<Region>().is_err(), "{text}");
        }
        for text in ["", "eu-west-1:", "eu-west-1:9f1d63d7", "9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11"] {
            assert!(text.parse::<IdentityPoolId>().is_err(), "{text}");
        }
        assert!("".parse::<ClientId>().is_err());
        assert!("a-b".parse::<ClientId>().is_err());
    }
}
