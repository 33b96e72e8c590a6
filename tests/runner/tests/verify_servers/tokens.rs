//! A user pool, and tokens that are good or refused for one reason each.

use poolpass::SignInStep;
use poolpass::verify::tower::VerifyLayer;
use poolpass::verify::{Requirements, UserPoolVerifier, VerifiedToken};
use poolpass_tests::{PASSWORD, TestPool};

const TWO_HOURS: i64 = 2 * 3600;

/// The tokens of one person, and the verifier that judges them.
pub(crate) struct Tokens {
    verifier: UserPoolVerifier,
    /// A valid access token.
    pub(crate) good: String,
    /// Tokens that may not pass, each with a word of the reason.
    pub(crate) refused: Vec<(&'static str, String)>,
    pool: TestPool,
}

impl Tokens {
    pub(crate) async fn issue() -> Self {
        let (pool, other) = (TestPool::start().await.unwrap(), TestPool::start().await.unwrap());
        pool.aws.clock().set_offset_seconds(-TWO_HOURS);
        let [expired, _] = sign_in(&pool).await;
        pool.aws.clock().set_offset_seconds(0);
        let [good, id_token] = sign_in(&pool).await;
        let [foreign, _] = sign_in(&other).await;
        let [header, payload, signature] = parts(&good);
        let [_, payload_of_another, _] = parts(&id_token);
        let refused = vec![
            ("expired", expired.clone()),
            ("issuer", foreign),
            ("access token", id_token.clone()),
            ("signature", format!("{header}.{payload_of_another}.{signature}")),
            ("signature", format!("{header}.{payload}.{}", parts(&expired)[2])),
            ("malformed", "x.y.z".to_owned()),
        ];
        let verifier = UserPoolVerifier::from_config(&pool.config().unwrap()).unwrap();
        Self { verifier, good, refused, pool }
    }

    pub(crate) fn layer(&self) -> VerifyLayer {
        VerifyLayer::new(self.verifier.clone(), Requirements::access_token())
    }

    /// A layer that asks for what the good token lacks.
    pub(crate) fn strict_layer(&self) -> VerifyLayer {
        VerifyLayer::new(self.verifier.clone(), Requirements::access_token().scope("notes/write"))
    }

    /// A layer that has no keys yet and whose user pool does not answer any more.
    pub(crate) async fn cut_off_layer(mut self) -> VerifyLayer {
        self.verifier = UserPoolVerifier::from_config(&self.pool.config().unwrap()).unwrap();
        let layer = self.layer();
        self.pool.aws.stop().await;
        layer
    }
}

/// The answer of the servers' services: the typed claims that the layer has left them.
pub(crate) fn greeting(extensions: &http::Extensions) -> String {
    let token = extensions.get::<VerifiedToken>().unwrap();
    format!("hello {} of {}", token.username().unwrap(), token.user_pool_id())
}

pub(crate) fn greeted(tokens: &Tokens) -> String {
    format!("hello ada of {}", tokens.pool.pool_id())
}

/// An access token and an ID token.
async fn sign_in(pool: &TestPool) -> [String; 2] {
    if pool.admin("AdminGetUser", serde_json::json!({ "Username": "ada" })).await.is_err() {
        pool.add_user("ada").await.unwrap();
    }
    let client = pool.client().unwrap().build().unwrap();
    assert!(matches!(client.sign_in("ada", PASSWORD).await.unwrap(), SignInStep::Done(_)));
    [client.access_token().await.unwrap().jwt().to_owned(), client.id_token().await.unwrap().jwt().to_owned()]
}

fn parts(jwt: &str) -> [&str; 3] {
    jwt.split('.').collect::<Vec<_>>().try_into().unwrap()
}
