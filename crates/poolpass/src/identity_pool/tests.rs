//! The identity pool against a scripted Cognito: what AWS does in each case is in the scenarios, played against servers.

mod classic;
mod guests;
mod refusals;
mod third_parties;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::*;
use crate::aws_request::RetryPolicy;
use crate::platform::{Clock, MemoryStore, Request, Response, SystemRandom, Transport, TransportError};

const GUEST_KEY: &str = "guest.eu-west-1.9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11";

#[derive(Debug, Default)]
struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// Logins without a session behind them.
#[derive(Debug, Default)]
struct ScriptedLogins {
    /// The person who is signed in, with the names of the login providers.
    person: Mutex<Option<(&'static str, &'static [&'static str])>>,
    renewals: AtomicU32,
    /// The changes of the identity id that listeners were told.
    changes: Mutex<Vec<(String, String)>>,
}

impl Logins for ScriptedLogins {
    fn current(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>> {
        let id = self.id();
        Box::pin(async { Ok(id) })
    }

    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        let token = |who| match self.renewals.load(Ordering::Relaxed) {
            0 => format!("token of {who}"),
            renewals => format!("token {renewals} of {who}"),
        };
        let login = self.id().zip(*self.person.lock().unwrap()).map(|(id, (who, providers))| {
            let tokens = providers.iter().map(|provider| ((*provider).to_owned(), token(who).into()));
            Login::new(id, tokens.collect())
        });
        Box::pin(async { Ok(login) })
    }

    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        self.renewals.fetch_add(1, Ordering::Relaxed);
        self.login()
    }

    fn identity_changed(&self, from: &str, to: &str) {
        self.changes.lock().unwrap().push((from.to_owned(), to.to_owned()));
    }
}

impl ScriptedLogins {
    fn id(&self) -> Option<LoginId> {
        let person = *self.person.lock().unwrap();
        person.map(|(who, providers)| LoginId::new(format!("{who} by {}", providers.join(" and "))))
    }
}

const USER_POOL: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1";
const GOOGLE: &str = "accounts.google.com";

type Rule = Box<dyn Fn(&str, &Value) -> (u16, Value) + Send + Sync>;

/// Answers as `rule` says and keeps what was asked.
struct Cognito {
    rule: Rule,
    asked: Mutex<Vec<(String, Value)>>,
    issued: AtomicU32,
    /// Held by a test that wants to act while a request is on its way.
    gate: futures_util::lock::Mutex<()>,
    clock: Arc<TestClock>,
}

impl fmt::Debug for Cognito {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cognito")
    }
}

#[derive(Debug)]
struct Wire(Arc<Cognito>);

impl Transport for Wire {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let target = request.headers().get("x-amz-target").map(|target| target.to_str().unwrap());
            let (operation, input) = match target {
                Some(target) => {
                    let operation = target.rsplit_once('.').unwrap().1.to_owned();
                    (operation, serde_json::from_slice(request.body()).unwrap())
                }
                None => ("AssumeRoleWithWebIdentity".to_owned(), form(request.body())),
            };
            self.0.asked.lock().unwrap().push((operation.clone(), input.clone()));
            drop(self.0.gate.lock().await);
            let (status, mut answer) = (self.0.rule)(&operation, &input);
            if status == 200 && operation == "GetCredentialsForIdentity" {
                let number = self.0.issued.fetch_add(1, Ordering::Relaxed);
                answer["Credentials"] = json!({
                    "AccessKeyId": format!("ASIA{number}"), "SecretKey": "secret", "SessionToken": "token",
                    "Expiration": self.0.clock.0.load(Ordering::Relaxed) + 3600,
                });
            }
            // A text is the document of STS.
            let body = Bytes::from(answer.as_str().map_or_else(|| answer.to_string(), str::to_owned));
            Ok(http::Response::builder().status(status).body(body.into()).unwrap())
        })
    }
}

fn form(body: &[u8]) -> Value {
    let body = std::str::from_utf8(body).unwrap();
    let value = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    Value::Object(pairs.map(|(name, text)| (name.to_owned(), value(text).into())).collect())
}

struct World {
    pool: IdentityPool,
    cognito: Arc<Cognito>,
    logins: Arc<ScriptedLogins>,
    clock: Arc<TestClock>,
    store: MemoryStore,
}

impl World {
    fn new(rule: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let store = MemoryStore::new();
        Self { store: store.clone(), ..Self::on(store, rule) }
    }

    fn on(
        kept: impl SessionStore + 'static,
        rule: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + 'static,
    ) -> Self {
        let clock = Arc::new(TestClock(AtomicU64::new(1_800_000_000)));
        let cognito = Arc::new(Cognito {
            rule: Box::new(rule),
            asked: Mutex::default(),
            issued: AtomicU32::new(0),
            gate: futures_util::lock::Mutex::default(),
            clock: Arc::clone(&clock),
        });
        let config = Config::builder()
            .user_pool("eu-west-1_Ab1", "client")
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .build()
            .unwrap();
        let wire = Arc::new(Wire(Arc::clone(&cognito)));
        let once = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
        let pipeline =
            Pipeline::new(wire, Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(SystemRandom), once);
        let logins = Arc::new(ScriptedLogins::default());
        let kept: Arc<dyn SessionStore> = Arc::new(kept);
        let pool =
            IdentityPool::new(&config, &pipeline, &kept, Arc::clone(&logins) as Arc<dyn Logins>).unwrap();
        Self { pool, cognito, logins, clock, store: MemoryStore::new() }
    }

    fn signs_in(&self, who: &'static str) {
        self.signs_in_by(who, &[USER_POOL]);
    }

    fn signs_in_by(&self, who: &'static str, providers: &'static [&'static str]) {
        *self.logins.person.lock().unwrap() = Some((who, providers));
    }

    fn signs_out(&self) {
        *self.logins.person.lock().unwrap() = None;
    }

    async fn key_id(&self) -> String {
        self.pool.current(Duration::ZERO).await.unwrap().credentials.access_key_id().to_owned()
    }

    fn asked(&self) -> Vec<String> {
        self.cognito.asked.lock().unwrap().drain(..).map(|(operation, _)| operation).collect()
    }
}

/// Everyone gets the identity that is asked for; GetId gives `own` to a login and `guest` to a guest.
fn friendly(operation: &str, input: &Value) -> (u16, Value) {
    let id = match operation {
        "GetId" if input.get("Logins").is_some() => "eu-west-1:own",
        "GetId" => "eu-west-1:guest",
        _ => input["IdentityId"].as_str().unwrap(),
    };
    (200, json!({ "IdentityId": id }))
}

fn refuse(code: &str) -> (u16, Value) {
    refuse_saying(code, "no")
}

fn refuse_saying(code: &str, message: &str) -> (u16, Value) {
    (400, json!({ "__type": code, "message": message }))
}

#[tokio::test]
async fn a_thousand_callers_cause_one_exchange() {
    let world = World::new(friendly);
    world.signs_in("ada");
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            tokio::spawn({
                let pool = world.pool.clone();
                async move { pool.current(Duration::ZERO).await.unwrap().credentials }
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().access_key_id(), "ASIA0");
    }
    assert_eq!(world.asked(), ["GetId", "GetCredentialsForIdentity"]);
}

#[tokio::test]
async fn a_failed_exchange_fails_all_who_wait_and_the_next_one_tries_anew() {
    let world = World::new(|_, _| refuse("InternalErrorException"));
    let (one, two) =
        futures_util::future::join(world.pool.current(Duration::ZERO), world.pool.current(Duration::ZERO))
            .await;
    let kind = |outcome: Result<CachedCredentials, Error>| outcome.err().unwrap().kind();
    assert_eq!((kind(one), kind(two)), (ErrorKind::Unavailable, ErrorKind::Unavailable));
    assert_eq!(world.asked(), ["GetId"]);
    assert!(world.pool.current(Duration::ZERO).await.is_err());
    assert_eq!(world.asked(), ["GetId"]);
}

#[tokio::test]
async fn a_caller_who_goes_away_loses_nothing() {
    let world = World::new(friendly);
    let gate = world.cognito.gate.lock().await;
    let caller = tokio::spawn({
        let pool = world.pool.clone();
        async move { pool.current(Duration::ZERO).await.map(drop) }
    });
    while world.cognito.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    drop(gate);
    assert_eq!(world.key_id().await, "ASIA0");
    assert_eq!(world.asked(), ["GetId", "GetCredentialsForIdentity"]);
}

#[tokio::test]
async fn credentials_that_come_after_signing_out_are_not_kept() {
    let world = World::new(friendly);
    world.signs_in("ada");
    let gate = world.cognito.gate.lock().await;
    let late = {
        let pool = world.pool.clone();
        let key = pool.key().await.unwrap();
        let Lookup::Exchanging { exchange, .. } = pool.shared.look_up(&key, Duration::ZERO) else {
            panic!("nothing is cached yet")
        };
        exchange
    };
    while world.cognito.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    world.signs_out();
    world.pool.forget_logins();
    drop(gate);
    assert!(late.outcome(false).await.is_ok(), "callers who still wait get the outcome");
    assert!(world.pool.shared.state().cached.is_empty());
}

#[tokio::test]
async fn credentials_are_renewed_shortly_before_they_expire() {
    let world = World::new(friendly);
    assert_eq!(world.key_id().await, "ASIA0");
    world.clock.0.fetch_add(3600 - 301, Ordering::Relaxed);
    assert_eq!(world.key_id().await, "ASIA0");
    world.clock.0.fetch_add(1, Ordering::Relaxed);
    assert_eq!(world.key_id().await, "ASIA1");
}

#[tokio::test]
async fn valid_credentials_outlast_a_renewal_that_fails_for_the_network() {
    let down = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let world = World::new({
        let down = Arc::clone(&down);
        move |operation, input| {
            if down.load(Ordering::Relaxed) { (503, json!({})) } else { friendly(operation, input) }
        }
    });
    assert_eq!(world.key_id().await, "ASIA0");
    down.store(true, Ordering::Relaxed);
    world.clock.0.fetch_add(3500, Ordering::Relaxed);
    assert_eq!(world.key_id().await, "ASIA0");
    world.clock.0.fetch_add(95, Ordering::Relaxed);
    assert_eq!(world.pool.current(Duration::ZERO).await.err().unwrap().kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn refused_credentials_are_replaced_but_not_their_successors() {
    let world = World::new(friendly);
    let first = world.pool.credentials().await.unwrap();
    world.pool.forget(&first).await;
    assert_eq!(world.key_id().await, "ASIA1");
    world.pool.forget(&first).await;
    assert_eq!(world.key_id().await, "ASIA1");
}

#[tokio::test]
async fn credentials_do_not_outlive_their_session() {
    let world = World::new(friendly);
    world.signs_in("ada");
    let adas = world.key_id().await;
    world.signs_in("bob");
    assert_ne!(world.key_id().await, adas);
    world.signs_out();
    let guests = world.key_id().await;
    world.signs_in("ada");
    assert!(![adas, guests].contains(&world.key_id().await));
}

#[tokio::test]
async fn an_exchange_that_ends_after_the_sign_out_is_discarded() {
    let world = World::new(friendly);
    world.signs_in("ada");
    let gate = world.cognito.gate.lock().await;
    let caller = tokio::spawn({
        let pool = world.pool.clone();
        async move { pool.current(Duration::ZERO).await.unwrap().identity_id }
    });
    while world.cognito.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    world.signs_out();
    drop(gate);
    assert_eq!(caller.await.unwrap(), "eu-west-1:guest");
}

#[tokio::test]
async fn the_token_of_each_login_provider_is_sent() {
    let world = World::new(friendly);
    world.signs_in_by("ada", &[USER_POOL, GOOGLE]);
    world.key_id().await;
    let asked = world.cognito.asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    for (operation, input) in &*asked {
        let logins = json!({ USER_POOL: "token of ada", GOOGLE: "token of ada" });
        assert_eq!(input["Logins"], logins, "{operation}");
    }
}

#[tokio::test]
async fn credentials_belong_to_one_login_and_not_to_the_same_person_by_another_provider() {
    let world = World::new(friendly);
    world.signs_in_by("ada", &[USER_POOL]);
    assert_eq!(world.key_id().await, "ASIA0");
    world.signs_in_by("ada", &[GOOGLE]);
    assert_eq!(world.key_id().await, "ASIA1");
    world.signs_in_by("ada", &[USER_POOL, GOOGLE]);
    assert_eq!(world.key_id().await, "ASIA2");
    assert_eq!(world.key_id().await, "ASIA2", "still the same login");
}

#[tokio::test]
async fn each_role_has_its_own_credentials_and_guests_have_no_choice() {
    let world = World::new(friendly);
    let admin = world.pool.with_role("arn:aws:iam::1:role/admin".to_owned());
    assert_eq!(admin.current(Duration::ZERO).await.err().unwrap().kind(), ErrorKind::SignedOut);
    world.signs_in("ada");
    assert_eq!(world.key_id().await, "ASIA0");
    assert_eq!(admin.current(Duration::ZERO).await.unwrap().credentials.access_key_id(), "ASIA1");
    assert_eq!(world.key_id().await, "ASIA0");
    let asked = world.cognito.asked.lock().unwrap();
    assert_eq!(asked.last().unwrap().1["CustomRoleArn"], "arn:aws:iam::1:role/admin");
    assert_eq!(
        asked.last().unwrap().1["Logins"]["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1"],
        "token of ada"
    );
}

#[tokio::test]
async fn credentials_for_a_long_use_are_fresh_ones() {
    let world = World::new(friendly);
    world.key_id().await;
    world.clock.0.fetch_add(45 * 60, Ordering::Relaxed);
    let for_ten_minutes = world.pool.credentials_for(Duration::from_secs(600)).await.unwrap();
    assert_eq!(for_ten_minutes.access_key_id(), "ASIA0");
    let for_a_day = world.pool.credentials_for(Duration::from_secs(86_400)).await.unwrap();
    assert_eq!(for_a_day.access_key_id(), "ASIA1");
}

const OLD_GUEST: &str = "eu-west-1:0e3f6a5c-0000-4000-8000-000000000001";

#[tokio::test(start_paused = true)]
async fn valid_credentials_are_handed_out_within_two_seconds_of_a_renewal_that_gets_no_answer() {
    let world = World::new(friendly);
    assert_eq!(world.key_id().await, "ASIA0");
    world.clock.0.fetch_add(3500, Ordering::Relaxed);
    let silence = world.cognito.gate.lock().await;
    let begun = tokio::time::Instant::now();
    assert_eq!(world.key_id().await, "ASIA0");
    assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:guest");
    let for_an_hour = world.pool.credentials_for(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(for_an_hour.access_key_id(), "ASIA0");
    assert!(begun.elapsed() <= Duration::from_secs(2), "all together: {:?}", begun.elapsed());
    drop(silence);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(world.key_id().await, "ASIA1", "the renewal went on");
}
