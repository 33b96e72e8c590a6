//! The server, a local AWS behind it, and people with clients.

use std::net::Ipv4Addr;

use bytes::Bytes;
use http::Method;
use local_aws::LocalAws;
use poolpass::api::{ApiResponse, Authorization};
use poolpass::platform::{HttpTransport, Response, Transport};
use poolpass::{Client, Config, SignInStep};
use serde_json::Value;
use tokio::net::TcpListener;

pub(crate) struct World {
    pub(crate) aws: LocalAws,
    pub(crate) config: Value,
    pub(crate) url: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        let aws = LocalAws::start(local_aws::Options::default()).await.unwrap();
        let config = aws.demo().await.unwrap();
        let router = field_notes_server::router(&config.to_string(), Some("https://notes.example")).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { aws, config, url }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(Config::from_json(&self.config.to_string()).unwrap()).unwrap()
    }

    /// The demo's first user.
    pub(crate) async fn ada(&self) -> Client {
        let client = self.client();
        let user = &self.config["demo"]["users"][0];
        let (name, password) = (user["username"].as_str().unwrap(), user["password"].as_str().unwrap());
        assert!(matches!(client.sign_in(name, password).await.unwrap(), SignInStep::Done(_)));
        client
    }

    /// A person who has just signed up.
    pub(crate) async fn newcomer(&self) -> Client {
        let (client, email, password) = (self.client(), "bob@example.com", "Correct-horse-7");
        client.account().sign_up("bob", password).attribute("email", email).await.unwrap();
        let code = self.aws.messages().last_to(email).unwrap().code;
        client.account().confirm_sign_up("bob", &code).await.unwrap();
        assert!(matches!(client.sign_in("bob", password).await.unwrap(), SignInStep::Done(_)));
        client
    }

    /// Sends a request to `/notes` without the SDK's own headers.
    pub(crate) async fn send(&self, method: Method, headers: &[(&str, &str)]) -> Response {
        let request = http::Request::builder().method(method).uri(format!("{}/notes", self.url));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        HttpTransport::new().unwrap().send(request.body(Bytes::new()).unwrap()).await.unwrap()
    }

    pub(crate) async fn request(
        &self,
        client: &Client,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> ApiResponse {
        self.request_with(client, Authorization::IdToken, method, path, body).await
    }

    pub(crate) async fn request_with(
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

pub(crate) fn texts(page: &ApiResponse) -> Vec<String> {
    let page: Value = page.json().unwrap();
    let notes = page["notes"].as_array().unwrap();
    notes.iter().map(|note| note["text"].as_str().unwrap().to_owned()).collect()
}
