//! Building a configuration, and its checks.

use secrecy::{ExposeSecret, SecretString};

use super::{Config, Endpoint, Endpoints, IdentityPoolId, Service, UserPoolConfig, checked_bucket, given};
use crate::error::Error;

/// Collects a [`Config`]. Ids are checked in [`build`](Self::build).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ConfigBuilder {
    pub(super) region: Option<String>,
    pub(super) user_pool_id: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<SecretString>,
    pub(super) domain: Option<String>,
    pub(super) identity_pool: Option<String>,
    pub(super) endpoints: Vec<(Service, String)>,
    pub(super) bucket: Option<String>,
    pub(super) force_path_style: Option<bool>,
    pub(super) table: Option<String>,
    pub(super) api_url: Option<String>,
}

impl ConfigBuilder {
    /// The region of the bucket and table. Default: the user pool's, or else the identity pool's.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The user pool and its app client.
    pub fn user_pool(mut self, id: impl Into<String>, client_id: impl Into<String>) -> Self {
        self.user_pool_id = Some(id.into());
        self.client_id = Some(client_id.into());
        self
    }

    /// The app client's secret, if it has one.
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// The base URL of the user pool's domain, for [`UserPoolConfig::domain`]. A bare host name means `https`.
    pub fn domain(mut self, url: impl Into<String>) -> Self {
        self.domain = Some(url.into());
        self
    }

    /// The identity pool.
    pub fn identity_pool(mut self, id: impl Into<String>) -> Self {
        self.identity_pool = Some(id.into());
        self
    }

    /// Another address for `service` than AWS's own.
    ///
    /// For [`Service::CognitoIdp`] it may be AWS's address in another region, where the user pool has a replica: the pool keeps its id, and
    /// tokens and credentials stay those of the pool.
    pub fn endpoint(mut self, service: Service, url: impl Into<String>) -> Self {
        self.endpoints.push((service, url.into()));
        self
    }

    /// The app's S3 bucket.
    pub fn bucket(mut self, name: impl Into<String>) -> Self {
        self.bucket = Some(name.into());
        self
    }

    /// Names the bucket in the path (`true`) or in the host name (`false`). Default: in the host name at AWS, also where the endpoint
    /// of S3 is overridden by another one of AWS, such as `https://s3-accelerate.amazonaws.com`; in the path at every other
    /// overridden endpoint, as most servers other than AWS want it. Names with dots, and endpoints that are an IP address, take the path in any case.
    pub fn force_path_style(mut self, force: bool) -> Self {
        self.force_path_style = Some(force);
        self
    }

    /// The app's DynamoDB table.
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.table = Some(name.into());
        self
    }

    /// The base URL of the app's API Gateway.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into());
        self
    }

    /// Checks everything. An empty text counts as absent.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` when an id, region or URL is malformed (the message shows the expected
    /// form), when there is neither a user pool nor an identity pool, when a user pool lacks its app client or the other way round,
    /// or when a region is none of AWS's and the address of a service in it is not given.
    pub fn build(self) -> Result<Config, Error> {
        let mut endpoints = Endpoints::default();
        for (service, url) in self.endpoints {
            if let Some(url) = given(Some(url)) {
                endpoints.set(service, url.parse()?);
            }
        }
        let client_secret = self.client_secret.filter(|secret| !secret.expose_secret().is_empty());
        let domain = given(self.domain).map(|url| Endpoint::parse_with_default_scheme(&url)).transpose()?;
        let user_pool = match (given(self.user_pool_id), given(self.client_id)) {
            (None, None) if client_secret.is_some() || domain.is_some() => {
                return Err(Error::invalid_config("a client secret or a domain needs a user pool"));
            }
            (None, None) => None,
            (Some(id), Some(client_id)) => {
                Some(UserPoolConfig { id: id.parse()?, client_id: client_id.parse()?, client_secret, domain })
            }
            (Some(_), None) => {
                return Err(Error::invalid_config("the user pool needs the id of its app client as well"));
            }
            (None, Some(_)) => {
                return Err(Error::invalid_config("the app client needs the id of its user pool as well"));
            }
        };
        let identity_pool = given(self.identity_pool).map(|id| id.parse::<IdentityPoolId>()).transpose()?;
        let region = match (given(self.region), &user_pool, &identity_pool) {
            (_, None, None) => {
                return Err(Error::invalid_config(
                    "a user pool (id and client id) or an identity pool is needed",
                ));
            }
            (Some(region), _, _) => region.parse()?,
            (None, Some(pool), _) => pool.id.region().clone(),
            (None, None, Some(pool)) => pool.region().clone(),
        };
        let bucket = given(self.bucket).map(checked_bucket).transpose()?;
        let table = given(self.table);
        for (service, region) in [
            (Service::CognitoIdp, user_pool.as_ref().map(|pool| pool.id.region())),
            (Service::CognitoIdentity, identity_pool.as_ref().map(IdentityPoolId::region)),
            (Service::S3, bucket.as_ref().map(|_| &region)),
            (Service::DynamoDb, table.as_ref().map(|_| &region)),
        ] {
            if let Some(region) = region
                && !region.is_of_aws()
                && !endpoints.overrides(service)
            {
                return Err(Error::invalid_config(format!(
                    "\"{region}\" is not a region of AWS's, such as \"eu-west-1\" or the start of the pool id \
                     \"eu-west-1_AbCdEfGhI\": correct it, or give the address (endpoint) of {}",
                    service.signing_name()
                )));
            }
        }
        Ok(Config {
            region,
            user_pool,
            identity_pool,
            endpoints,
            bucket,
            force_path_style: self.force_path_style,
            table,
            api_url: given(self.api_url).map(|url| url.parse()).transpose()?,
        })
    }
}
