//! Application Load Balancers, below `/_alb/NAME`. Their rules have the form of ELBv2's `CreateRule`.

mod authenticate;
mod cookies;
mod jwt_validation;
mod oidc_data;
mod rules;
mod target;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use self::rules::Action;
pub(crate) use self::rules::LoadBalancerSettings;
use crate::{
    account::{ACCOUNT_ID, Account},
    exchange::{Request, Response, full},
};

/// The path of all load balancers.
pub(crate) const PATH: &str = "/_alb/";
/// The path of the keys that sign `x-amzn-oidc-data`, which all load balancers of a region share.
const PUBLIC_KEYS: &str = "/_alb/public-keys/";

/// The load balancers of the account.
#[derive(Debug, Default)]
pub(crate) struct LoadBalancers(Mutex<BTreeMap<String, Arc<LoadBalancer>>>);

/// A load balancer with one listener.
#[derive(Debug)]
struct LoadBalancer {
    arn: String,
    settings: LoadBalancerSettings,
}

/// A request to a load balancer.
struct Visit<'a> {
    account: &'a Arc<Account>,
    request: &'a Request,
    load_balancer: &'a LoadBalancer,
    /// The path at the app, without the load balancer's.
    path: &'a str,
}

/// The headers that the actions before a `forward` give to the target.
type Identity = Vec<(&'static str, String)>;

impl LoadBalancers {
    /// Creates or replaces a load balancer, and returns its ARN and its URL at this server.
    pub(crate) fn set(
        &self,
        account: &Account,
        host: &str,
        settings: LoadBalancerSettings,
    ) -> Result<Value, String> {
        settings.check()?;
        let (region, name) = (&account.region, settings.name.clone());
        let id = hex::encode(rand::random::<[u8; 8]>());
        let arn = format!("arn:aws:elasticloadbalancing:{region}:{ACCOUNT_ID}:loadbalancer/app/{name}/{id}");
        let created = json!({ "loadBalancerArn": arn, "url": format!("http://{host}{PATH}{name}") });
        let load_balancer = Arc::new(LoadBalancer { arn, settings });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, load_balancer);
        Ok(created)
    }

    fn find(&self, name: &str) -> Option<Arc<LoadBalancer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

/// Handles a request to a load balancer, or for the key of a signature.
pub(crate) async fn handle(account: &Arc<Account>, request: &Request) -> Response {
    let path = request.uri.path();
    if let Some(kid) = path.strip_prefix(PUBLIC_KEYS) {
        return oidc_data::public_key(kid);
    }
    let below = path.strip_prefix(PATH).unwrap_or_default();
    let (name, _) = below.split_once('/').unwrap_or((below, ""));
    let Some(load_balancer) = account.load_balancers.find(name) else {
        return page(StatusCode::NOT_FOUND, "404 Not Found");
    };
    let path = below.strip_prefix(name).filter(|path| !path.is_empty()).unwrap_or("/");
    let visit = Visit { account, request, load_balancer: &load_balancer, path };
    if path == authenticate::CALLBACK {
        return authenticate::callback(&visit).await;
    }
    match load_balancer.settings.rule_of(path) {
        Some(rule) => act(&visit, &rule.actions).await,
        None => page(StatusCode::NOT_FOUND, "404 Not Found"),
    }
}

async fn act(visit: &Visit<'_>, actions: &[Action]) -> Response {
    let mut identity = Identity::new();
    let mut new_cookies = Vec::new();
    for action in actions {
        match action {
            Action::JwtValidation { config } => {
                if let Err(refusal) = jwt_validation::check(visit, config) {
                    return refusal;
                }
            }
            Action::AuthenticateCognito { config } => match authenticate::check(visit, config).await {
                Ok(admitted) => {
                    identity = admitted.identity;
                    new_cookies = admitted.cookies;
                }
                Err(refusal) => return refusal,
            },
            Action::FixedResponse { config } => return config.response(),
            Action::Forward { target } => {
                let mut response = target::forward(visit, target, &identity).await;
                for cookie in new_cookies {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
                return response;
            }
        }
    }
    page(StatusCode::SERVICE_UNAVAILABLE, "503 Service Temporarily Unavailable")
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
