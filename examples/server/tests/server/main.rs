//! The server in front of a local AWS, with the requests that Field notes makes.
#![expect(clippy::unwrap_used, reason = "what a test's helpers do not expect fails the test")]

mod access;
mod changes;
mod world;

use http::{Method, StatusCode};
use poolpass::api::Authorization;
use serde_json::{Value, json};

use crate::world::{World, texts};

#[tokio::test]
async fn each_person_has_notes_of_their_own() {
    let world = World::start().await;
    let (ada, bob) = (world.ada().await, world.newcomer().await);
    for (client, text) in [(&ada, "Ada's note"), (&bob, "Bob's note")] {
        let note = json!({ "text": text, "place": "London", "pictures": [] });
        let written = world.request(client, Method::PUT, "/notes/note%231", Some(note)).await;
        assert_eq!(written.status(), StatusCode::OK, "{:?}", written.text());
    }
    for (client, text) in [(&ada, "Ada's note"), (&bob, "Bob's note")] {
        let page = world.request(client, Method::GET, "/notes", None).await;
        assert_eq!(texts(&page), [text]);
    }
    let deleted = world.request(&ada, Method::DELETE, "/notes/note%231", None).await;
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    assert_eq!(texts(&world.request(&ada, Method::GET, "/notes", None).await), [""; 0]);
    assert_eq!(texts(&world.request(&bob, Method::GET, "/notes", None).await), ["Bob's note"]);

    // The same items as those that the app's own client sees.
    let table = bob.dynamodb().unwrap();
    let me = bob.identity_id().await.unwrap();
    let key = poolpass::dynamodb::Item::new().with("pk", me).with("sk", "note#1");
    let note: Option<Value> = table.get(&key).await.unwrap();
    assert_eq!(note.unwrap()["text"], "Bob's note");
}

#[tokio::test]
async fn many_notes_come_in_pages() {
    let world = World::start().await;
    let ada = world.ada().await;
    for number in 10..35 {
        let note = json!({ "text": number.to_string(), "place": "" });
        let written = world.request(&ada, Method::PUT, &format!("/notes/note%23{number}"), Some(note)).await;
        assert_eq!(written.status(), StatusCode::OK);
    }
    let first = world.request(&ada, Method::GET, "/notes", None).await;
    assert_eq!((texts(&first).len(), texts(&first)[0].as_str()), (20, "34"));
    let older = first.json::<Value>().unwrap()["older"].as_str().unwrap().replace('#', "%23");
    let second = world.request(&ada, Method::GET, &format!("/notes?older={older}"), None).await;
    assert_eq!(texts(&second), ["14", "13", "12", "11", "10"]);
    assert_eq!(second.json::<Value>().unwrap()["older"], Value::Null);
}

#[tokio::test]
async fn pictures_are_the_person_s_own() {
    let world = World::start().await;
    let (ada, bob) = (world.ada().await, world.newcomer().await);
    let url = format!("{}/pictures/cat.png", world.url);
    let put = ada.api("notes").put(&url).authorization(Authorization::IdToken).bearer();
    put.header("content-type", "image/png").body("meow").await.unwrap();
    let read = world.request(&ada, Method::GET, "/pictures/cat.png", None).await;
    assert_eq!((read.text().unwrap(), read.header("content-type")), ("meow", Some("image/png")));
    assert_eq!(read.header("x-content-type-options"), Some("nosniff"));
    let other = world.request(&bob, Method::GET, "/pictures/cat.png", None).await;
    assert!(matches!(other.status(), StatusCode::NOT_FOUND | StatusCode::FORBIDDEN), "{}", other.status());
    let identity_id = ada.identity_id().await.unwrap();
    let path = format!("/pictures/..%2F..%2F{identity_id}%2Fpictures%2Fcat.png");
    let climbed = world.request(&bob, Method::GET, &path, None).await;
    assert_eq!(climbed.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_credentials_of_a_person_are_fetched_once() {
    let world = World::start().await;
    let ada = world.ada().await;
    world.aws.request_counts().reset();
    for _ in 0..5 {
        assert_eq!(world.request(&ada, Method::GET, "/notes", None).await.status(), StatusCode::OK);
    }
    let counts = world.aws.request_counts();
    assert_eq!((counts.of("GetCredentialsForIdentity"), counts.of("GetJwks"), counts.of("Query")), (1, 1, 5));
}
