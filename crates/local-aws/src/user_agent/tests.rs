use serde_json::json;

use super::*;
use crate::{LocalAws, Options};

async fn run(aws: &LocalAws, script: Value) -> Result<Value, String> {
    browse(aws.account(), serde_json::from_value(script).unwrap()).await
}

fn authorize(aws: &LocalAws, provider: &str, more: &str) -> String {
    let query = "client_id=app&redirect_uri=myapp://back&response_type=code&state=s";
    format!("{}/_providers/{provider}/authorize?{query}{more}", aws.url())
}

#[tokio::test]
async fn it_presses_buttons_fills_fields_and_stops_at_the_app() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let url = authorize(&aws, "google", "");
    let press = json!({ "url": url, "redirectUri": "myapp://back", "steps": [{ "see": "Who are you?", "press": "person=ada" }] });
    let back = run(&aws, press).await.unwrap()["url"].as_str().unwrap().to_owned();
    assert!(back.starts_with("myapp://back?code=") && back.ends_with("&state=s"), "{back}");
    let someone = json!({ "name": "Edsger Dijkstra", "email": "edsger@example.com" });
    let fill = json!({ "fill": someone, "press": "Continue" });
    assert!(run(&aws, json!({ "url": url, "redirectUri": "myapp://back", "steps": [fill] })).await.is_ok());
    let cancel = json!({ "url": url, "redirectUri": "myapp://back", "steps": [{ "press": "Cancel" }] });
    assert!(run(&aws, cancel).await.unwrap()["url"].as_str().unwrap().contains("error=access_denied"));
}

#[tokio::test]
async fn it_tells_where_it_stopped() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let url = authorize(&aws, "google", "");
    for (steps, expected) in [
        (json!([]), "the script ended at"),
        (json!([{ "close": true }]), "the person closed the window"),
        (json!([{ "see": "Welcome" }]), "does not show \"Welcome\""),
        (json!([{ "press": "Nobody" }]), "no form has"),
        (json!([{ "fill": { "unknown": "x" } }]), "no form has"),
        (json!([{ "fill": { "email": { "codeTo": "a@b.c" } } }]), "no code was sent to a@b.c"),
    ] {
        let script = json!({ "url": url, "redirectUri": "myapp://back", "steps": steps });
        let error = run(&aws, script).await.unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    let elsewhere =
        json!({ "url": url, "redirectUri": "http://other.example/", "steps": [{ "press": "person=ada" }] });
    assert!(run(&aws, elsewhere).await.unwrap_err().contains("not on this machine"));
    let missing =
        json!({ "url": format!("{}/_providers/google/x", aws.url()), "redirectUri": "myapp://back" });
    assert!(run(&aws, missing).await.unwrap_err().contains("404"));
}
