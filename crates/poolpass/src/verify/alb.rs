//! Verifies the user claims of Application Load Balancers.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;

use super::alb_user_claims::AlbUserClaims;
use super::ecdsa::EcdsaKey;
use super::error::{VerifyError, VerifyErrorKind};
use super::fetch::{KeyServer, keys_unavailable};
use super::jws::{Base64Url, Jws, text};
use super::key_cache::{KeyCache, KeyServerKind};
use super::pools::TrustedPool;
use super::time_claims::check_times;
use crate::config::{ClientId, Endpoint, Region};
use crate::error::Error;
use crate::platform::{Clock, Transport};
use crate::session::Claims;

/// Verifies the header `x-amzn-oidc-data`, which an Application Load Balancer adds to requests after its action
/// `authenticate-cognito`. Cloning is cheap, and clones share the public keys.
///
/// Any load balancer of the region has a key at the same address, so a header passes only if its signer is one of the given ARNs. The
/// signer, the app client, the issuer and the expiry are read from the header of the token, where the load balancer writes them; the
/// same claims in the payload alone are worth nothing.
///
/// ```no_run
/// use poolpass::verify::AlbVerifier;
///
/// # async fn example(x_amzn_oidc_data: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = AlbVerifier::builder()
///     .load_balancer("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188")
///     .user_pool("eu-west-1_AbCdEfGhI", ["1example23456789"])
///     .build()?;
/// let user = verifier.verify(x_amzn_oidc_data).await?;
/// println!("{} {:?}", user.sub(), user.email());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AlbVerifier(Arc<Inner>);

struct Inner {
    load_balancers: Vec<LoadBalancer>,
    pools: Vec<TrustedPool>,
    server: KeyServer,
    leeway: Duration,
    keys: KeyCache<EcdsaKey>,
}

struct LoadBalancer {
    arn: String,
    /// The keys are below this address.
    keys_url: String,
}

/// Makes an [`AlbVerifier`].
#[derive(Debug, Default)]
#[must_use]
pub struct AlbVerifierBuilder {
    load_balancers: Vec<String>,
    pools: Vec<(String, Vec<String>)>,
    keys_url: Option<String>,
    leeway: Duration,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
}

impl AlbVerifier {
    /// Starts a verifier without load balancers.
    pub fn builder() -> AlbVerifierBuilder {
        AlbVerifierBuilder::default()
    }

    /// Verifies the value of the header `x-amzn-oidc-data`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`], whose kind names the check that failed.
    pub async fn verify(&self, header: &str) -> Result<AlbUserClaims, VerifyError> {
        let inner = &self.0;
        let jws = Jws::parse(header, Base64Url::Padded)?;
        jws.expect_algorithm("ES256")?;
        let signer = text(&jws.header, "signer");
        let load_balancer = inner.load_balancers.iter().find(|known| Some(known.arn.as_str()) == signer);
        let load_balancer = load_balancer.ok_or_else(|| {
            VerifyError::new(VerifyErrorKind::Signer, "none of the load balancers has signed the header")
        })?;
        let client_id = inner.client_of(&jws)?;
        let key = inner.key(load_balancer, jws.key_id()?).await?;
        key.verify(&jws)?;

        let now = inner.server.now();
        let metadata = Claims::new(jws.header);
        let expires_at = check_times(&metadata, now, inner.leeway)?;
        let claims = Claims::new(jws.payload);
        // The payload may repeat the expiry.
        if claims.get("exp").is_some() {
            check_times(&claims, now, inner.leeway)?;
        }
        AlbUserClaims::new(claims, client_id.as_str(), &load_balancer.arn, expires_at)
    }
}

impl Inner {
    /// The app client that the header of the token names, of the user pool that it names.
    fn client_of(&self, jws: &Jws<'_>) -> Result<&ClientId, VerifyError> {
        let issuer = text(&jws.header, "iss");
        let pool = self.pools.iter().find(|pool| pool.form_of(issuer).is_some());
        // The payload may repeat the issuer.
        let is_repeated = jws.payload.get("iss").is_none_or(|iss| iss.as_str() == issuer);
        let pool = pool.filter(|_| is_repeated).ok_or_else(|| {
            VerifyError::new(VerifyErrorKind::Issuer, "the load balancer uses another user pool")
        })?;
        pool.client(text(&jws.header, "client")).ok_or_else(|| {
            VerifyError::new(VerifyErrorKind::ClientId, "the load balancer uses another app client")
        })
    }

    async fn key(&self, load_balancer: &LoadBalancer, id: &str) -> Result<Arc<EcdsaKey>, VerifyError> {
        let is_id = (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_id {
            return Err(VerifyError::malformed("the id of the load balancer's key is malformed"));
        }
        let url = format!("{}/{id}", load_balancer.keys_url);
        let fetch = || async {
            let uri: Uri = url.parse().map_err(|_| {
                keys_unavailable("the address of the load balancer's key is not a URL".to_owned())
            })?;
            let Some(pem) = self.server.fetch(&uri).await? else { return Ok(HashMap::new()) };
            let key = EcdsaKey::read_pem(&pem).ok_or_else(|| {
                keys_unavailable("the load balancer's key is not one of the curve P-256".to_owned())
            })?;
            Ok(HashMap::from([(url.clone(), key)]))
        };
        self.keys.get(&url, fetch).await
    }
}

impl AlbVerifierBuilder {
    /// Adds a load balancer by its ARN. Several may sign the headers.
    pub fn load_balancer(mut self, arn: impl Into<String>) -> Self {
        self.load_balancers.push(arn.into());
        self
    }

    /// Adds the user pool of the action `authenticate-cognito`, such as `eu-west-1_AbCdEfGhI`, and the load balancer's app clients.
    pub fn user_pool(
        mut self,
        id: impl Into<String>,
        client_ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.pools.push((id.into(), client_ids.into_iter().map(Into::into).collect()));
        self
    }

    /// The URL below which the keys are, by their ids, in place of AWS's own for the load balancer's region.
    pub fn keys_url(mut self, url: impl Into<String>) -> Self {
        self.keys_url = Some(url.into());
        self
    }

    /// The time for which a header counts as valid after its expiry. Default: none.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// How the keys are fetched. Default: [`HttpTransport`](crate::platform::HttpTransport).
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The server's clock. Default: [`SystemClock`](crate::platform::SystemClock).
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Checks the ARNs and ids and makes the verifier. Sends nothing.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` when there is no load balancer, no user pool, or one without app clients, when a user pool is given twice, or
    /// when an ARN, an id or the URL is malformed. Kind `Network` when the system's certificates cannot be loaded.
    pub fn build(self) -> Result<AlbVerifier, Error> {
        if self.load_balancers.is_empty() {
            return Err(Error::invalid_config("the verifier has no load balancer"));
        }
        let pools = TrustedPool::read(self.pools)?;
        let keys_url: Option<Endpoint> = self.keys_url.as_deref().map(str::parse).transpose()?;
        let keys_url = keys_url.map(|url| url.to_string().trim_end_matches('/').to_owned());
        let mut load_balancers = Vec::new();
        for arn in self.load_balancers {
            let of_aws = aws_keys_url(&arn).ok_or_else(|| {
                Error::invalid_config(format!("\"{arn}\" is not the ARN of an Application Load Balancer"))
            })?;
            load_balancers.push(LoadBalancer { arn, keys_url: keys_url.clone().unwrap_or(of_aws) });
        }
        let server = KeyServer::new(self.transport, self.clock)?;
        let keys = KeyCache::new(KeyServerKind::Single);
        Ok(AlbVerifier(Arc::new(Inner { load_balancers, pools, server, leeway: self.leeway, keys })))
    }
}

/// The address of the keys of a load balancer's region; `None` if the text is not the ARN of an Application Load Balancer.
fn aws_keys_url(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let (arn, _partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, _account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let region: Region = region.parse().ok()?;
    if arn != "arn" || service != "elasticloadbalancing" || !resource.starts_with("loadbalancer/app/") {
        return None;
    }
    let suffix = region.dns_suffix();
    Some(if region.as_str().starts_with("us-gov-") {
        format!("https://s3-{region}.{suffix}/aws-elb-public-keys-prod-{region}")
    } else {
        format!("https://public-keys.auth.elb.{region}.{suffix}")
    })
}

impl fmt::Debug for AlbVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arns: Vec<_> = self.0.load_balancers.iter().map(|known| known.arn.as_str()).collect();
        f.debug_struct("AlbVerifier").field("load_balancers", &arns).finish_non_exhaustive()
    }
}
