//! Configuration: the user pool, identity pool, bucket and table, and where they are.

mod amplify_gen1;
mod amplify_outputs;
mod builder;
mod endpoints;
mod ids;
mod poolpass_json;
#[cfg(test)]
mod tests;

use std::fmt;

use secrecy::SecretString;

pub use builder::ConfigBuilder;
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
