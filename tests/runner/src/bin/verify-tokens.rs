//! Verifies tokens for a program that compares `poolpass::verify` with other verifiers.
//!
//! Reads lines of JSON from standard input. The first describes the two verifiers; each further one is a token, to which one line is
//! printed: `ok`, or the kind of the error.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use poolpass::verify::{AlbVerifier, Requirements, UserPoolVerifier, VerifyError};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Verifiers {
    user_pool_id: String,
    client_id: String,
    endpoint: String,
    load_balancer: String,
    keys_url: String,
}

#[derive(Deserialize)]
#[serde(tag = "from", rename_all = "camelCase", deny_unknown_fields)]
enum Token {
    UserPool(UserPoolToken),
    LoadBalancer { token: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserPoolToken {
    token: String,
    token_use: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    any_group: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let first = lines.next_line().await?.context("the first line describes the verifiers")?;
    let verifiers: Verifiers = serde_json::from_str(&first)?;
    let clients = [verifiers.client_id];
    let user_pool = UserPoolVerifier::builder()
        .user_pool(&verifiers.user_pool_id, clients.clone())
        .endpoint(verifiers.endpoint)
        .build()?;
    let load_balancer = AlbVerifier::builder()
        .load_balancer(verifiers.load_balancer)
        .user_pool(&verifiers.user_pool_id, clients)
        .keys_url(verifiers.keys_url)
        .build()?;

    let mut output = std::io::stdout();
    while let Some(line) = lines.next_line().await? {
        let outcome = match serde_json::from_str(&line)? {
            Token::UserPool(token) => verify(&user_pool, token).await,
            Token::LoadBalancer { token } => load_balancer.verify(&token).await.map(drop),
        };
        let verdict = outcome.err().map_or("ok", |error| error.kind().code());
        writeln!(output, "{verdict}")?;
    }
    Ok(())
}

async fn verify(verifier: &UserPoolVerifier, token: UserPoolToken) -> Result<(), VerifyError> {
    let requirements = match token.token_use.as_str() {
        "id" => Requirements::id_token(),
        _ => Requirements::access_token(),
    };
    let requirements = token.scopes.into_iter().fold(requirements, Requirements::scope);
    verifier.verify(&token.token, &requirements.any_group(token.any_group)).await.map(drop)
}
