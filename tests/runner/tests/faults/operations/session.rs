//! Signing in and out, tokens and credentials.

use std::time::Duration;

use anyhow::Context;
use poolpass::{AuthFlow, SessionTokens};
use poolpass_tests::PASSWORD;
use serde_json::Value;

use super::{EXISTS, Operation, SIGNED_IN, Step};

/// The tokens have expired.
const EXPIRED: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        fixture.clock.pass(Duration::from_secs(2 * 3600));
        Ok(())
    })
};

/// The tokens are due for their renewal, and valid.
const DUE: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        fixture.clock.pass(Duration::from_secs(3600 - 50));
        Ok(())
    })
};

/// The person exists, in a user pool that tracks devices.
const TRACKING: Step = |fixture| {
    Box::pin(async {
        fixture.add_user(false, false).await?;
        fixture.track_devices(true).await
    })
};

/// Another program has signed the person in, and the tokens have expired.
const SIGNED_IN_ELSEWHERE: Step = |fixture| {
    Box::pin(async {
        fixture.add_user(false, false).await?;
        let tokens = fixture.sign_in_elsewhere().await?;
        fixture.keep(|kept| kept.text = tokens.to_string());
        fixture.clock.pass(Duration::from_secs(2 * 3600));
        Ok(())
    })
};

/// The person has signed up without a password, and confirmed it.
const CONFIRMED: Step = |fixture| {
    Box::pin(async {
        let account = fixture.client.account();
        account.sign_up_without_password(&fixture.user).attribute("email", fixture.email()).await?;
        let code = fixture.codes(&fixture.email()).pop().context("no code")?;
        account.confirm_sign_up(&fixture.user, &code).await?;
        Ok(())
    })
};

const NOBODY: Step = |_| Box::pin(async { Ok(()) });

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Client.signIn", EXISTS, |fixture| {
        Box::pin(async { fixture.client.sign_in(fixture.user.as_str(), PASSWORD).await.map(drop) })
    }),
    Operation::new("Client.signIn answers", EXISTS, |fixture| {
        Box::pin(async { fixture.client.sign_in(fixture.user.as_str(), PASSWORD).await.map(drop) })
    }),
    Operation::new("Client.signIn by password", EXISTS, |fixture| {
        Box::pin(async {
            let sign_in = fixture.client.sign_in(fixture.user.as_str(), PASSWORD);
            sign_in.flow(AuthFlow::UserPasswordAuth).await.map(drop)
        })
    }),
    Operation::new("Client.signIn of a new device", TRACKING, |fixture| {
        Box::pin(async {
            let sign_in = fixture.client.sign_in(fixture.user.as_str(), PASSWORD);
            let signed_in = sign_in.flow(AuthFlow::UserPasswordAuth).await.map(drop);
            // The other operations of this environment expect a pool that tracks nothing.
            let _ = fixture.track_devices(false).await;
            signed_in
        })
    }),
    Operation::new("Client.signInWithoutPassword", EXISTS, |fixture| {
        Box::pin(async { fixture.client.sign_in_without_password(fixture.user.as_str()).await.map(drop) })
    }),
    Operation::new("Client.autoSignIn", CONFIRMED, |fixture| {
        Box::pin(async { fixture.client.auto_sign_in().await.map(drop) })
    }),
    Operation::new("Client.idToken due", DUE, |fixture| {
        Box::pin(async { fixture.client.id_token().await.map(drop) })
    })
    .at_once(),
    Operation::new("Client.accessToken due", DUE, |fixture| {
        Box::pin(async { fixture.client.access_token().await.map(drop) })
    })
    .at_once(),
    Operation::new("Client.idToken", EXPIRED, |fixture| {
        Box::pin(async { fixture.client.id_token().await.map(drop) })
    }),
    Operation::new("Client.accessToken", EXPIRED, |fixture| {
        Box::pin(async { fixture.client.access_token().await.map(drop) })
    }),
    Operation::new("Client.refresh", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.refresh().await.map(drop) })
    }),
    Operation::new("Client.stepUp", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.step_up("urn:cognito:loa:1").await.map(drop) })
    }),
    Operation::new("Client.adoptSession", SIGNED_IN_ELSEWHERE, |fixture| {
        Box::pin(async {
            let tokens: Value = serde_json::from_str(&fixture.text()).unwrap_or_default();
            let token = |name: &str| tokens[name].as_str().unwrap_or_default().to_owned();
            let tokens = SessionTokens::new(token("IdToken"), token("AccessToken"), token("RefreshToken"));
            fixture.client.adopt_session(tokens).await.map(drop)
        })
    }),
    Operation::new("Client.signOut", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.sign_out().await.map(drop) })
    }),
    Operation::new("Client.signOutEverywhere", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.sign_out_everywhere().await })
    }),
    Operation::new("Client.identityId", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.identity_id().await.map(drop) })
    }),
    Operation::new("Client.credentials", SIGNED_IN, |fixture| {
        Box::pin(async { fixture.client.credentials().await.map(drop) })
    }),
    Operation::new("Client.credentials of a guest", NOBODY, |fixture| {
        Box::pin(async { fixture.client.credentials().await.map(drop) })
    }),
];
