//! Buckets and the addresses of their objects.

use bytes::Bytes;
use http::{Method, Uri};

use super::key::ObjectKey;
use super::protocol;
use super::query::Query;
use crate::aws_request::{AuthScheme, AwsRequest};
use crate::client::Client;
use crate::config::{Endpoint, Region, Service, checked_bucket};
use crate::error::Error;
use crate::platform::{BoxFuture, Response};

impl Client {
    /// The configuration's S3 bucket.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` if the configuration names no bucket.
    pub fn s3(&self) -> Result<Bucket, Error> {
        let name = self.config().bucket();
        self.bucket(name.ok_or_else(|| Error::invalid_config("the configuration names no S3 bucket"))?)
    }

    /// An S3 bucket in the configuration's region. Use [`Bucket::in_region`] for another region.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` if `name` is not a bucket name.
    pub fn bucket(&self, name: impl Into<String>) -> Result<Bucket, Error> {
        Bucket::new(self.clone(), name.into(), self.config().region().clone())
    }
}

/// An S3 bucket, used with the permissions of the user or guest.
///
/// Clones are cheap. URLs name the bucket in the host (`photos.s3.eu-west-1.amazonaws.com`). They name it in the path if the
/// configuration asks for that ([`force_path_style`](crate::ConfigBuilder::force_path_style)), and if the name has dots, which do not
/// fit AWS's certificates.
///
/// A key is any UTF-8 text of 1 to 1024 bytes, but no path segment may be `.` or `..`, which HTTP clients resolve. Other keys are
/// refused with kind `InvalidInput` before anything is sent.
///
/// ```no_run
/// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
/// use poolpass::ErrorKind;
///
/// let photos = client.bucket("photos")?;
/// let key = photos.private_path("2026/cat.jpg").await?;
/// match photos.head(&key).await {
///     Ok(metadata) => println!("{:?} bytes since {:?}", metadata.size, metadata.last_modified),
///     Err(error) if error.kind() == ErrorKind::NotFound => println!("no cat yet"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// All operations can fail with `AccessDenied`, `NotFound`, `Throttled`, `Unavailable`, `Network` and `Timeout`, and with the kinds of
/// [`Client::credentials`]. If the bucket is in another region, they fail with `SignatureRefused` and the message names the region:
/// see [`in_region`](Self::in_region).
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
    region: Region,
    address: Address,
}

#[derive(Clone, Debug)]
enum Address {
    /// The endpoint's host begins with the bucket's name.
    Host(Endpoint),
    /// The path begins with the bucket's name.
    Path(Endpoint),
}

impl Bucket {
    pub(crate) fn new(client: Client, name: String, region: Region) -> Result<Self, Error> {
        let name = checked_bucket(name)?;
        let config = client.config();
        let endpoint = config.endpoint(Service::S3, &region);
        let in_path = config.force_path_style() || name.contains('.') || endpoint.is_ip_address();
        let address =
            if in_path { Address::Path(endpoint) } else { Address::Host(endpoint.with_host_prefix(&name)?) };
        Ok(Self { client, name, region, address })
    }

    /// The name of the bucket.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same bucket in another region. Default: the configuration's region.
    ///
    /// # Errors
    ///
    /// As [`Client::bucket`].
    pub fn in_region(self, region: Region) -> Result<Self, Error> {
        Self::new(self.client, self.name, region)
    }

    /// A key under the user's own prefix: `private/{identity id}/{name}`.
    ///
    /// Policies with `private/${cognito-identity.amazonaws.com:sub}/*`, as in Amplify and in Poolpass's examples, allow this prefix to
    /// the user and to nobody else. An empty `name` gives the prefix itself, for [`list`](Self::list).
    ///
    /// Waits at most two minutes.
    ///
    /// # Errors
    ///
    /// As [`Client::identity_id`].
    pub async fn private_path(&self, name: &str) -> Result<String, Error> {
        Ok(format!("private/{}/{name}", self.client.identity_id().await?))
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn region(&self) -> &Region {
        &self.region
    }

    /// A request about one object.
    pub(super) fn object_request(
        &self,
        operation: &'static str,
        method: Method,
        key: &ObjectKey<'_>,
        query: &Query,
    ) -> Result<AwsRequest, Error> {
        Ok(protocol::request(operation, method, self.object_uri(key, query)?))
    }

    /// A request about the bucket.
    pub(super) fn bucket_request(
        &self,
        operation: &'static str,
        method: Method,
        query: &Query,
    ) -> Result<AwsRequest, Error> {
        let uri = match &self.address {
            Address::Host(endpoint) => endpoint.join(&format!("/{}", query.as_str()))?,
            Address::Path(endpoint) => endpoint.join(&format!("/{}{}", self.name, query.as_str()))?,
        };
        Ok(protocol::request(operation, method, uri))
    }

    pub(super) fn object_uri(&self, key: &ObjectKey<'_>, query: &Query) -> Result<Uri, Error> {
        let (key, query) = (key.encoded(), query.as_str());
        match &self.address {
            Address::Host(endpoint) => endpoint.join(&format!("/{key}{query}")),
            Address::Path(endpoint) => endpoint.join(&format!("/{}/{key}{query}", self.name)),
        }
    }

    /// Sends the request. The body of the response arrives while it is read.
    pub(super) fn send(&self, request: AwsRequest) -> BoxFuture<'_, Result<Response, Error>> {
        Box::pin(async move { self.client.pipeline().send(&request, &self.authorization()?).await })
    }

    /// Sends the request and reads the whole response.
    pub(super) fn whole(&self, request: AwsRequest) -> BoxFuture<'_, Result<http::Response<Bytes>, Error>> {
        Box::pin(async move { self.client.pipeline().whole(&request, &self.authorization()?).await })
    }

    fn authorization(&self) -> Result<AuthScheme<'_>, Error> {
        let source = self.client.identity_pool()?;
        Ok(AuthScheme::SigV4 { service: Service::S3.signing_name(), region: &self.region, source })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::Config;
    use crate::error::ErrorKind;

    pub(crate) fn client(change: impl FnOnce(crate::ConfigBuilder) -> crate::ConfigBuilder) -> Client {
        let config = Config::builder()
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .bucket("photos");
        Client::new(change(config).build().unwrap()).unwrap()
    }

    fn uri(bucket: &Bucket, key: &str) -> String {
        bucket.object_uri(&ObjectKey::parse(key).unwrap(), &Query::new()).unwrap().to_string()
    }

    #[test]
    fn aws_is_addressed_by_host_and_others_by_path() {
        let aws = client(|config| config);
        assert_eq!(uri(&aws.s3().unwrap(), "a b"), "https://photos.s3.eu-west-1.amazonaws.com/a%20b");
        assert_eq!(
            uri(&aws.bucket("my.photos").unwrap(), "//x"),
            "https://s3.eu-west-1.amazonaws.com/my.photos///x"
        );
        let there = aws.s3().unwrap().in_region("us-east-2".parse().unwrap()).unwrap();
        assert_eq!(uri(&there, "a"), "https://photos.s3.us-east-2.amazonaws.com/a");
        let forced = client(|config| config.force_path_style(true)).s3().unwrap();
        assert_eq!(uri(&forced, "a"), "https://s3.eu-west-1.amazonaws.com/photos/a");
        let local = client(|config| config.endpoint(Service::S3, "http://127.0.0.1:4577/s3/")).s3().unwrap();
        assert_eq!(uri(&local, "a"), "http://127.0.0.1:4577/s3/photos/a");
        let elsewhere = |endpoint: &str, force: Option<bool>| {
            let bucket = client(|config| {
                let config = config.endpoint(Service::S3, endpoint);
                match force {
                    Some(force) => config.force_path_style(force),
                    None => config,
                }
            });
            uri(&bucket.s3().unwrap(), "a")
        };
        for (endpoint, force, expected) in [
            ("http://s3.localhost:4577", Some(false), "http://photos.s3.localhost:4577/a"),
            ("http://s3.localhost:4577", Some(true), "http://s3.localhost:4577/photos/a"),
            ("http://s3.localhost:4577", None, "http://s3.localhost:4577/photos/a"),
            ("https://minio.example/base", Some(false), "https://photos.minio.example/base/a"),
            ("http://127.0.0.1:4577", Some(false), "http://127.0.0.1:4577/photos/a"),
            ("http://[::1]:4577", Some(false), "http://[::1]:4577/photos/a"),
            ("https://s3-accelerate.amazonaws.com", None, "https://photos.s3-accelerate.amazonaws.com/a"),
            (
                "https://s3-accelerate.amazonaws.com",
                Some(true),
                "https://s3-accelerate.amazonaws.com/photos/a",
            ),
            ("https://notamazonaws.com", None, "https://notamazonaws.com/photos/a"),
        ] {
            assert_eq!(elsewhere(endpoint, force), expected, "{endpoint} {force:?}");
        }
        let list =
            local.bucket_request("ListObjectsV2", Method::GET, &Query::new().flag("list-type")).unwrap();
        assert_eq!(list.uri, "http://127.0.0.1:4577/s3/photos?list-type=");
    }

    #[test]
    fn what_is_no_bucket_name_is_refused() {
        let client = client(|config| config);
        for name in
            ["", "ab", "Photos", "a/b", "a b", "x@y", "a..b", "...", ".abc", "abc.", "-abc", "abc-", "ab-.c"]
        {
            assert_eq!(client.bucket(name).unwrap_err().kind(), ErrorKind::InvalidConfig, "{name}");
        }
    }
}
