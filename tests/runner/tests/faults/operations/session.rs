//! Signing in and out, tokens and credentials.

use std::time::Duration;

use poolpass::AuthFlow;
use poolpass_tests::PASSWORD;

use super::{EXISTS, Operation, SIGNED_IN, Step};

/// The tokens have expired.
const EXPIRED: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        stage.clock.pass(Duration::from_secs(2 * 3600));
        Ok(())
    })
};

/// The tokens are due for their renewal, and valid.
const DUE: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        stage.clock.pass(Duration::from_secs(3600 - 50));
        Ok(())
    })
};

const NOBODY: Step = |_| Box::pin(async { Ok(()) });

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Client.signIn", EXISTS, |stage| {
        Box::pin(async { stage.client.sign_in(stage.user.as_str(), PASSWORD).await.map(drop) })
    }),
    Operation::new("Client.signIn answers", EXISTS, |stage| {
        Box::pin(async { stage.client.sign_in(stage.user.as_str(), PASSWORD).await.map(drop) })
    }),
    Operation::new("Client.signIn by password", EXISTS, |stage| {
        Box::pin(async {
            let sign_in = stage.client.sign_in(stage.user.as_str(), PASSWORD);
            sign_in.flow(AuthFlow::UserPasswordAuth).await.map(drop)
        })
    }),
    Operation::new("Client.idToken due", DUE, |stage| {
        Box::pin(async { stage.client.id_token().await.map(drop) })
    }),
    Operation::new("Client.accessToken due", DUE, |stage| {
        Box::pin(async { stage.client.access_token().await.map(drop) })
    }),
    Operation::new("Client.idToken", EXPIRED, |stage| {
        Box::pin(async { stage.client.id_token().await.map(drop) })
    }),
    Operation::new("Client.accessToken", EXPIRED, |stage| {
        Box::pin(async { stage.client.access_token().await.map(drop) })
    }),
    Operation::new("Client.refresh", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.refresh().await.map(drop) })
    }),
    Operation::new("Client.signOut", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.sign_out().await.map(drop) })
    }),
    Operation::new("Client.signOutEverywhere", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.sign_out_everywhere().await })
    }),
    Operation::new("Client.identityId", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.identity_id().await.map(drop) })
    }),
    Operation::new("Client.credentials", SIGNED_IN, |stage| {
        Box::pin(async { stage.client.credentials().await.map(drop) })
    }),
    Operation::new("Client.credentials of a guest", NOBODY, |stage| {
        Box::pin(async { stage.client.credentials().await.map(drop) })
    }),
];
