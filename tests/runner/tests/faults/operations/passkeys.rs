//! Passkeys, with an authenticator in memory.

use std::sync::Arc;

use anyhow::{Context, Result};
use poolpass::platform::{Authenticator, SoftwareAuthenticator};
use poolpass::{AuthFactor, Challenge};

use super::{Operation, Step};
use crate::fixture::Fixture;

/// The person is signed in and has an authenticator.
const WITH_AUTHENTICATOR: Step = |fixture| Box::pin(with_authenticator(fixture));

/// The authenticator has a passkey, the id of which is kept.
const WITH_PASSKEY: Step = |fixture| Box::pin(with_passkey(fixture));

/// The person has chosen to sign in with the passkey.
const BY_PASSKEY: Step = |fixture| {
    Box::pin(async {
        with_passkey(fixture).await?;
        fixture.client.sign_out().await?;
        let sign_in = fixture.client.sign_in_without_password(&fixture.user).preferred(AuthFactor::WebAuthn);
        let challenge = sign_in.await?.challenge().context("there is no challenge")?;
        fixture.keep(|kept| kept.challenge = Some(Arc::new(challenge)));
        Ok(())
    })
};

async fn with_authenticator(fixture: &Fixture) -> Result<()> {
    fixture.sign_in().await?;
    let authenticator = SoftwareAuthenticator::new("https://notes.example")?;
    fixture.keep(|kept| kept.authenticator = Some(Arc::new(authenticator)));
    Ok(())
}

async fn with_passkey(fixture: &Fixture) -> Result<()> {
    with_authenticator(fixture).await?;
    let account = fixture.client.account();
    account.register_passkey(&*authenticator(fixture)).await?;
    let passkey = account.passkeys().page().await?.items.pop().context("no passkey")?;
    fixture.keep(|kept| kept.text = passkey.credential_id);
    Ok(())
}

fn authenticator(fixture: &Fixture) -> Arc<SoftwareAuthenticator> {
    let mut authenticator = None;
    fixture.keep(|kept| authenticator.clone_from(&kept.authenticator));
    authenticator.unwrap()
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Account.startPasskeyRegistration", WITH_AUTHENTICATOR, |fixture| {
        Box::pin(async { fixture.client.account().start_passkey_registration().await.map(drop) })
    }),
    Operation::new("Account.registerPasskey", WITH_AUTHENTICATOR, |fixture| {
        Box::pin(async { fixture.client.account().register_passkey(&*authenticator(fixture)).await })
    }),
    Operation::new("Account.passkeys", WITH_PASSKEY, |fixture| {
        Box::pin(async { fixture.client.account().passkeys().page().await.map(drop) })
    }),
    Operation::new("Account.deletePasskey", WITH_PASSKEY, |fixture| {
        Box::pin(async { fixture.client.account().delete_passkey(&fixture.text()).await })
    }),
    Operation::new("WebAuthnChallenge.answer", BY_PASSKEY, |fixture| {
        Box::pin(async {
            let challenge = fixture.challenge();
            let Challenge::WebAuthn(challenge) = &*challenge else { panic!("another challenge") };
            let credential = authenticator(fixture).get(challenge.request_options()).await.unwrap();
            challenge.answer(&credential).await.map(drop)
        })
    }),
    Operation::new("WebAuthnChallenge.answer with an authenticator", BY_PASSKEY, |fixture| {
        Box::pin(async {
            let challenge = fixture.challenge();
            let Challenge::WebAuthn(challenge) = &*challenge else { panic!("another challenge") };
            challenge.answer_with(&*authenticator(fixture)).await.map(drop)
        })
    }),
];
