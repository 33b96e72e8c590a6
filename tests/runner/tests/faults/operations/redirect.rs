//! Sign-ins by redirect. The person is signed in already, and the old session has to outlast a failure.

use anyhow::Context;

use super::{Operation, SIGNED_IN, Step};
use crate::browser::REDIRECT_URI;

/// The browser came back with a new code.
const CAME_BACK: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        let sign_in = fixture.client.sign_in_with_redirect(REDIRECT_URI).await?;
        let url = fixture.browser().sign_in(sign_in.url()).await.context("at the pages")?;
        fixture.keep(|kept| kept.text = url);
        Ok(())
    })
};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Client.handleRedirect", CAME_BACK, |fixture| {
        Box::pin(async { fixture.client.handle_redirect(&fixture.text()).await.map(drop) })
    })
    .at_once(),
    Operation::new("Client.signInWithUserAgent", SIGNED_IN, |fixture| {
        Box::pin(async {
            let browser = fixture.browser();
            fixture.client.sign_in_with_user_agent(browser, REDIRECT_URI).await.map(drop)
        })
    }),
];
