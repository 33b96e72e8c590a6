//! Logins of third parties, and the classic flow.

use anyhow::Result;
use poolpass::platform::BoxFuture;
use poolpass::{Error, LoginProvider, LoginToken, LoginTokenError, ProviderToken};
use serde_json::json;

use super::{Operation, Probe, SIGNED_IN, Step};
use crate::fixture::Fixture;

const GOOGLE: &str = "accounts.google.com";

/// The token that the app got from Google.
#[derive(Debug)]
struct Google(String);

impl LoginToken for Google {
    fn token(&self) -> BoxFuture<'_, Result<ProviderToken, LoginTokenError>> {
        Box::pin(async { Ok(ProviderToken::new(self.0.clone())) })
    }
}

/// The person is signed in, and linked to an account at Google.
const LINKED: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        link(fixture).await
    })
};

/// The person has a login at Google and no other.
const ONLY_AT_GOOGLE: Step = |fixture| Box::pin(link(fixture));

async fn link(fixture: &Fixture) -> Result<()> {
    let token = fixture.google_token().await?;
    fixture.client.add_login(LoginProvider::Google, Google(token))?;
    let identity_id = fixture.client.identity_id().await?;
    fixture.keep(|kept| kept.text = identity_id);
    Ok(())
}

/// Whether the login at Google leads to another identity.
const UNLINKED: Probe = |fixture| {
    Box::pin(async {
        let logins = json!({ GOOGLE: fixture.google_token().await? });
        Ok(u32::from(fixture.identity_at_aws(logins).await? != fixture.text()))
    })
};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Client.unlinkLogin", LINKED, |fixture| unlink(fixture)).done(UNLINKED),
    Operation::new("Client.unlinkLogin of the only one", ONLY_AT_GOOGLE, |fixture| unlink(fixture))
        .done(UNLINKED),
    Operation::new("Client.classicFlow", SIGNED_IN, |fixture| classic_credentials(fixture)),
    Operation::new("Client.classicFlow GetOpenIdToken", SIGNED_IN, |fixture| classic_credentials(fixture)),
];

fn classic_credentials(fixture: &Fixture) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async {
        let role = fixture.demo()["roles"]["authenticated"].as_str().unwrap_or_default();
        fixture.client.classic_flow(role).build()?.credentials().await.map(drop)
    })
}

fn unlink(fixture: &Fixture) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(fixture.client.unlink_login(&LoginProvider::Google))
}
