//! Tells the identity id that the SDK gets for logins of third parties. Another program compares it with what other clients get.
//!
//! The first argument is the path of a `poolpass.json`. Each line of the input is a list of logins, `[{ "provider", "name", "token" }]`;
//! the line of the output is the identity id, or the kind of the error.

use std::io::BufRead as _;

use anyhow::{Context, Result};
use poolpass::platform::BoxFuture;
use poolpass::{Client, Config, LoginProvider, LoginToken, LoginTokenError, ProviderToken};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<()> {
    let path = std::env::args().nth(1).context("the first argument is the path of a poolpass.json")?;
    let mut config: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    config["userPool"] = Value::Null;
    for line in std::io::stdin().lock().lines() {
        let client = Client::new(Config::from_json(&config.to_string())?)?;
        for login in serde_json::from_str::<Vec<Value>>(&line?)? {
            let text = |name: &str| login[name].as_str().unwrap_or_default();
            let provider = LoginProvider::from_code(text("provider"), text("name"));
            client.add_login(provider.context("no such provider")?, Token(text("token").to_owned()))?;
        }
        match client.identity_id().await {
            Ok(id) => println!("{id}"),
            Err(error) => println!("{}", error.kind()),
        }
    }
    Ok(())
}

#[derive(Debug)]
struct Token(String);

impl LoginToken for Token {
    fn token(&self) -> BoxFuture<'_, Result<ProviderToken, LoginTokenError>> {
        Box::pin(async { Ok(ProviderToken::new(self.0.as_str())) })
    }
}
