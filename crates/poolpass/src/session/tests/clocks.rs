//! Clocks that are wrong, or that somebody sets while the program runs, at servers that do not tell the time.

use std::time::SystemTime;

use super::*;
use crate::platform::{Request, Response, Transport, TransportError};
use crate::sign_in::AuthFlow;
use crate::sign_in::challenge::Challenge;

fn hours(hours: u64) -> Duration {
    HOUR * u32::try_from(hours).unwrap()
}

/// AWS's answer to a refresh while the device is this far ahead of AWS, or behind it.
fn refreshed_by(pool: &ScriptedPool, ahead: Duration, behind: Duration) -> Value {
    json!({ "AuthenticationResult": result("ada", pool.now() - ahead + behind, None) })
}

#[tokio::test]
async fn tokens_that_have_just_been_issued_are_used_as_long_as_they_live_whatever_the_device_takes_for_the_time()
 {
    for (ahead, behind) in [(2, 0), (24 * 365 * 20, 0), (0, 2), (0, 24 * 365)] {
        let (ahead, behind) = (hours(ahead), hours(behind));
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        pool.pass(hours(24 * 365 * 30));
        let client = pool.client().store(store.clone()).build().unwrap();
        let mut first = refreshed_by(&pool, ahead, behind);
        first["AuthenticationResult"]["RefreshToken"] = json!("r");
        pool.answer(first);
        let _ = client.sign_in("ada", "password").flow(AuthFlow::UserPasswordAuth).await.unwrap();
        for _ in 0..3 {
            client.id_token().await.unwrap();
        }
        assert_eq!(pool.operations(), ["InitiateAuth"], "{ahead:?} {behind:?}");
        // An hour later they have expired.
        pool.pass(HOUR);
        pool.answer(refreshed_by(&pool, ahead, behind));
        for _ in 0..3 {
            client.id_token().await.unwrap();
        }
        assert_eq!(pool.operations().len(), 2, "{ahead:?} {behind:?}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_while_somebody_is_signed_in_costs_one_refresh() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store).build().unwrap();
    begin(&client, &pool, "ada").await;
    let mut asked = 0;
    // Five hours ahead, then a day more; what AWS takes for the time stands still.
    for ahead in [5, 29] {
        pool.pass(if ahead == 5 { hours(5) } else { hours(24) });
        pool.answer(refreshed_by(&pool, hours(ahead), Duration::ZERO));
        for _ in 0..3 {
            client.id_token().await.unwrap();
            client.access_token().await.unwrap();
        }
        asked += 1;
        assert_eq!(pool.operations().len(), asked);
    }
}

/// A device that takes this for the time.
#[derive(Clone, Copy, Debug)]
struct Always(SystemTime);

impl Clock for Always {
    fn now(&self) -> SystemTime {
        self.0
    }
}

/// AWS, which issues whatever it is asked for at the time at which a test begins.
#[derive(Debug)]
struct Generous;

impl Transport for Generous {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let target = request.headers().get("x-amz-target").map(|target| target.to_str().unwrap().to_owned());
        let answer = match target.as_deref().and_then(|target| target.rsplit_once('.')).map(|(_, name)| name)
        {
            Some("GetId") => json!({ "IdentityId": "eu-west-1:me" }),
            Some("GetCredentialsForIdentity") => json!({ "IdentityId": "eu-west-1:me", "Credentials": {
                "AccessKeyId": "ASIA", "SecretKey": "s", "SessionToken": "t", "Expiration": 1_800_003_600,
            } }),
            Some("InitiateAuth") => json!({ "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s" }),
            _ => json!({ "AuthenticationResult": result("ada", ScriptedPool::start(), Some("r")) }),
        };
        Box::pin(async move { Ok(http::Response::new(bytes::Bytes::from(answer.to_string()).into())) })
    }
}

#[tokio::test]
async fn no_time_that_a_device_may_show_is_a_panic_or_keeps_anybody_out() {
    let second = Duration::from_secs(1);
    let years = [
        SystemTime::UNIX_EPOCH,
        SystemTime::UNIX_EPOCH - 24 * HOUR,
        SystemTime::UNIX_EPOCH + second * 4_070_908_800,
        SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800),
        SystemTime::UNIX_EPOCH + Duration::from_secs(i64::MAX as u64),
        SystemTime::UNIX_EPOCH - Duration::from_secs(i64::MAX as u64),
    ];
    for now in years {
        let config = crate::config::Config::builder()
            .user_pool("eu-west-1_AbCdEfGhI", "client")
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .bucket("bucket")
            .build()
            .unwrap();
        let client = Client::builder(config).transport(Generous).clock(Always(now)).build().unwrap();
        let guest = client.credentials().await.map(drop);
        #[cfg(feature = "s3")]
        let _ = client.s3().unwrap().presign_get("key", HOUR).await;
        let sign_in = client.sign_in("ada", "password").flow(AuthFlow::UserPasswordAuth);
        let step = sign_in.await.unwrap().challenge().unwrap();
        let Challenge::SoftwareTokenMfa(code) = step else { panic!("{now:?}") };
        let _ = client.pending_challenge().await.unwrap();
        let user = code.answer("123456").await.unwrap().done().unwrap();
        assert_eq!(user.username(), "ada");
        assert!(client.id_token().await.is_ok(), "{now:?}");
        assert!(client.refresh().await.is_ok(), "{now:?}");
        assert!(client.credentials().await.is_ok(), "{now:?}");
        #[cfg(feature = "s3")]
        let _ = client.s3().unwrap().presign_get("key", HOUR).await;
        assert!(guest.is_ok(), "{now:?}");
    }
}
