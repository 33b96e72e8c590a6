//! Verifies the tokens of user pools.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;

use super::error::{VerifyError, VerifyErrorKind};
use super::fetch::{KeyServer, keys_unavailable};
use super::jws::{Base64Url, Jws, text};
use super::key_cache::{KeyCache, KeyServerKind};
use super::pools::TrustedPool;
use super::requirements::Requirements;
use super::rsa::RsaKey;
use super::time_claims::check_times;
use super::token::{Verified, VerifiedToken};
use super::token_use::TokenUse;
use crate::config::{Config, Endpoint, Service};
use crate::error::Error;
use crate::platform::{Clock, Transport};
use crate::session::Claims;

/// Verifies ID and access tokens of one or more user pools. Cloning is cheap, and clones share the public keys.
///
/// A token passes if a key of its user pool has signed it with RS256, its issuer is one of the pools (in either of AWS's two forms,
/// `https://cognito-idp.…` and `https://issuer-cognito-idp.…`), it was issued to one of the app clients, it has not expired, and it meets
/// the [`Requirements`].
///
/// The keys of a pool are fetched when the first token needs them, once for all callers, and again after 24 hours or when a token names
/// an unknown key, but at most three times in ten seconds where that fails. A wrong clock of the server is corrected by the `Date`
/// headers that come with the keys.
#[derive(Clone)]
pub struct UserPoolVerifier(Arc<Inner>);

struct Inner {
    pools: Vec<Pool>,
    server: KeyServer,
    leeway: Duration,
}

struct Pool {
    trusted: TrustedPool,
    /// Where the keys are, if not at the issuer.
    endpoint: Option<Endpoint>,
    keys: KeyCache<RsaKey>,
}

/// Makes a [`UserPoolVerifier`].
#[derive(Debug, Default)]
#[must_use]
pub struct UserPoolVerifierBuilder {
    pools: Vec<(String, Vec<String>)>,
    endpoint: Option<String>,
    leeway: Duration,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
}

impl UserPoolVerifier {
    /// Starts a verifier without user pools.
    pub fn builder() -> UserPoolVerifierBuilder {
        UserPoolVerifierBuilder::default()
    }

    /// A verifier for the user pool and the app client of a configuration.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` when the configuration has no user pool, and as [`build`](UserPoolVerifierBuilder::build).
    pub fn from_config(config: &Config) -> Result<Self, Error> {
        let pool =
            config.user_pool().ok_or_else(|| Error::invalid_config("the configuration has no user pool"))?;
        let mut builder = Self::builder().user_pool(pool.id().as_str(), [pool.client_id().as_str()]);
        if config.overrides(Service::CognitoIdp) {
            builder = builder.endpoint(config.endpoint(Service::CognitoIdp, pool.id().region()).to_string());
        }
        builder.build()
    }

    /// Verifies a token, given without `Bearer`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`], whose kind names the check that failed.
    pub async fn verify(&self, jwt: &str, requirements: &Requirements) -> Result<VerifiedToken, VerifyError> {
        let jws = Jws::parse(jwt, Base64Url::Unpadded)?;
        jws.expect_algorithm("RS256")?;
        let (pool, issuer) = self.issuer_of(&jws)?;
        let key = pool.key(jws.key_id()?, issuer, &self.0.server).await?;
        key.verify(&jws)?;

        let claims = Claims::new(jws.payload);
        requirements.check_token_use(claims.text("token_use"))?;
        let client_id = pool.client_of(&claims, requirements.token_use)?;
        let now = self.0.server.now();
        let expires_at = check_times(&claims, now, self.0.leeway)?;
        let token = VerifiedToken::new(Verified {
            jwt,
            user_pool_id: &pool.trusted.id,
            token_use: requirements.token_use,
            claims,
            client_id,
            expires_at,
        })?;
        requirements.check(&token, now.checked_sub(self.0.leeway).unwrap_or(now))?;
        Ok(token)
    }

    /// The pool that the token claims to be from, and the form of its issuer: 0 or 1.
    fn issuer_of(&self, jws: &Jws<'_>) -> Result<(&Pool, usize), VerifyError> {
        let issuer = text(&jws.payload, "iss");
        let found = self.0.pools.iter().find_map(|pool| Some((pool, pool.trusted.form_of(issuer)?)));
        found.ok_or_else(|| {
            VerifyError::new(VerifyErrorKind::Issuer, "none of the user pools has issued the token")
        })
    }
}

impl Pool {
    async fn key(&self, id: &str, issuer: usize, server: &KeyServer) -> Result<Arc<RsaKey>, VerifyError> {
        let fetch = || async move {
            let url = self.key_set(issuer)?;
            let document = server.fetch(&url).await?;
            let keys = document.and_then(|document| RsaKey::read_set(&document));
            let id = self.trusted.id.as_str();
            keys.ok_or_else(|| keys_unavailable(format!("the user pool {id} has no key set")))
        };
        self.keys.get(id, fetch).await
    }

    /// The address of the key set, which is below the issuer.
    fn key_set(&self, issuer: usize) -> Result<Uri, VerifyError> {
        let base = match &self.endpoint {
            Some(endpoint) => {
                format!("{}/{}", endpoint.to_string().trim_end_matches('/'), self.trusted.id.as_str())
            }
            None => self.trusted.issuers.get(issuer).cloned().unwrap_or_default(),
        };
        let url = format!("{base}/.well-known/jwks.json");
        url.parse().map_err(|_| keys_unavailable("the address of the key set is not a URL".to_owned()))
    }

    /// The app client to which the token was issued. Access tokens name it in `client_id`, ID tokens in `aud`.
    fn client_of(&self, claims: &Claims, token_use: TokenUse) -> Result<String, VerifyError> {
        let named = claims.text(match token_use {
            TokenUse::Id => "aud",
            TokenUse::Access => "client_id",
        });
        self.trusted.client(named).map(|client| client.as_str().to_owned()).ok_or_else(|| {
            VerifyError::new(VerifyErrorKind::ClientId, "the token was issued to another app client")
        })
    }
}

impl UserPoolVerifierBuilder {
    /// Adds a user pool, such as `eu-west-1_AbCdEfGhI`, and its app clients whose tokens are good here.
    pub fn user_pool(
        mut self,
        id: impl Into<String>,
        client_ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.pools.push((id.into(), client_ids.into_iter().map(Into::into).collect()));
        self
    }

    /// The base URL of user pools, in place of AWS's own. The issuers of the tokens stay AWS's.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The time for which a token counts as valid after its expiry. Default: none.
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

    /// Checks the ids and makes the verifier. Sends nothing.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` when there is no user pool or one without app clients, when a user pool is given twice, or when an id or the
    /// base URL is malformed. Kind `Network` when the system's certificates cannot be loaded.
    pub fn build(self) -> Result<UserPoolVerifier, Error> {
        let endpoint: Option<Endpoint> = self.endpoint.as_deref().map(str::parse).transpose()?;
        let pools = TrustedPool::read(self.pools)?.into_iter().map(|trusted| Pool {
            trusted,
            endpoint: endpoint.clone(),
            keys: KeyCache::new(KeyServerKind::Set),
        });
        let pools = pools.collect();
        let server = KeyServer::new(self.transport, self.clock)?;
        Ok(UserPoolVerifier(Arc::new(Inner { pools, server, leeway: self.leeway })))
    }
}

impl fmt::Debug for UserPoolVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pools: Vec<_> = self.0.pools.iter().map(|pool| pool.trusted.id.as_str()).collect();
        f.debug_struct("UserPoolVerifier").field("user_pools", &pools).finish_non_exhaustive()
    }
}
