//! Where each service is reached.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use super::Region;
use crate::authority;
use crate::error::Error;
use crate::percent;

/// The AWS services whose address the configuration can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Cognito user pools (`cognito-idp`).
    CognitoIdp,
    /// Cognito identity pools (`cognito-identity`).
    CognitoIdentity,
    /// The Security Token Service, which the classic flow of identity pools uses.
    Sts,
    /// S3.
    S3,
    /// DynamoDB.
    DynamoDb,
}

impl Service {
    /// The service's name in host names and signatures.
    pub fn signing_name(self) -> &'static str {
        match self {
            Self::CognitoIdp => "cognito-idp",
            Self::CognitoIdentity => "cognito-identity",
            Self::Sts => "sts",
            Self::S3 => "s3",
            Self::DynamoDb => "dynamodb",
        }
    }
}

/// The overridden addresses; a service that is not among them is reached at AWS's own.
#[derive(Clone, Debug, Default)]
pub struct Endpoints(Vec<(Service, Endpoint)>);

impl Endpoints {
    pub(super) fn set(&mut self, service: Service, endpoint: Endpoint) {
        self.0.retain(|(other, _)| *other != service);
        self.0.push((service, endpoint));
    }

    pub(super) fn overrides(&self, service: Service) -> bool {
        self.found(service).is_some()
    }

    pub(super) fn resolve(&self, service: Service, region: &Region) -> Endpoint {
        self.found(service).cloned().unwrap_or_else(|| Endpoint::of_aws(service.signing_name(), region))
    }

    fn found(&self, service: Service) -> Option<&Endpoint> {
        self.0.iter().find(|(of, _)| *of == service).map(|(_, endpoint)| endpoint)
    }
}

/// A base URL: scheme, host, optional port and optional path, without query.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Uri);

impl Endpoint {
    /// AWS's own address of a service, by its signing name.
    pub(crate) fn of_aws(service: &str, region: &Region) -> Self {
        let host = format!("{service}.{region}.{}", region.dns_suffix());
        let authority = Authority::try_from(host).unwrap_or_else(|_| Authority::from_static("amazonaws.com"));
        Self::from_parts(Scheme::HTTPS, authority, PathAndQuery::from_static("/"))
    }

    /// The same base URL under another host, as S3's buckets have it: `prefix.host`.
    pub(crate) fn with_host_prefix(&self, prefix: &str) -> Result<Self, Error> {
        let authority = Authority::try_from(format!("{prefix}.{}", self.authority())).map_err(|error| {
            Error::invalid_config("the bucket's name does not fit into a host name").with_source(error)
        })?;
        Ok(Self::from_parts(self.scheme().clone(), authority, self.path_and_query()))
    }

    /// A URL below this base. `path_and_query` is percent-encoded and starts with `/`.
    pub(crate) fn join(&self, path_and_query: &str) -> Result<Uri, Error> {
        let base = self.0.path().trim_end_matches('/');
        let whole = format!("{base}{path_and_query}");
        let path_and_query = PathAndQuery::try_from(whole).map_err(|error| {
            Error::invalid_input("the path or query is too long for a URL").with_source(error)
        })?;
        Ok(Self::from_parts(self.scheme().clone(), self.authority(), path_and_query).0)
    }

    /// Whether the host is one of AWS in the region's partition.
    pub(crate) fn is_of_aws(&self, region: &Region) -> bool {
        let host = self.0.host().unwrap_or_default();
        host.strip_suffix(region.dns_suffix()).is_some_and(|prefix| prefix.ends_with('.'))
    }

    /// Whether the host is an IP address, before which no name can stand.
    pub(crate) fn is_ip_address(&self) -> bool {
        let host = self.0.host().unwrap_or_default();
        let last = host.rsplit('.').next().unwrap_or_default();
        // A host that ends in a number is an IPv4 address, or else was refused.
        host.starts_with('[') || last.parse::<u8>().is_ok()
    }

    /// The URL itself.
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// As [`join`](Self::join), except that the root is the base URL as it is written, with or without a slash at its end.
    pub(crate) fn join_or_self(&self, path_and_query: &str) -> Result<Uri, Error> {
        if path_and_query == "/" { Ok(self.0.clone()) } else { self.join(path_and_query) }
    }

    /// As `parse`, where a bare host name means `https`.
    pub(super) fn parse_with_default_scheme(text: &str) -> Result<Self, Error> {
        if text.contains("://") { text.parse() } else { format!("https://{text}").parse() }
    }

    fn from_parts(scheme: Scheme, authority: Authority, path_and_query: PathAndQuery) -> Self {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(scheme);
        parts.authority = Some(authority);
        parts.path_and_query = Some(path_and_query);
        // Scheme, authority and path together are always a URL.
        Self(Uri::from_parts(parts).unwrap_or_default())
    }

    fn scheme(&self) -> &Scheme {
        self.0.scheme().unwrap_or(&Scheme::HTTPS)
    }

    fn authority(&self) -> Authority {
        self.0.authority().cloned().unwrap_or_else(|| Authority::from_static("localhost"))
    }

    fn path_and_query(&self) -> PathAndQuery {
        self.0.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"))
    }
}

impl FromStr for Endpoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || {
            // The text before an @ may be a password.
            let shown =
                if text.contains('@') { "what contains an @".to_owned() } else { format!("\"{text}\"") };
            Error::invalid_config(format!(
                "{shown} is not a base URL: expected http:// or https://, a host, and at most a path"
            ))
        };
        let uri: Uri = text.parse().map_err(|_| malformed())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(malformed());
        };
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => Scheme::HTTPS,
            "http" => Scheme::HTTP,
            _ => return Err(malformed()),
        };
        // The fragment is gone by now.
        if uri.query().is_some() || text.contains('#') || !percent::stays_as_it_is(uri.path()) {
            return Err(malformed());
        }
        let authority = authority::as_sent(authority, scheme.as_str()).ok_or_else(malformed)?;
        let path = PathAndQuery::try_from(uri.path()).map_err(|_| malformed())?;
        Ok(Self::from_parts(scheme, authority, path))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_is_reached_where_nothing_is_overridden() {
        let region: Region = "eu-west-1".parse().unwrap();
        let mut endpoints = Endpoints::default();
        endpoints.set(Service::S3, "http://127.0.0.1:4577".parse().unwrap());
        assert_eq!(endpoints.resolve(Service::S3, &region).to_string(), "http://127.0.0.1:4577/");
        assert_eq!(
            endpoints.resolve(Service::CognitoIdp, &region).to_string(),
            "https://cognito-idp.eu-west-1.amazonaws.com/"
        );
    }

    #[test]
    fn urls_are_joined_below_the_base_path() {
        let endpoint: Endpoint = "https://proxy.example:443/aws/".parse().unwrap();
        assert_eq!(endpoint.join("/a%20b?c=d").unwrap(), "https://proxy.example/aws/a%20b?c=d");
        let bucket =
            Endpoint::of_aws("s3", &"eu-west-1".parse().unwrap()).with_host_prefix("photos").unwrap();
        assert_eq!(bucket.join("/cat.jpg").unwrap(), "https://photos.s3.eu-west-1.amazonaws.com/cat.jpg");
    }

    #[test]
    fn the_root_of_a_base_url_with_a_path_is_that_very_path() {
        for url in
            ["https://api.example/prod/cognito", "https://api.example/prod/cognito/", "https://api.example/"]
        {
            let endpoint: Endpoint = url.parse().unwrap();
            assert_eq!(endpoint.join_or_self("/").unwrap(), url);
        }
        let endpoint: Endpoint = "https://api.example/prod".parse().unwrap();
        assert_eq!(endpoint.join_or_self("/a?b").unwrap(), "https://api.example/prod/a?b");
    }

    #[test]
    fn what_is_not_a_base_url_is_refused() {
        for text in [
            "",
            "localhost",
            "ftp://x",
            "https://",
            "https://a/?b",
            "https://a/#b",
            "https://a#b",
            "https://user:pw@host",
            "/path",
            "https://a:99999",
            "https://a/x/../y",
            "https://a/x/%2e%2E",
            "https://a/{stage}",
            "https://a/x%zz",
            "https://a/ü",
            "https://a/x\\y",
        ] {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("pw"), "{error}");
        }
    }

    #[test]
    fn a_host_is_written_as_it_will_be_sent() {
        let endpoint: Endpoint = "HTTPS://S3.Example:443/Path".parse().unwrap();
        assert_eq!(endpoint.to_string(), "https://s3.example/Path");
    }
}
