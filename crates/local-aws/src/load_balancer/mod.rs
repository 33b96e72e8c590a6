//! Application Load Balancers, below `/_alb/NAME`, and Elastic Load Balancing's API, which creates them.

mod action;
pub(crate) mod api;
mod authenticate;
mod condition;
mod cookies;
mod jwt_validation;
mod oidc_data;
mod state;
mod target;

use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};

pub(crate) use self::state::LoadBalancers;
use self::{action::Action, state::Listener};
use crate::{
    account::Account,
    exchange::{Request, Response, full},
};

/// The path of all load balancers.
pub(crate) const PATH: &str = "/_alb/";
/// The path of the keys that sign `x-amzn-oidc-data`, which all load balancers of a region share.
const PUBLIC_KEYS: &str = "/_alb/public-keys/";

/// A request to a listener.
struct Visit<'a> {
    account: &'a Arc<Account>,
    request: &'a Request,
    /// The load balancer's ARN.
    arn: &'a str,
    listener: &'a Listener,
    /// The path of the listener at this server, such as `/_alb/NAME`, which its cookies are limited to.
    place: &'a str,
    /// The path at the app, without the listener's.
    path: &'a str,
}

/// The headers that the actions before a `forward` give to the target.
type Identity = Vec<(&'static str, String)>;

/// Handles a request to a load balancer, or for the key of a signature.
pub(crate) async fn handle(account: &Arc<Account>, request: &Request) -> Response {
    let path = request.uri.path();
    if let Some(kid) = path.strip_prefix(PUBLIC_KEYS) {
        return oidc_data::public_key(kid);
    }
    let below = path.strip_prefix(PATH).unwrap_or_default();
    let (address, _) = below.split_once('/').unwrap_or((below, ""));
    let Some((arn, listener)) = account.load_balancers.listener_at(address) else {
        return page(StatusCode::NOT_FOUND, "404 Not Found");
    };
    let place = format!("{PATH}{address}");
    let path = below.strip_prefix(address).filter(|path| !path.is_empty()).unwrap_or("/");
    let visit = Visit { account, request, arn: &arn, listener: &listener, place: &place, path };
    if path == authenticate::CALLBACK {
        return authenticate::callback(&visit).await;
    }
    act(&visit, &listener.rule_for(visit.host_name(), path).actions).await
}

async fn act(visit: &Visit<'_>, actions: &[Action]) -> Response {
    let mut identity = Identity::new();
    let mut new_cookies = Vec::new();
    for action in actions {
        if let Some(config) = &action.jwt_validation_config
            && let Err(refusal) = jwt_validation::check(visit, config)
        {
            return refusal;
        }
        if let Some(config) = &action.authenticate_cognito_config {
            match authenticate::check(visit, config).await {
                Ok(admitted) => {
                    identity = admitted.identity;
                    new_cookies = admitted.cookies;
                }
                Err(refusal) => return refusal,
            }
        }
        if let Some(config) = &action.fixed_response_config {
            return config.response();
        }
        if let Some(target_group) = action.target_group() {
            let Some(port) = visit.account.load_balancers.next_target(target_group) else { break };
            let mut response = target::forward(visit, port, &identity).await;
            for cookie in new_cookies {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            return response;
        }
    }
    page(StatusCode::SERVICE_UNAVAILABLE, "503 Service Temporarily Unavailable")
}

impl Visit<'_> {
    /// The host and the port of this server, as the browser knows them.
    fn host(&self) -> &str {
        self.request.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
    }

    fn host_name(&self) -> &str {
        self.host().split_once(':').map_or(self.host(), |(name, _)| name)
    }
}

/// A page of the load balancer itself.
fn page(status: StatusCode, title: &str) -> Response {
    let html = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    let mut response = http::Response::new(full(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::SERVER, HeaderValue::from_static("awselb/2.0"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

fn unauthorized() -> Response {
    page(StatusCode::UNAUTHORIZED, "401 Authorization Required")
}
