//! The logins of third parties beside that of the user pool.

use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::guest::is_identity_id;
use super::login_provider::{LoginProvider, LoginToken, ProviderToken};
use super::logins::{Login, LoginId, Logins};
use crate::error::{Error, ErrorKind};
use crate::platform::BoxFuture;

/// The user pool's login, if there is one, and a source of tokens for each other login provider.
#[derive(Debug)]
pub(crate) struct LoginSources {
    user_pool: Arc<dyn Logins>,
    sources: Mutex<Sources>,
}

#[derive(Debug, Default)]
struct Sources {
    all: Vec<Source>,
    /// The number of sources so far. A new source of the same provider may be that of another person.
    added: u64,
}

#[derive(Clone, Debug)]
struct Source {
    provider: LoginProvider,
    token: Arc<dyn LoginToken>,
    number: u64,
}

impl LoginSources {
    pub(crate) fn new(user_pool: Arc<dyn Logins>) -> Self {
        Self { user_pool, sources: Mutex::default() }
    }

    /// Adds a source, which replaces one of the same provider.
    pub(crate) fn add(&self, provider: LoginProvider, token: Arc<dyn LoginToken>) -> Result<(), Error> {
        provider.check()?;
        let mut sources = self.sources();
        sources.added += 1;
        let source = Source { number: sources.added, token, provider };
        sources.all.retain(|other| other.provider.key() != source.provider.key());
        sources.all.push(source);
        Ok(())
    }

    /// Removes the source of a provider, if there is one.
    pub(crate) fn remove(&self, provider: &LoginProvider) {
        self.sources().all.retain(|source| source.provider.key() != provider.key());
    }

    pub(crate) fn providers(&self) -> Vec<LoginProvider> {
        self.sources().all.iter().map(|source| source.provider.clone()).collect()
    }

    fn sources(&self) -> MutexGuard<'_, Sources> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn id(&self, user_pool: Option<LoginId>) -> Option<LoginId> {
        let sources = self.sources();
        if sources.all.is_empty() {
            return user_pool;
        }
        let mut id = user_pool.map(|id| id.as_str().to_owned()).unwrap_or_default();
        for source in &sources.all {
            // Writing to memory does not fail.
            let _ = write!(id, " {}#{}", source.provider.key(), source.number);
        }
        Some(LoginId::new(id))
    }

    /// The user pool's login together with a token of each source.
    fn with_tokens<'a>(
        &'a self,
        user_pool: BoxFuture<'a, Result<Option<Login>, Error>>,
    ) -> BoxFuture<'a, Result<Option<Login>, Error>> {
        Box::pin(async move {
            let user_pool = user_pool.await?;
            let sources = self.sources().all.clone();
            let Some(id) = self.id(user_pool.as_ref().map(|login| login.id().clone())) else {
                return Ok(None);
            };
            let mut login = Login::new(id, user_pool.map(Login::into_tokens).unwrap_or_default());
            for source in sources {
                let token = source.token.token().await.map_err(|error| {
                    let key = source.provider.key();
                    let message = format!(
                        "{key} has no valid token ({error}): sign in with it again, or remove this login"
                    );
                    Error::new(ErrorKind::LoginExpired, message)
                })?;
                login.add(source.provider.key(), checked(&source.provider, token)?);
            }
            Ok(Some(login))
        })
    }
}

fn checked(provider: &LoginProvider, token: ProviderToken) -> Result<ProviderToken, Error> {
    let is_developer = matches!(provider, LoginProvider::Developer(_));
    let complaint = if !token.is_usable() {
        "has returned something that is no token"
    } else if is_developer != token.identity_id.as_deref().is_some_and(is_identity_id) {
        if is_developer {
            "has to return the identity id too"
        } else {
            "has returned an identity id, which only the backend does"
        }
    } else {
        return Ok(token);
    };
    Err(Error::invalid_input(format!("the source of {} {complaint}", provider.key())))
}

impl Logins for LoginSources {
    fn current(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>> {
        Box::pin(async { Ok(self.id(self.user_pool.current().await?)) })
    }

    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        self.with_tokens(self.user_pool.login())
    }

    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        self.with_tokens(self.user_pool.renewed_login())
    }

    fn identity_changed(&self, from: &str, to: &str) {
        self.user_pool.identity_changed(from, to);
    }
}
