//! Sign-ins through a user agent.

use super::*;

/// Comes back with what is scripted, to which the state of the URL is added, and notes the URLs.
#[derive(Clone, Debug)]
struct Agent(Arc<Mutex<Vec<Result<String, UserAgentError>>>>, Arc<Mutex<Vec<String>>>);

impl Agent {
    fn new(outcomes: impl IntoIterator<Item = Result<&'static str, UserAgentError>>) -> Self {
        let outcomes = outcomes.into_iter().map(|outcome| outcome.map(str::to_owned)).collect();
        Self(Arc::new(Mutex::new(outcomes)), Arc::default())
    }
}

impl RedirectUserAgent for Agent {
    fn authenticate<'a>(
        &'a self,
        url: &'a str,
        redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<String, UserAgentError>> {
        assert_eq!(redirect_uri, REDIRECT_URI);
        self.1.lock().unwrap().push(url.to_owned());
        let outcome = self.0.lock().unwrap().remove(0);
        Box::pin(async move { outcome.map(|query| redirected(url, &query)) })
    }
}

#[tokio::test]
async fn a_user_agent_that_comes_back_without_an_answer_ends_the_sign_in() {
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    let failed = |kind| Err(UserAgentError::new(kind, "see https://auth.example.com/?state=secret"));
    for (outcome, kind) in [
        (failed(UserAgentErrorKind::Cancelled), ErrorKind::Cancelled),
        (failed(UserAgentErrorKind::TimedOut), ErrorKind::Timeout),
        (failed(UserAgentErrorKind::Unsupported), ErrorKind::Platform),
        (Ok("error=access_denied"), ErrorKind::Cancelled),
        (Ok("nothing=1"), ErrorKind::InvalidRedirect),
        (Ok("code=c&state=poolpass-another"), ErrorKind::InvalidRedirect),
    ] {
        let agent = Agent::new([outcome]);
        let error = client.sign_in_with_user_agent(agent.clone(), REDIRECT_URI).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(!error.message().contains("secret"), "{error}");
        // Nobody who has the URL can go on with it.
        let url = agent.1.lock().unwrap().remove(0);
        assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_none());
    }
    assert!(pool.operations().is_empty());
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn a_user_agent_is_sent_a_second_time_where_cognito_has_just_linked_the_user() {
    const FOUND: &str =
        "error=invalid_request&error_description=Already+found+an+entry+for+username+google_1";
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let agent = Agent::new([Ok(FOUND), Ok("error=access_denied")]);
    let error = client.sign_in_with_user_agent(agent.clone(), REDIRECT_URI).await.unwrap_err();
    assert_eq!((error.kind(), agent.1.lock().unwrap().len()), (ErrorKind::Cancelled, 2));
    let agent = Agent::new([Ok(FOUND), Ok(FOUND)]);
    let error = client.sign_in_with_user_agent(agent.clone(), REDIRECT_URI).await.unwrap_err();
    assert_eq!((error.kind(), agent.1.lock().unwrap().len()), (ErrorKind::Conflict, 2));
}

#[tokio::test]
async fn a_user_agent_that_brings_the_answer_to_another_sign_in_is_refused_and_that_one_still_waits() {
    #[derive(Debug)]
    struct Returns(String);

    impl RedirectUserAgent for Returns {
        fn authenticate<'a>(
            &'a self,
            _: &'a str,
            _: &'a str,
        ) -> BoxFuture<'a, Result<String, UserAgentError>> {
            Box::pin(async { Ok(self.0.clone()) })
        }
    }

    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    let other = begun(&client).await;
    let answer = redirected(&other, "code=c");
    let error = client.sign_in_with_user_agent(Returns(answer.clone()), REDIRECT_URI).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRedirect);
    assert!(pool.operations().is_empty());
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
    pool.answer(good(&pool, &other));
    assert!(client.handle_redirect(&answer).await.unwrap().is_some());
}
