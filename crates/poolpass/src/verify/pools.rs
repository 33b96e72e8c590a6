//! The user pools and app clients that a verifier trusts.

use crate::config::{ClientId, UserPoolId};
use crate::error::Error;

/// A user pool, and its app clients whose tokens are good.
pub(super) struct TrustedPool {
    pub(super) id: UserPoolId,
    /// The two forms of the issuer. A pool's setting chooses one; the keys are the same.
    pub(super) issuers: [String; 2],
    clients: Vec<ClientId>,
}

impl TrustedPool {
    /// Checks the ids that an app gives.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` when there is no user pool or one without app clients, when a user pool is given twice, or when an id is
    /// malformed.
    pub(super) fn read(given: Vec<(String, Vec<String>)>) -> Result<Vec<Self>, Error> {
        if given.is_empty() {
            return Err(Error::invalid_config("the verifier has no user pool"));
        }
        let mut pools: Vec<Self> = Vec::new();
        for (id, clients) in given {
            let id: UserPoolId = id.parse()?;
            if clients.is_empty() {
                let message = format!("the verifier has no app client of the user pool {}", id.as_str());
                return Err(Error::invalid_config(message));
            }
            if pools.iter().any(|pool| pool.id == id) {
                return Err(Error::invalid_config(format!("the user pool {} is given twice", id.as_str())));
            }
            let clients = clients.iter().map(|client| client.parse()).collect::<Result<_, Error>>()?;
            pools.push(Self { issuers: issuers(&id), id, clients });
        }
        Ok(pools)
    }

    /// The place in [`issuers`](Self::issuers) of the form that a token names; `None` where another issuer has issued it.
    pub(super) fn form_of(&self, issuer: Option<&str>) -> Option<usize> {
        self.issuers.iter().position(|form| Some(form.as_str()) == issuer)
    }

    /// The app client that a token names, if it is one of these.
    pub(super) fn client(&self, named: Option<&str>) -> Option<&ClientId> {
        self.clients.iter().find(|client| Some(client.as_str()) == named)
    }
}

fn issuers(id: &UserPoolId) -> [String; 2] {
    ["cognito-idp", "issuer-cognito-idp"]
        .map(|host| format!("https://{host}.{}.{}/{}", id.region(), id.region().dns_suffix(), id.as_str()))
}
