//! Answers of a load balancer (ALB) with the action `authenticate-cognito` in place of the app's server when its session is over.

use http::header::LOCATION;
use http::{HeaderMap, StatusCode};

use crate::error::{AwsRefusal, Error, ErrorKind};

/// The path to which Cognito sends the browser back, which no app's own redirect names: in a query, and as some write it.
const CALLBACK: [&str; 2] = ["%2foauth2%2fidpresponse", "/oauth2/idpresponse"];

/// Whether a redirect leads to the sign-in for a load balancer. A browser hides where it leads.
pub(super) fn is_sign_in(headers: &HeaderMap) -> bool {
    let target = headers.get(LOCATION).and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.split_once("redirect_uri=").is_some_and(|(_, uri)| {
        let uri = uri.to_ascii_lowercase();
        CALLBACK.iter().any(|callback| uri.contains(callback))
    })
}

pub(super) fn load_balancer_session_ended(status: Option<StatusCode>) -> Error {
    let message = "the load balancer wants the person to sign in, so the request did not reach the app: load the page again, \
                   which leads to the sign-in";
    let refusal = AwsRefusal {
        http_status: status.map_or(0, |status| status.as_u16()),
        message: Some(message.to_owned()),
        ..AwsRefusal::default()
    };
    Error::from_aws(refusal).with_kind(ErrorKind::LoadBalancerSessionEnded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_redirect_with_a_load_balancer_s_callback_leads_to_its_sign_in() {
        let leads = |target: &str| is_sign_in(&HeaderMap::from_iter([(LOCATION, target.parse().unwrap())]));
        let domain =
            "https://notes.auth.eu-west-1.amazoncognito.com/oauth2/authorize?client_id=a&redirect_uri=";
        assert!(leads(&format!("{domain}https%3A%2F%2Fnotes.example%2Foauth2%2Fidpresponse&state=s")));
        assert!(leads(&format!("{domain}https%3a%2f%2fnotes.example%2foauth2%2fidpresponse")));
        assert!(leads(&format!("{domain}https://notes.example/oauth2/idpresponse")));
        assert!(!leads(&format!("{domain}https%3A%2F%2Fnotes.example%2Fcallback")));
        assert!(!leads("https://notes.example/oauth2/idpresponse?code=c"));
        assert!(!leads("/elsewhere"));
        assert!(!is_sign_in(&HeaderMap::new()));
    }
}
