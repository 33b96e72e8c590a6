//! Managed login: the pages of a user pool's domain.

use std::sync::Arc;

use http::StatusCode;

use crate::{
    account::Account,
    exchange::{Request, Response, full},
};

/// A page of the domain `domain`; `path` is below it.
pub(crate) async fn handle(account: &Arc<Account>, request: &Request, domain: &str, path: &str) -> Response {
    tracing::debug!(domain, path, method = %request.method, region = account.region, "no such page");
    let mut response = http::Response::new(full("not found"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
