//! Configuration: the user pool, identity pool, bucket and table, and where they are.

mod amplify_gen1;
mod amplify_outputs;
mod endpoints;
mod ids;
mod poolpass_json;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

pub use endpoints::{Endpoint, Endpoints, Service};
pub use ids::{ClientId, IdentityPoolId, Region, UserPoolId};

use crate::error::Error;
use crate::json::{Object, ParseError};

/// The configuration of a [`Client`](crate::Client), checked when it is built.
///
/// It comes from code, from a `poolpass.json`, or from a file of Amplify's: `amplify_outputs.json` (Gen 2), `amplifyconfiguration.json`,
/// `awsconfiguration.json`, or the object in `aws-exports.js` (Gen 1). Of those, Poolpass reads the user pool and its OAuth domain,
/// the identity pool, the bucket, and the region: the bucket's, if it has one of its own. They name no table;
/// [`Client::table`](crate::Client::table) takes a name. Wherever a text is empty, it counts as absent.
///
/// ```
/// use poolpass::Config;
///
/// let config = Config::builder()
///     .user_pool("eu-west-1_AbCdEfGhI", "1example23456789")
///     .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
///     .bucket("my-bucket")
///     .table("notes")
///     .build()?;
/// assert_eq!(config.region().as_str(), "eu-west-1");
/// # Ok::<(), poolpass::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    region: Region,
    user_pool: Option<UserPoolConfig>,
    identity_pool: Option<IdentityPoolId>,
    endpoints: Endpoints,
    bucket: Option<String>,
    force_path_style: Option<bool>,
    table: Option<String>,
    api_url: Option<Endpoint>,
}

/// The user pool and the app client through which people sign in.
#[derive(Clone)]
pub struct UserPoolConfig {
    id: UserPoolId,
    client_id: ClientId,
    client_secret: Option<SecretString>,
    domain: Option<Endpoint>,
}

impl Config {
    /// Starts a configuration in code.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Reads a `poolpass.json` or a configuration of Amplify's, whichever `json` is.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` when it is neither, when a member is missing or unknown, or when an id is malformed.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let json = json.trim_start_matches('\u{feff}');
        if json.contains('\0') {
            return Err(is_utf16());
        }
        let file = Object::parse(json.as_bytes()).map_err(|error| {
            let advice = if is_javascript(json) {
                ". This is JavaScript, such as aws-exports.js: give the object in it, as JSON"
            } else {
                ""
            };
            Error::invalid_config(format!("the configuration cannot be read: {error}{advice}"))
        })?;
        if amplify_outputs::is_one(&file) {
            amplify_outputs::parse(file)
        } else if amplify_gen1::is_one(&file) {
            amplify_gen1::parse(file)
        } else {
            poolpass_json::parse(file)
        }
    }

    /// Reads the file at `path`, in UTF-8, as [`from_json`](Self::from_json) does. Blocks while it reads.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` when the file cannot be read, and as [`from_json`](Self::from_json).
    #[cfg(not(target_arch = "wasm32"))]
    pub fn from_file(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let unreadable = |error: &dyn fmt::Display| {
            Error::invalid_config(format!("{} cannot be read: {error}", path.display()))
        };
        let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(unreadable(&is_utf16().message()));
        }
        let json = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8"))?;
        Self::from_json(&json)
    }

    /// The region of the bucket and the table, and of the pools unless their ids name another one.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The user pool, unless only an identity pool is used.
    pub fn user_pool(&self) -> Option<&UserPoolConfig> {
        self.user_pool.as_ref()
    }

    /// The identity pool that gives AWS credentials.
    pub fn identity_pool(&self) -> Option<&IdentityPoolId> {
        self.identity_pool.as_ref()
    }

    /// The address of `service` in `region`: the override, or AWS's own.
    pub fn endpoint(&self, service: Service, region: &Region) -> Endpoint {
        self.endpoints.resolve(service, region)
    }

    /// Whether the address of `service` is overridden.
    pub fn overrides(&self, service: Service) -> bool {
        self.endpoints.overrides(service)
    }

    /// The app's S3 bucket.
    pub fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }

    /// Whether buckets are named in the path and not in the host name. See [`ConfigBuilder::force_path_style`].
    pub fn force_path_style(&self) -> bool {
        self.force_path_style.unwrap_or_else(|| {
            let endpoint = self.endpoint(Service::S3, &self.region);
            self.overrides(Service::S3) && !endpoint.is_of_aws(&self.region)
        })
    }

    /// The app's DynamoDB table.
    pub fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// The base URL of the app's API Gateway.
    pub fn api_url(&self) -> Option<&Endpoint> {
        self.api_url.as_ref()
    }
}

impl UserPoolConfig {
    /// The user pool's id.
    pub fn id(&self) -> &UserPoolId {
        &self.id
    }

    /// The app client's id.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The app client's secret, for clients that were created with one. An app that people can take apart cannot keep it.
    pub fn client_secret(&self) -> Option<&SecretString> {
        self.client_secret.as_ref()
    }

    /// The base URL of the user pool's domain, where managed login and federated sign-in take place.
    pub fn domain(&self) -> Option<&Endpoint> {
        self.domain.as_ref()
    }
}

impl fmt::Debug for UserPoolConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserPoolConfig")
            .field("id", &self.id)
            .field("client_id", &self.client_id)
            .field("has_client_secret", &self.client_secret.is_some())
            .field("domain", &self.domain)
            .finish()
    }
}

/// Collects a [`Config`]. Ids are checked in [`build`](Self::build).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ConfigBuilder {
    region: Option<String>,
    user_pool_id: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    domain: Option<String>,
    identity_pool: Option<String>,
    endpoints: Vec<(Service, String)>,
    bucket: Option<String>,
    force_path_style: Option<bool>,
    table: Option<String>,
    api_url: Option<String>,
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

/// Empty settings and environment variables stand for what is not there.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn is_utf16() -> Error {
    Error::invalid_config("the configuration is UTF-16, as some editors and shells save it: save it as UTF-8")
}

/// Whether it begins like a module, and not like an object.
fn is_javascript(text: &str) -> bool {
    let text = text.trim_start();
    [
        "const ",
        "let ",
        "var ",
        "export ",
        "exports.",
        "import ",
        "module.",
        "window.",
        "(",
        "//",
        "/*",
        "'use strict'",
        "\"use strict\"",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

fn unfit(file: &str, error: ParseError) -> Error {
    Error::invalid_config(format!("{file}: {error}"))
}

/// Bucket names: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
pub(crate) fn checked_bucket(name: String) -> Result<String, Error> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = |label: &str| {
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(fits)
    };
    if (3..=63).contains(&name.len()) && name.split('.').all(is_label) {
        return Ok(name);
    }
    Err(Error::invalid_config(format!(
        "\"{name}\" is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens, which begin and end with a letter or digit"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn the_region_follows_from_the_pools() {
        let config = Config::builder().user_pool("ap-south-1_Ab1", "client").build().unwrap();
        assert_eq!(config.region().as_str(), "ap-south-1");
        let guest_only = Config::builder()
            .identity_pool("us-east-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .build()
            .unwrap();
        assert_eq!(guest_only.region().as_str(), "us-east-1");
        assert!(guest_only.user_pool().is_none());
    }

    #[test]
    fn what_cannot_work_is_refused_with_the_expected_form() {
        let refused = |builder: ConfigBuilder, expected: &str| {
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(error.message().contains(expected), "{error}");
        };
        refused(Config::builder(), "a user pool");
        refused(Config::builder().region("eu-west-1"), "a user pool");
        refused(Config::builder().user_pool("nonsense", "client"), "eu-west-1_AbCdEfGhI");
        refused(Config::builder().user_pool("eu-west-1_A", "not a client"), "app client");
        refused(Config::builder().user_pool("eu-west-1_A", "c").region("Europe"), "eu-west-1");
        refused(Config::builder().user_pool("eu-west-1_A", ""), "app client");
        refused(Config::builder().user_pool("", "c"), "user pool");
        refused(Config::builder().user_pool("local_6mYJwLLY", "c"), "cognito-idp");
        let local =
            || Config::builder().user_pool("local_6mYJwLLY", "c").endpoint(Service::CognitoIdp, "http://x");
        refused(local().bucket("photos"), "s3");
        refused(local().table("notes"), "dynamodb");
        refused(local().identity_pool("local:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11"), "cognito-identity");
        refused(Config::builder().identity_pool("eu-west-1:no-uuid"), "eu-west-1:");
        refused(Config::builder().user_pool("eu-west-1_A", "c").bucket("No Bucket"), "bucket name");
        refused(Config::builder().user_pool("eu-west-1_A", "c").endpoint(Service::S3, "localhost"), "http");
    }

    #[test]
    fn a_region_of_another_server_s_is_taken_where_the_addresses_are_given() {
        let services =
            [Service::CognitoIdp, Service::CognitoIdentity, Service::Sts, Service::S3, Service::DynamoDb];
        let builder = Config::builder()
            .user_pool("local_6mYJwLLY", "c")
            .identity_pool("local:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .bucket("photos")
            .table("notes");
        let builder = services
            .into_iter()
            .fold(builder, |builder, service| builder.endpoint(service, "http://127.0.0.1:1"));
        let config = builder.build().unwrap();
        assert_eq!(config.region().as_str(), "local");
        assert_eq!(config.user_pool().unwrap().id().pool_name(), "6mYJwLLY");
        for service in services {
            assert_eq!(config.endpoint(service, config.region()).to_string(), "http://127.0.0.1:1/");
        }
    }

    #[test]
    fn an_empty_text_is_as_good_as_none() {
        let config = Config::builder()
            .region("")
            .user_pool("", " ")
            .client_secret("")
            .domain("")
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .endpoint(Service::S3, "")
            .bucket("")
            .table("")
            .api_url("")
            .build()
            .unwrap();
        assert_eq!(config.region().as_str(), "eu-west-1");
        assert!(config.user_pool().is_none() && config.bucket().is_none() && config.table().is_none());
        assert!(config.api_url().is_none() && !config.overrides(Service::S3));
    }

    #[test]
    fn files_of_editors_and_shells_are_read_or_told_what_they_are() {
        let json = r#"{ "userPool": { "id": "eu-west-1_A", "clientId": "c" } }"#;
        let bom = format!("\u{feff}{json}");
        assert!(Config::from_json(&bom).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("poolpass.json");
        let read = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            Config::from_file(&file)
        };
        assert!(read(bom.as_bytes()).is_ok());
        let le: Vec<u8> = bom.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = bom.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let bare: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for utf16 in [le, be, bare] {
            let error = read(&utf16).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(error.message().contains("UTF-16"), "{error}");
        }
        assert!(read(b"{ \"\xff\": 1 }").unwrap_err().message().contains("UTF-8"));
        let error = Config::from_json("const awsmobile = { };\nexport default awsmobile;").unwrap_err();
        assert!(error.message().contains("aws-exports.js"), "{error}");
    }

    #[test]
    fn debug_shows_no_client_secret() {
        let config = Config::builder().user_pool("eu-west-1_A", "c").client_secret("hush").build().unwrap();
        assert!(!format!("{config:?}").contains("hush"));
    }
}
