//! Field notes' API: notes in DynamoDB and pictures in S3, which each person reaches with credentials of their own.
//!
//! The server has no rights on the table and the bucket. It verifies the bearer token, an ID token of the user pool, and exchanges it at
//! the identity pool for the person's temporary AWS credentials. IAM decides what they may do, so a mistake in this program
//! shows nobody the notes of others.

mod failure;
mod note;
mod notes;
mod people;
mod pictures;

use axum::Router;
use axum::routing::{get, put};
use http::{HeaderValue, Method, header};
use poolpass::Config;
use poolpass::verify::tower::VerifyLayer;
use poolpass::verify::{Requirements, UserPoolVerifier};
use tower_http::cors::CorsLayer;

use crate::people::People;

/// The API for the user pool, identity pool, table and bucket of a `poolpass.json`. `origin` is that of the web app, which may call the API
/// from a browser.
///
/// # Errors
///
/// Kind `InvalidConfig` if one of the four is missing, or if `origin` is no header value.
pub fn router(poolpass_json: &str, origin: Option<&str>) -> anyhow::Result<Router> {
    let verifier = UserPoolVerifier::from_config(&Config::from_json(poolpass_json)?)?;
    let people = People::new(poolpass_json)?;
    // Identity pools take ID tokens.
    let verified = VerifyLayer::new(verifier, Requirements::id_token());
    let router = Router::new()
        .route("/notes", get(notes::list))
        .route("/notes/{id}", put(notes::write).patch(notes::change).delete(notes::delete))
        .route("/pictures/{name}", get(pictures::read).put(pictures::write).delete(pictures::delete))
        .layer(verified)
        .with_state(people);
    // Outside of the verification, since preflight requests have no token.
    Ok(match origin {
        Some(origin) => router.layer(cors(origin.parse()?)),
        None => router,
    })
}

fn cors(origin: HeaderValue) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([Method::GET, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::WWW_AUTHENTICATE])
}
