//! The server in front of a local AWS, with the requests that Field notes makes.
#![expect(clippy::unwrap_used, reason = "what a test's helpers do not expect fails the test")]

use std::net::Ipv4Addr;

use bytes::Bytes;
use http::{Method, StatusCode};
use local_aws::LocalAws;
use poolpass::api::{ApiResponse, Authorization};
use poolpass::platform::{HttpTransport, Response, Transport};
use poolpass::{Client, Config, SignInStep};
use serde_json::{Value, json};
use tokio::net::TcpListener;

struct World {
    aws: LocalAws,
    config: Value,
    url: String,
}

impl World {
    async fn start() -> Self {
        let aws = LocalAws::start(local_aws::Options::default()).await.unwrap();
        let config = aws.demo().await.unwrap();
        let router = field_notes_server::router(&config.to_string(), Some("https://notes.example")).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { aws, config, url }
    }

    fn client(&self) -> Client {
        Client::new(Config::from_json(&self.config.to_string()).unwrap()).unwrap()
    }

    /// The demo's first user.
    async fn ada(&self) -> Client {
        let client = self.client();
        let user = &self.config["demo"]["users"][0];
        let (name, password) = (user["username"].as_str().unwrap(), user["password"].as_str().unwrap());
        assert!(matches!(client.sign_in(name, password).await.unwrap(), SignInStep::Done(_)));
        client
    }

    /// A person who has just signed up.
    async fn newcomer(&self) -> Client {
        let (client, email, password) = (self.client(), "bob@example.com", "Correct-horse-7");
        client.account().sign_up("bob", password).attribute("email", email).await.unwrap();
        let code = self.aws.messages().last_to(email).unwrap().code;
        client.account().confirm_sign_up("bob", &code).await.unwrap();
        assert!(matches!(client.sign_in("bob", password).await.unwrap(), SignInStep::Done(_)));
        client
    }

    /// Sends a request to `/notes` without the SDK's own headers.
    async fn send(&self, method: Method, headers: &[(&str, &str)]) -> Response {
        let request = http::Request::builder().method(method).uri(format!("{}/notes", self.url));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        HttpTransport::new().unwrap().send(request.body(Bytes::new()).unwrap()).await.unwrap()
    }

    async fn request(&self, client: &Client, method: Method, path: &str, body: Option<Value>) -> ApiResponse {
        self.request_with(client, Authorization::IdToken, method, path, body).await
    }

    async fn request_with(
        &self,
        client: &Client,
        authorization: Authorization,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> ApiResponse {
        let url = format!("{}{path}", self.url);
        let api = client.api("notes");
        let request = api.request(method, &url).authorization(authorization).bearer().any_status();
        match body {
            Some(body) => request.json(&body).await.unwrap(),
            None => request.await.unwrap(),
        }
    }
}

fn texts(page: &ApiResponse) -> Vec<String> {
    let page: Value = page.json().unwrap();
    let notes = page["notes"].as_array().unwrap();
    notes.iter().map(|note| note["text"].as_str().unwrap().to_owned()).collect()
}

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
async fn the_web_app_may_call_it_from_a_browser() {
    let world = World::start().await;
    for (origin, is_allowed) in [("https://notes.example", true), ("https://evil.example", false)] {
        let preflight = [
            ("origin", origin),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "authorization"),
        ];
        let answer = world.send(Method::OPTIONS, &preflight).await;
        let allowed = answer.headers().get("access-control-allow-origin");
        assert_eq!(allowed.is_some_and(|allowed| allowed == origin), is_allowed, "{origin}: {answer:?}");
    }
}
