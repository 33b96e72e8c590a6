//! One Poolpass client for each person, which keeps the person's AWS credentials.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use anyhow::Context as _;
use poolpass::platform::{BoxFuture, HttpTransport};
use poolpass::verify::VerifiedToken;
use poolpass::{Client, Config, LoginProvider, LoginToken, LoginTokenError, ProviderToken};
use serde_json::Value;

/// The people who have sent requests lately.
#[derive(Clone, Debug)]
pub(crate) struct People(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Has no user pool: the server signs nobody in.
    config: Config,
    provider: LoginProvider,
    /// All people share the connections.
    transport: HttpTransport,
    people: Mutex<HashMap<String, Person>>,
}

#[derive(Clone, Debug)]
struct Person {
    client: Client,
    token: LatestToken,
}

/// The latest ID token of a person. The client asks for it when the AWS credentials have to be renewed.
#[derive(Clone, Debug)]
struct LatestToken(Arc<Mutex<VerifiedToken>>);

impl People {
    /// The people who are kept at most.
    const CAPACITY: usize = 1000;

    pub(crate) fn new(poolpass_json: &str) -> anyhow::Result<Self> {
        let config = Config::from_json(poolpass_json)?;
        let user_pool = config.user_pool().context("the configuration has no user pool")?.id().clone();
        let provider = LoginProvider::OpenId(format!(
            "cognito-idp.{}.amazonaws.com/{}",
            user_pool.region().as_str(),
            user_pool.as_str()
        ));
        let mut without_user_pool: Value = serde_json::from_str(poolpass_json)?;
        without_user_pool.as_object_mut().context("the configuration is no object")?.remove("userPool");
        let config = Config::from_json(&without_user_pool.to_string())?;
        let transport = HttpTransport::new()?;
        Ok(Self(Arc::new(Inner { config, provider, transport, people: Mutex::default() })))
    }

    /// The client of the person to whom a token belongs.
    pub(crate) fn client(&self, token: &VerifiedToken) -> Result<Client, poolpass::Error> {
        let mut people = self.0.people.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(person) = people.get(token.sub()) {
            person.token.replace_by(token);
            return Ok(person.client.clone());
        }
        if people.len() >= Self::CAPACITY {
            forget_one(&mut people);
        }
        let latest = LatestToken(Arc::new(Mutex::new(token.clone())));
        let client = Client::builder(self.0.config.clone())
            .transport(self.0.transport.clone())
            .login(self.0.provider.clone(), latest.clone())
            .build()?;
        people.insert(token.sub().to_owned(), Person { client: client.clone(), token: latest });
        Ok(client)
    }
}

/// Forgets the person whose token expires first. The next request of that person takes another exchange.
fn forget_one(people: &mut HashMap<String, Person>) {
    let first = people.iter().min_by_key(|(_, person)| person.token.expires_at());
    if let Some(sub) = first.map(|(sub, _)| sub.clone()) {
        people.remove(&sub);
    }
}

impl LatestToken {
    fn replace_by(&self, token: &VerifiedToken) {
        let mut latest = self.latest();
        if token.expires_at() > latest.expires_at() {
            *latest = token.clone();
        }
    }

    fn expires_at(&self) -> SystemTime {
        self.latest().expires_at()
    }

    fn latest(&self) -> MutexGuard<'_, VerifiedToken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoginToken for LatestToken {
    /// The identity pool judges the token: each request brings one that was valid when it came.
    fn token(&self) -> BoxFuture<'_, Result<ProviderToken, LoginTokenError>> {
        let token = ProviderToken::new(self.latest().jwt());
        Box::pin(async { Ok(token) })
    }
}
