use std::convert::Infallible;
use std::future::{Ready, poll_fn, ready};
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::json;
use tower_layer::Layer;
use tower_service::Service;

use super::super::tower::VerifyLayer;
use super::super::{Requirements, VerifiedToken, VerifyError, VerifyErrorKind};
use super::*;

/// Answers with the user's name.
#[derive(Clone)]
struct Hello;

impl Service<Request<()>> for Hello {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let token = request.extensions().get::<VerifiedToken>().unwrap();
        ready(Ok(Response::new(token.username().unwrap().to_owned())))
    }
}

async fn answer(server: &KeyServer, requirements: Requirements, authorization: &[&str]) -> Response<String> {
    let mut service = VerifyLayer::new(server.user_pool_verifier(), requirements).layer(Hello);
    let mut request = Request::new(());
    for value in authorization {
        request.headers_mut().append("authorization", value.parse().unwrap());
    }
    poll_fn(|context| service.poll_ready(context)).await.unwrap();
    service.call(request).await.unwrap()
}

fn challenge(headers: &HeaderMap) -> &str {
    headers["www-authenticate"].to_str().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_good_token_reaches_the_service() {
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let authorization = format!("{scheme} {}", token(&access_claims()));
        let answer =
            answer(&KeyServer::of_user_pool(), Requirements::access_token(), &[&authorization]).await;
        assert_eq!((answer.status(), answer.body().as_str()), (StatusCode::OK, "ada"));
    }
}

#[tokio::test(start_paused = true)]
async fn every_refusal_says_what_is_missing() {
    let server = KeyServer::of_user_pool();
    let good = format!("Bearer {}", token(&access_claims()));
    let expired = format!("Bearer {}", token(&with(access_claims(), "exp", json!(NOW - 1))));
    let access = Requirements::access_token;
    let write = access().scope("notes/read").scope("notes/write");
    let strong = access().acr("urn:cognito:loa:3").max_age(Duration::from_secs(300));
    let expired_text =
        "error=\"invalid_token\", error_description=\"the token has expired: the client has to refresh it\"";
    let scope_text = "error=\"insufficient_scope\", error_description=\"the token lacks a required scope\", \
                      scope=\"notes/read notes/write\"";
    let acr_text = "error=\"insufficient_user_authentication\", error_description=\"the sign-in is weaker than required: \
                    the client has to step up\", acr_values=\"urn:cognito:loa:3\", max_age=\"300\"";
    for (requirements, authorization, status, text) in [
        (access(), vec![], 401, ""),
        (write.clone(), vec![], 401, "scope=\"notes/read notes/write\""),
        (access(), vec!["Basic YWRhOnB3"], 401, ""),
        (access(), vec!["Bearer"], 400, "error=\"invalid_request\""),
        (access(), vec!["Bearer "], 400, "error=\"invalid_request\""),
        (access(), vec!["Bearer a b"], 400, "error=\"invalid_request\""),
        (access(), vec!["Bearer a,b"], 400, "error=\"invalid_request\""),
        (access(), vec!["Negotiate"], 401, ""),
        (access(), vec![&good, &good], 400, "error=\"invalid_request\""),
        (access(), vec!["Bearer nonsense"], 401, "error=\"invalid_token\""),
        (access(), vec![&expired], 401, expired_text),
        (Requirements::id_token(), vec![&good], 401, "error=\"invalid_token\""),
        (write, vec![&good], 403, scope_text),
        (access().any_group(["admins"]), vec![&good], 403, "error=\"insufficient_scope\""),
        (strong, vec![&good], 401, acr_text),
    ] {
        let answer = answer(&server, requirements, &authorization).await;
        let challenge = challenge(answer.headers());
        assert_eq!(answer.status(), status, "{challenge}");
        let expected = if text.is_empty() { "Bearer".to_owned() } else { format!("Bearer {text}") };
        assert!(
            challenge.starts_with(&expected) && (!text.is_empty() || challenge == expected),
            "{challenge}"
        );
        assert_eq!(answer.body(), "");
    }
}

#[tokio::test(start_paused = true)]
async fn a_requirement_cannot_break_out_of_the_header() {
    let good = format!("Bearer {}", token(&access_claims()));
    let requirements = Requirements::access_token().scope("x\", error=\"none\r\nset-cookie: a=b");
    let broken = answer(&KeyServer::of_user_pool(), requirements, &[&good]).await;
    assert_eq!(broken.status(), 403);
    assert!(!challenge(broken.headers()).contains("set-cookie"));
    for scope in ["x\", error=\"none", "x\\", "\u{e9}"] {
        let requirements = Requirements::access_token().scope(scope);
        let broken = answer(&KeyServer::of_user_pool(), requirements, &[&good]).await;
        let challenge = challenge(broken.headers());
        assert!(challenge.starts_with("Bearer error=\"insufficient_scope\""), "{challenge}");
        assert!(!challenge.contains("scope=") && !challenge.contains("none"), "{challenge}");
    }
}

#[tokio::test(start_paused = true)]
async fn unreachable_keys_are_no_fault_of_the_token() {
    let server = KeyServer::of_user_pool();
    server.is_down(true);
    let good = format!("Bearer {}", token(&access_claims()));
    let answer = answer(&server, Requirements::access_token(), &[&good]).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "10");
    assert!(!answer.headers().contains_key("www-authenticate"));
    let error = answer.extensions().get::<VerifyError>().unwrap();
    assert_eq!(error.kind(), VerifyErrorKind::KeysUnavailable);
}
