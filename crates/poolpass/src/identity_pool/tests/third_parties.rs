//! Logins of third parties.

use std::sync::atomic::AtomicBool;

use super::*;

/// A source whose token the test changes.
#[derive(Clone, Debug, Default)]
struct TestToken(Arc<Mutex<Option<ProviderToken>>>);

impl TestToken {
    fn new(token: &str) -> Self {
        let source = Self::default();
        source.set(Some(ProviderToken::new(token)));
        source
    }

    fn set(&self, token: Option<ProviderToken>) {
        *self.0.lock().unwrap() = token;
    }
}

impl LoginToken for TestToken {
    fn token(&self) -> BoxFuture<'_, Result<ProviderToken, LoginTokenError>> {
        let token = self.0.lock().unwrap().clone();
        Box::pin(async { token.ok_or_else(|| LoginTokenError("signed out at Google".to_owned())) })
    }
}

struct Parties {
    world: World,
    sources: Arc<LoginSources>,
}

impl Parties {
    fn new(rule: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let store = MemoryStore::new();
        Self::on(store, rule)
    }

    /// A client that shares the store.
    fn on(store: MemoryStore, rule: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let world = World { store: store.clone(), ..World::on(store.clone(), rule) };
        let sources = Arc::new(LoginSources::new(Arc::clone(&world.logins) as Arc<dyn Logins>));
        let config = Config::builder()
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .build()
            .unwrap();
        let once = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
        let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
        let wire = Arc::new(Wire(Arc::clone(&world.cognito)));
        let pipeline = Pipeline::new(wire, clock, Arc::new(SystemRandom), once);
        let kept: Arc<dyn SessionStore> = Arc::new(store);
        let logins = Arc::clone(&sources) as Arc<dyn Logins>;
        let pool = IdentityPool::new(&config, &pipeline, &kept, logins).unwrap();
        Self { world: World { pool, ..world }, sources }
    }

    fn add(&self, provider: LoginProvider, token: &TestToken) {
        self.sources.add(provider, Arc::new(token.clone())).unwrap();
    }

    async fn identity_id(&self) -> Result<String, ErrorKind> {
        let current = self.world.pool.current(Duration::ZERO).await;
        current.map(|cached| cached.identity_id).map_err(|error| error.kind())
    }

    fn changes(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.world.logins.changes.lock().unwrap())
    }
}

#[tokio::test]
async fn a_third_party_alone_is_a_login_and_its_source_is_asked_at_each_renewal() {
    let parties = Parties::new(friendly);
    let google = TestToken::new("first");
    parties.add(LoginProvider::Google, &google);
    assert_eq!(parties.identity_id().await.unwrap(), "eu-west-1:own");
    google.set(Some(ProviderToken::new("second")));
    parties.world.clock.0.fetch_add(3600 - 300, Ordering::Relaxed);
    parties.identity_id().await.unwrap();
    let asked = parties.world.cognito.asked.lock().unwrap();
    let logins: Vec<_> =
        asked.iter().map(|(operation, input)| (operation.as_str(), &input["Logins"])).collect();
    assert_eq!(
        logins,
        [
            ("GetId", &json!({ GOOGLE: "first" })),
            ("GetCredentialsForIdentity", &json!({ GOOGLE: "first" })),
            ("GetCredentialsForIdentity", &json!({ GOOGLE: "second" })),
        ]
    );
}

#[tokio::test]
async fn a_login_without_a_token_outlasts_nothing_but_valid_credentials_and_never_becomes_a_guest() {
    let parties = Parties::new(friendly);
    let google = TestToken::new("token");
    parties.add(LoginProvider::Google, &google);
    parties.identity_id().await.unwrap();
    google.set(None);
    parties.world.clock.0.fetch_add(3500, Ordering::Relaxed);
    assert_eq!(parties.identity_id().await.unwrap(), "eu-west-1:own", "the credentials are valid");
    parties.world.clock.0.fetch_add(95, Ordering::Relaxed);
    parties.world.asked();
    let error = parties.world.pool.current(Duration::ZERO).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::LoginExpired);
    assert!(error.message().contains("signed out at Google"), "{error}");
    assert!(std::error::Error::source(&error).is_none(), "a printed chain would say it twice");
    assert!(parties.world.asked().is_empty(), "nothing was sent");
    google.set(Some(ProviderToken::new("new")));
    assert_eq!(parties.identity_id().await.unwrap(), "eu-west-1:own");
}

#[tokio::test]
async fn what_aws_calls_an_expired_token_is_an_expired_login() {
    let expired = Arc::new(AtomicBool::new(true));
    let parties = Parties::new({
        let expired = Arc::clone(&expired);
        move |operation, input| {
            if expired.load(Ordering::Relaxed) {
                let message = "Invalid login token. Token expired: 1 >= 2";
                return refuse_saying("NotAuthorizedException", message);
            }
            friendly(operation, input)
        }
    });
    let google = TestToken::new("old");
    parties.add(LoginProvider::Google, &google);
    assert_eq!(parties.identity_id().await, Err(ErrorKind::LoginExpired));
    expired.store(false, Ordering::Relaxed);
    assert!(parties.identity_id().await.is_ok());
    // The user pool's own token is refreshed, and its refusal stays what it is.
    expired.store(true, Ordering::Relaxed);
    parties.sources.remove(&LoginProvider::Google);
    parties.world.signs_in("ada");
    assert_eq!(parties.identity_id().await, Err(ErrorKind::NotAuthorized));
}

#[tokio::test]
async fn the_identity_is_kept_for_each_set_of_providers() {
    let store = MemoryStore::new();
    let google = TestToken::new("token");
    let start = |rule: fn(&str, &Value) -> (u16, Value)| {
        let parties = Parties::on(store.clone(), rule);
        parties.add(LoginProvider::Google, &google);
        parties
    };
    let first = start(friendly);
    first.identity_id().await.unwrap();
    assert_eq!(first.world.asked(), ["GetId", "GetCredentialsForIdentity"]);
    let second = start(friendly);
    second.identity_id().await.unwrap();
    assert_eq!(second.world.asked(), ["GetCredentialsForIdentity"], "the identity id was kept");
    second.add(LoginProvider::Facebook, &google);
    second.identity_id().await.unwrap();
    assert_eq!(second.world.asked(), ["GetId", "GetCredentialsForIdentity"], "another set");
    assert!(second.changes().is_empty(), "the same identity");

    // Somebody else, whose login is not that of the kept identity.
    let other = start(|operation, input| match (operation, input["IdentityId"].as_str()) {
        ("GetId", _) => (200, json!({ "IdentityId": "eu-west-1:other" })),
        (_, Some("eu-west-1:own")) => refuse_saying(
            "NotAuthorizedException",
            "Logins don't match. Please include at least one valid login for this identity or identity pool.",
        ),
        (_, id) => (200, json!({ "IdentityId": id })),
    });
    assert_eq!(other.identity_id().await.unwrap(), "eu-west-1:other");
    assert_eq!(other.changes(), [("eu-west-1:own".to_owned(), "eu-west-1:other".to_owned())]);
    let again = start(friendly);
    assert_eq!(again.identity_id().await.unwrap(), "eu-west-1:other", "the kept one was replaced");
}

#[tokio::test]
async fn a_merged_identity_takes_the_place_of_the_kept_one() {
    let parties = Parties::new(|operation, input| match operation {
        "GetCredentialsForIdentity" => (200, json!({ "IdentityId": "eu-west-1:merged" })),
        _ => friendly(operation, input),
    });
    parties.world.store.save(GUEST_KEY, "eu-west-1:guest".into()).await.unwrap();
    parties.add(LoginProvider::Google, &TestToken::new("token"));
    assert_eq!(parties.identity_id().await.unwrap(), "eu-west-1:merged");
    assert_eq!(parties.changes(), [("eu-west-1:guest".to_owned(), "eu-west-1:merged".to_owned())]);
}

#[tokio::test]
async fn logins_of_two_identities_conflict_until_one_is_removed() {
    let parties =
        Parties::new(|operation, input| match input["Logins"].as_object().map(|logins| logins.len()) {
            Some(2) => refuse_saying(
                "ResourceConflictException",
                "Logins are already linked to different identities.",
            ),
            _ => friendly(operation, input),
        });
    parties.add(LoginProvider::Google, &TestToken::new("token"));
    parties.identity_id().await.unwrap();
    parties.add(LoginProvider::Facebook, &TestToken::new("token"));
    assert_eq!(parties.identity_id().await, Err(ErrorKind::Conflict));
    parties.sources.remove(&LoginProvider::Facebook);
    assert_eq!(parties.identity_id().await.unwrap(), "eu-west-1:own");
}

#[tokio::test]
async fn the_backend_chooses_the_identity() {
    let parties = Parties::new(friendly);
    let backend = TestToken::default();
    backend.set(Some(ProviderToken::developer("eu-west-1:chosen", "token")));
    parties.add(LoginProvider::Developer("login.example".into()), &backend);
    assert_eq!(parties.identity_id().await.unwrap(), "eu-west-1:chosen");
    let asked = parties.world.cognito.asked.lock().unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].1["Logins"], json!({ "cognito-identity.amazonaws.com": "token" }));
}

#[tokio::test]
async fn what_a_source_returns_is_checked_before_it_is_sent() {
    let parties = Parties::new(friendly);
    let source = TestToken::default();
    let developer = LoginProvider::Developer("login.example".into());
    for (provider, token) in [
        (&LoginProvider::Google, ProviderToken::new("")),
        (&LoginProvider::Google, ProviderToken::new("a b")),
        (&LoginProvider::Google, ProviderToken::new("a".repeat(50_001))),
        (&LoginProvider::Google, ProviderToken::developer("eu-west-1:a", "token")),
        (&developer, ProviderToken::new("token")),
        (&developer, ProviderToken::developer("no id", "token")),
    ] {
        source.set(Some(token));
        parties.add(provider.clone(), &source);
        assert_eq!(parties.identity_id().await, Err(ErrorKind::InvalidInput), "{provider:?}");
        parties.sources.remove(provider);
    }
    assert!(parties.world.asked().is_empty());
}

#[tokio::test]
async fn an_unlinked_login_was_proved_by_its_token() {
    let parties = Parties::new(|operation, input| match operation {
        "UnlinkIdentity" => (200, json!({})),
        _ => friendly(operation, input),
    });
    let google = LoginProvider::Google;
    assert_eq!(parties.world.pool.unlink(&google).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    parties.add(google.clone(), &TestToken::new("token"));
    parties.world.pool.unlink(&google).await.unwrap();
    let asked = parties.world.cognito.asked.lock().unwrap();
    let unlink =
        json!({"IdentityId": "eu-west-1:own", "Logins": {GOOGLE: "token"}, "LoginsToRemove": [GOOGLE]});
    assert_eq!(asked.last().unwrap(), &("UnlinkIdentity".to_owned(), unlink));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_ends_neither_an_exchange_nor_an_unlinking_too_late() {
    #[derive(Debug)]
    struct Hanging;

    impl LoginToken for Hanging {
        fn token(&self) -> BoxFuture<'_, Result<ProviderToken, LoginTokenError>> {
            Box::pin(std::future::pending())
        }
    }

    let parties = Parties::new(friendly);
    parties.sources.add(LoginProvider::Google, Arc::new(Hanging)).unwrap();
    let begin = tokio::time::Instant::now();
    assert_eq!(parties.identity_id().await, Err(ErrorKind::Timeout));
    assert!(begin.elapsed() <= Duration::from_secs(120));
    let begin = tokio::time::Instant::now();
    let error = parties.world.pool.unlink(&LoginProvider::Google).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, Some("UnlinkIdentity")));
    assert!(begin.elapsed() <= Duration::from_secs(180));
    assert!(parties.world.asked().is_empty());
}

#[tokio::test]
async fn a_source_for_the_user_pool_itself_takes_the_place_of_the_session_s_token() {
    let parties = Parties::new(friendly);
    parties.world.signs_in("ada");
    parties.add(LoginProvider::OpenId(format!("https://{USER_POOL}")), &TestToken::new("elsewhere"));
    parties.identity_id().await.unwrap();
    let asked = parties.world.cognito.asked.lock().unwrap();
    assert_eq!(asked[0].1["Logins"], json!({ USER_POOL: "elsewhere" }));
}

#[tokio::test]
async fn a_provider_that_has_no_case_of_its_own_is_named_by_its_key() {
    let parties = Parties::new(friendly);
    parties.add(LoginProvider::OpenId("api.twitter.com".to_owned()), &TestToken::new("token;secret"));
    parties.identity_id().await.unwrap();
    let asked = parties.world.cognito.asked.lock().unwrap();
    assert_eq!(asked[0].1["Logins"], json!({ "api.twitter.com": "token;secret" }));
}

#[tokio::test]
async fn a_login_that_an_earlier_attempt_has_unlinked_is_unlinked() {
    let parties = Parties::new(|operation, input| match operation {
        "UnlinkIdentity" => refuse_saying(
            "NotAuthorizedException",
            "Logins don't match. Please include at least one valid login for this identity or identity pool.",
        ),
        _ => friendly(operation, input),
    });
    parties.add(LoginProvider::Google, &TestToken::new("token"));
    parties.world.pool.unlink(&LoginProvider::Google).await.unwrap();
}

#[tokio::test]
async fn a_login_that_has_expired_stays_linked_and_says_so() {
    let parties = Parties::new(|operation, input| match operation {
        "UnlinkIdentity" => {
            refuse_saying("NotAuthorizedException", "Invalid login token. Token expired: 2 >= 1")
        }
        _ => friendly(operation, input),
    });
    parties.add(LoginProvider::Google, &TestToken::new("token"));
    let error = parties.world.pool.unlink(&LoginProvider::Google).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginExpired, "{error}");
    assert_eq!(parties.identity_id().await.unwrap(), "eu-west-1:own");
    // Any other refusal keeps its kind.
    let without = Parties::new(|operation, input| match operation {
        "UnlinkIdentity" => refuse_saying("NotAuthorizedException", "Access to Identity is forbidden."),
        _ => friendly(operation, input),
    });
    without.add(LoginProvider::Google, &TestToken::new("token"));
    let error = without.world.pool.unlink(&LoginProvider::Google).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAuthorized, "{error}");
}

#[tokio::test]
async fn a_new_source_takes_the_place_of_that_of_the_same_provider_and_of_no_other() {
    let parties = Parties::new(friendly);
    parties.add(LoginProvider::Facebook, &TestToken::new("facebook's"));
    parties.add(LoginProvider::Google, &TestToken::new("ada's"));
    parties.identity_id().await.unwrap();
    parties.world.asked();
    parties.add(LoginProvider::Google, &TestToken::new("bob's"));
    assert_eq!(parties.sources.providers(), [LoginProvider::Facebook, LoginProvider::Google]);
    // It may be another person's, so the credentials are not those of the old one.
    parties.identity_id().await.unwrap();
    let asked = parties.world.cognito.asked.lock().unwrap();
    let both = json!({ "graph.facebook.com": "facebook's", GOOGLE: "bob's" });
    assert_eq!(asked.last().map(|(_, input)| &input["Logins"]), Some(&both));
}

#[test]
fn a_provider_that_aws_does_not_know_is_not_added() {
    let parties = Parties::new(friendly);
    let adfs = LoginProvider::Saml("adfs".to_owned());
    let error = parties.sources.add(adfs, Arc::new(TestToken::new("token"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(parties.sources.providers().is_empty());
}

#[tokio::test]
async fn the_kept_identity_does_not_depend_on_the_order_of_the_providers() {
    let store = MemoryStore::new();
    for (providers, asked) in [
        ([LoginProvider::Google, LoginProvider::Facebook], &["GetId", "GetCredentialsForIdentity"][..]),
        ([LoginProvider::Facebook, LoginProvider::Google], &["GetCredentialsForIdentity"]),
    ] {
        let parties = Parties::on(store.clone(), friendly);
        for provider in providers {
            parties.add(provider, &TestToken::new("token"));
        }
        parties.identity_id().await.unwrap();
        assert_eq!(parties.world.asked(), asked);
    }
}

/// Cognito's refusal of a login in which the token of `provider` is `token`.
fn refusing(
    provider: &'static str,
    token: &'static str,
    message: &'static str,
) -> impl Fn(&str, &Value) -> (u16, Value) {
    move |operation, input| match input["Logins"][provider] == token {
        true => refuse_saying("NotAuthorizedException", message),
        false => friendly(operation, input),
    }
}

const EXPIRED: &str = "Invalid login token. Token expired: 1 >= 2";

#[tokio::test]
async fn the_session_is_renewed_once_where_its_token_has_expired_beside_a_third_party_s() {
    let parties = Parties::new(refusing(USER_POOL, "token of ada", EXPIRED));
    parties.world.signs_in("ada");
    parties.add(LoginProvider::Google, &TestToken::new("google's"));
    assert_eq!(parties.identity_id().await.unwrap(), "eu-west-1:own");
    assert_eq!(parties.world.logins.renewals.load(Ordering::Relaxed), 1);
    let asked = parties.world.cognito.asked.lock().unwrap();
    let both = json!({ USER_POOL: "token 1 of ada", GOOGLE: "google's" });
    assert_eq!(asked.last().map(|(_, input)| &input["Logins"]), Some(&both));
}

#[tokio::test]
async fn a_token_that_is_refused_for_another_reason_is_neither_expired_nor_renewed() {
    let parties =
        Parties::new(refusing(GOOGLE, "google's", "Invalid login token. Not a valid OpenId token."));
    parties.world.signs_in("ada");
    parties.add(LoginProvider::Google, &TestToken::new("google's"));
    assert_eq!(parties.identity_id().await, Err(ErrorKind::NotAuthorized));
    assert_eq!(parties.world.logins.renewals.load(Ordering::Relaxed), 0);
    assert_eq!(parties.world.asked(), ["GetId"], "it is not tried again");
}

#[tokio::test]
async fn unlinking_needs_that_provider_s_login_and_drops_the_credentials() {
    let parties = Parties::new(|operation, input| match operation {
        "UnlinkIdentity" => (200, json!({})),
        _ => friendly(operation, input),
    });
    parties.add(LoginProvider::Google, &TestToken::new("token"));
    parties.identity_id().await.unwrap();
    parties.world.asked();
    let error = parties.world.pool.unlink(&LoginProvider::Facebook).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(parties.world.asked().is_empty(), "nothing was sent");
    parties.world.pool.unlink(&LoginProvider::Google).await.unwrap();
    parties.world.asked();
    parties.identity_id().await.unwrap();
    assert!(!parties.world.asked().is_empty(), "the credentials were those of the linked login");
}
