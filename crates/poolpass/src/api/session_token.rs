//! The session's token as proof of who sends a request.

use std::sync::OnceLock;

use zeroize::Zeroizing;

use crate::client::Client;
use crate::credentials::TokenSource;
use crate::error::{Error, ErrorKind};
use crate::platform::BoxFuture;
use crate::session::SessionManager;
use crate::user_pool::UserPool;

/// Which of the session's tokens a request carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenUse {
    Id,
    Access,
}

/// A token of the person who was signed in when the request was first sent.
pub(super) struct SessionToken {
    manager: SessionManager,
    token_use: TokenUse,
    prefix: &'static str,
    /// Who that is.
    sub: OnceLock<String>,
}

impl SessionToken {
    pub(super) fn new(client: &Client, token_use: TokenUse, bearer: bool) -> Result<Self, Error> {
        let manager = client.manager().ok_or_else(UserPool::is_missing)?.clone();
        let prefix = if bearer { "Bearer " } else { "" };
        Ok(Self { manager, token_use, prefix, sub: OnceLock::new() })
    }
}

impl TokenSource for SessionToken {
    fn token<'a>(&'a self, refused: Option<&'a str>) -> BoxFuture<'a, Result<Zeroizing<String>, Error>> {
        Box::pin(async move {
            let session = match refused {
                None => self.manager.fresh().await?,
                Some(refused) => {
                    self.manager.without_token(refused.strip_prefix(self.prefix).unwrap_or(refused)).await?
                }
            };
            let id_token = session.id_token();
            if self.sub.get_or_init(|| id_token.sub().to_owned()) != id_token.sub() {
                let message = "the token was refused, and somebody else has signed in since it was sent";
                return Err(Error::new(ErrorKind::SignedOut, message));
            }
            let token = match self.token_use {
                TokenUse::Id => id_token.jwt(),
                TokenUse::Access => session.access_token().jwt(),
            };
            Ok(Zeroizing::new([self.prefix, token].concat()))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::platform::Clock as _;
    use crate::session::test_tokens::{result, tokens};
    use crate::user_pool::scripted::ScriptedPool;

    async fn sign_in(client: &Client, pool: &ScriptedPool, sub: &str) {
        let result = tokens(&result(sub, pool.now(), Some("refresh token")));
        client.manager().unwrap().begin(result).await.unwrap();
    }

    #[tokio::test]
    async fn a_request_is_not_sent_again_as_somebody_who_has_signed_in_since() {
        let pool = ScriptedPool::default();
        let client = pool.client().build().unwrap();
        sign_in(&client, &pool, "ada").await;
        let source = SessionToken::new(&client, TokenUse::Access, true).unwrap();
        let token = source.token(None).await.unwrap();
        assert!(token.starts_with("Bearer "));

        sign_in(&client, &pool, "bob").await;
        let error = source.token(Some(&token)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SignedOut);
        assert_eq!(pool.operations(), [] as [&str; 0]);
    }

    #[tokio::test]
    async fn a_token_that_was_replaced_since_costs_no_refresh() {
        let pool = ScriptedPool::default();
        let client = pool.client().build().unwrap();
        sign_in(&client, &pool, "ada").await;
        let source = SessionToken::new(&client, TokenUse::Id, false).unwrap();
        let old = source.token(None).await.unwrap();
        pool.pass(std::time::Duration::from_secs(5));
        pool.answer(json!({ "AuthenticationResult": result("ada", pool.now(), None) }));
        client.refresh().await.unwrap();
        let refreshes = pool.operations().len();

        let new = source.token(Some(&old)).await.unwrap();
        assert!(new != old);
        assert_eq!(pool.operations().len(), refreshes);
    }
}
