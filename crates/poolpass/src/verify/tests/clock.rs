use serde_json::json;

use super::super::{Requirements, UserPoolVerifier, VerifyErrorKind};
use super::*;
use crate::dates;

/// The outcome for a token that expires at `expires_at`, on a server whose clock shows `machine` while it is `NOW`.
async fn verify(machine: u64, age: Option<&str>, expires_at: u64) -> Option<VerifyErrorKind> {
    let server = KeyServer::of_user_pool();
    server.says(&dates::to_http(UNIX_EPOCH + Duration::from_secs(NOW)).unwrap());
    *server.0.age.lock().unwrap() = age.map(str::to_owned);
    let builder = UserPoolVerifier::builder().user_pool(POOL, [CLIENT]);
    let verifier = builder.transport(server).clock(FixedClock(machine)).build().unwrap();
    let jwt = token(&with(access_claims(), "exp", json!(expires_at)));
    kind(verifier.verify(&jwt, &Requirements::access_token()).await)
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_corrected_by_the_server_of_the_keys() {
    const TWO_HOURS: u64 = 7200;
    for machine in [NOW - TWO_HOURS, NOW, NOW + TWO_HOURS] {
        assert_eq!(verify(machine, None, NOW + 60).await, None, "{machine}");
        assert_eq!(verify(machine, None, NOW - 60).await, Some(VerifyErrorKind::Expired), "{machine}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_out_of_a_cache_is_not_believed() {
    let outcome = verify(NOW + 7200, Some("7200"), NOW + 60).await;
    assert_eq!(outcome, Some(VerifyErrorKind::Expired));
}
