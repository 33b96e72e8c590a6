//! Notes that are changed and deleted, and changes that come too late.

use http::{Method, StatusCode};
use poolpass::Client;
use poolpass::api::ApiResponse;
use serde_json::{Value, json};

use crate::world::{World, texts};

const NOTE: &str = "/notes/note%231";

async fn written(world: &World, client: &Client, pictures: &Value) {
    let note = json!({ "text": "A wren.", "place": "Ivy", "pictures": pictures });
    let answer = world.request(client, Method::PUT, NOTE, Some(note)).await;
    assert_eq!(answer.status(), StatusCode::OK, "{:?}", answer.text());
}

/// Uploads a picture as the web app does, without the server.
async fn uploaded(client: &Client, name: &str) -> Value {
    let bucket = client.s3().unwrap();
    let key = bucket.private_path(&format!("pictures/{name}")).await.unwrap();
    bucket.put(&key, "picture").await.unwrap();
    json!({ "key": key, "name": name })
}

async fn has_object(client: &Client, picture: &Value) -> bool {
    client.s3().unwrap().get(picture["key"].as_str().unwrap()).await.is_ok()
}

/// The status and the kind of an answer that has to be a problem.
fn problem(answer: &ApiResponse) -> (u16, String) {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{:?}", answer.text());
    let problem: Value = answer.json().unwrap();
    assert_eq!(problem["status"], answer.status().as_u16());
    (answer.status().as_u16(), problem["kind"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_change_leaves_the_rest_of_the_note_alone() {
    let world = World::start().await;
    let ada = world.ada().await;
    let (wren, ivy) = (uploaded(&ada, "wren.png").await, uploaded(&ada, "ivy.png").await);
    written(&world, &ada, &json!([wren, ivy])).await;

    let words = json!({ "text": "Two wrens." });
    let changed = world.request(&ada, Method::PATCH, NOTE, Some(words)).await.json::<Value>().unwrap();
    let whole = json!({ "id": "note#1", "text": "Two wrens.", "place": "Ivy", "pictures": [wren, ivy] });
    assert_eq!(changed, whole);

    // When the answer was lost, it is sent again.
    let pictures = json!({ "pictures": { "from": [wren, ivy], "to": [ivy] } });
    for _ in 0..2 {
        let changed = world.request(&ada, Method::PATCH, NOTE, Some(pictures.clone())).await;
        let whole = json!({ "id": "note#1", "text": "Two wrens.", "place": "Ivy", "pictures": [ivy] });
        assert_eq!(changed.json::<Value>().unwrap(), whole);
    }
}

#[tokio::test]
async fn pictures_that_were_changed_elsewhere_are_not_overwritten() {
    let world = World::start().await;
    let ada = world.ada().await;
    let (wren, ivy) = (uploaded(&ada, "wren.png").await, uploaded(&ada, "ivy.png").await);
    written(&world, &ada, &json!([wren])).await;
    let late = json!({ "text": "Late.", "pictures": { "from": [wren, ivy], "to": [ivy] } });
    let answer = world.request(&ada, Method::PATCH, NOTE, Some(late)).await;
    assert_eq!(problem(&answer), (412, "conditionFailed".to_owned()));
    assert_eq!(texts(&world.request(&ada, Method::GET, "/notes", None).await), ["A wren."]);
}

#[tokio::test]
async fn a_deleted_note_does_not_come_back_by_a_change() {
    let world = World::start().await;
    let ada = world.ada().await;
    for changes in [json!({ "text": "Back." }), json!({ "pictures": { "from": [], "to": [] } })] {
        let answer = world.request(&ada, Method::PATCH, NOTE, Some(changes)).await;
        assert_eq!(problem(&answer), (404, "notFound".to_owned()));
    }
    assert_eq!(texts(&world.request(&ada, Method::GET, "/notes", None).await), [""; 0]);
}

#[tokio::test]
async fn a_note_is_deleted_with_its_pictures_and_only_its_own() {
    let world = World::start().await;
    let (ada, bob) = (world.ada().await, world.newcomer().await);
    let (wren, ivy) = (uploaded(&ada, "wren.png").await, uploaded(&ada, "ivy.png").await);
    written(&world, &ada, &json!([wren])).await;
    for _ in 0..2 {
        let deleted = world.request(&ada, Method::DELETE, NOTE, None).await;
        assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!((has_object(&ada, &wren).await, has_object(&ada, &ivy).await), (false, true));

    // A note that names the picture of another person.
    written(&world, &bob, &json!([ivy])).await;
    let refused = world.request(&bob, Method::DELETE, NOTE, None).await;
    assert_eq!(problem(&refused), (403, "accessDenied".to_owned()));
    assert!(has_object(&ada, &ivy).await);
    // A deletion that failed half-way can be done again: the note is still there.
    assert_eq!(texts(&world.request(&bob, Method::GET, "/notes", None).await), ["A wren."]);
}

#[tokio::test]
async fn a_picture_can_be_deleted_through_the_server() {
    let world = World::start().await;
    let (ada, bob) = (world.ada().await, world.newcomer().await);
    let wren = uploaded(&ada, "wren.png").await;
    for (client, is_there) in [(&bob, true), (&ada, false)] {
        let deleted = world.request(client, Method::DELETE, "/pictures/wren.png", None).await;
        assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
        assert_eq!(has_object(&ada, &wren).await, is_there);
    }
}

#[tokio::test]
async fn bad_requests_reach_no_table() {
    let world = World::start().await;
    let (ada, bob) = (world.ada().await, world.newcomer().await);
    let bobs = bob.identity_id().await.unwrap();
    let note = json!({ "text": "", "place": "" });
    // The exchange of the token, which is not counted.
    world.request(&ada, Method::GET, "/notes", None).await;
    world.aws.request_counts().reset();
    for (method, path, body, status) in [
        // Another partition, by a member that the table has.
        (Method::PUT, NOTE, json!({ "text": "", "place": "", "pk": bobs }), 422),
        (Method::PATCH, NOTE, json!({ "text": "", "sk": "note#2" }), 422),
        // Items that are no notes.
        (Method::PUT, "/notes/settings", note.clone(), 400),
        (Method::PATCH, "/notes/settings", json!({ "text": "" }), 400),
        (Method::DELETE, "/notes/settings", note.clone(), 400),
        (Method::GET, "/notes?older=settings", note.clone(), 400),
        (Method::PATCH, NOTE, json!({}), 400),
        (Method::PUT, NOTE, json!({ "text": "", "place": "", "pictures": ["a.png"] }), 422),
    ] {
        let answer = world.request(&ada, method.clone(), path, Some(body.clone())).await;
        assert_eq!(problem(&answer), (status, "invalidInput".to_owned()), "{method} {path} {body}");
    }
    let counts = world.aws.request_counts();
    for operation in ["PutItem", "UpdateItem", "DeleteItem", "Query", "DeleteObjects"] {
        assert_eq!(counts.of(operation), 0, "{operation}");
    }
}

#[tokio::test]
async fn a_problem_of_aws_is_told_apart_from_a_refusal() {
    let world = World::start().await;
    let ada = world.ada().await;
    for (action, status, kind) in [
        (json!({ "status": 400, "code": "ThrottlingException" }), 429, "throttled"),
        (json!({ "status": 500, "code": "InternalServerError" }), 503, "unavailable"),
        (json!({ "status": 400, "code": "AccessDeniedException" }), 403, "accessDenied"),
        (json!({ "status": 400, "code": "ValidationException" }), 502, "aws"),
    ] {
        let rule = json!({ "operation": "UpdateItem", "action": action });
        world.aws.faults().add(serde_json::from_value(rule).unwrap());
        let answer = world.request(&ada, Method::PATCH, NOTE, Some(json!({ "text": "" }))).await;
        assert_eq!(problem(&answer), (status, kind.to_owned()));
        world.aws.faults().clear();
    }
}
