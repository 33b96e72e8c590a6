//! Clocks that are wrong, or that somebody sets while the program runs, at servers that do not tell the time.

use super::*;

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
        let options = crate::sign_in::SignInOptions::new("ada", "password")
            .flow(crate::sign_in::AuthFlow::UserPassword);
        let mut first = refreshed_by(&pool, ahead, behind);
        first["AuthenticationResult"]["RefreshToken"] = json!("r");
        pool.answer(first);
        let _ = client.sign_in_with(options).await.unwrap();
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
