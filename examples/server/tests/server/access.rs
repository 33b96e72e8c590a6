//! Who may call the server, and from which pages.

use http::{Method, StatusCode};
use poolpass::Client;
use poolpass::api::Authorization;

use crate::world::World;

#[tokio::test]
async fn no_request_passes_without_a_valid_id_token() {
    let world = World::start().await;
    let ada = world.ada().await;
    let by_access_token =
        world.request_with(&ada, Authorization::AccessToken, Method::GET, "/notes", None).await;
    assert_eq!(by_access_token.status(), StatusCode::UNAUTHORIZED);
    assert!(by_access_token.header("www-authenticate").unwrap().contains("invalid_token"));

    for headers in [&[][..], &[("authorization", "Bearer x.y.z")], &[("authorization", "Basic YWRhOnB3")]] {
        let answer = world.send(Method::GET, headers).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{headers:?}");
        assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    }
    assert_eq!(world.aws.request_counts().of("GetId"), 0, "nobody reaches AWS without a token");
}

#[tokio::test]
async fn a_token_that_has_expired_is_refused() {
    let world = World::start().await;
    world.aws.clock().set_offset_seconds(-2 * 3600);
    let token = bearer(&world.ada().await).await;
    world.aws.clock().set_offset_seconds(0);
    let answer = world.send(Method::GET, &[("authorization", &token)]).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers()["www-authenticate"].to_str().unwrap().contains("expired"), "{answer:?}");
    assert_eq!(world.aws.request_counts().of("GetId"), 0);

    let token = bearer(&world.ada().await).await;
    assert_eq!(world.send(Method::GET, &[("authorization", &token)]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_token_of_another_user_pool_is_refused() {
    let (world, other) = (World::start().await, World::start().await);
    assert_ne!(world.config["userPool"]["id"], other.config["userPool"]["id"]);
    let token = bearer(&other.ada().await).await;
    let answer = world.send(Method::GET, &[("authorization", &token)]).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers()["www-authenticate"].to_str().unwrap().contains("invalid_token"), "{answer:?}");
    assert_eq!(world.aws.request_counts().of("GetId"), 0);
    assert_eq!(other.send(Method::GET, &[("authorization", &token)]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_web_app_may_call_it_from_a_browser() {
    let world = World::start().await;
    for (origin, is_allowed) in [("https://notes.example", true), ("https://evil.example", false)] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let preflight = [
                ("origin", origin),
                ("access-control-request-method", method),
                ("access-control-request-headers", "authorization,content-type"),
            ];
            let answer = world.send(Method::OPTIONS, &preflight).await;
            let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
            assert_eq!(answer.status(), StatusCode::OK);
            let allowed = header("access-control-allow-origin");
            assert_eq!(allowed == Some(origin), is_allowed, "{origin}: {answer:?}");
            let methods = header("access-control-allow-methods").unwrap();
            assert!(methods.split(',').any(|allowed| allowed == method), "{methods}");
            assert_eq!(header("access-control-allow-headers"), Some("authorization,content-type"));
        }
        // A page has to see why it is refused, or it takes the server for broken.
        let refused = world.send(Method::GET, &[("origin", origin)]).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        let allowed = refused.headers().get("access-control-allow-origin");
        assert_eq!(allowed.is_some_and(|allowed| allowed == origin), is_allowed, "{refused:?}");
        assert_eq!(refused.headers()["access-control-expose-headers"], "www-authenticate");
    }
}

/// The header `authorization` of a person.
async fn bearer(client: &Client) -> String {
    format!("Bearer {}", client.id_token().await.unwrap().jwt())
}
