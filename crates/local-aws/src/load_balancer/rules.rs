//! The rules of a listener.

use std::collections::BTreeMap;

use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;

use crate::exchange::{Response, full};

/// A load balancer with the rules of its listener, in the order of their priority.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LoadBalancerSettings {
    pub(super) name: String,
    pub(super) rules: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rule {
    /// The condition `path-pattern`, with `*` for any text.
    pub(super) path_pattern: String,
    pub(super) actions: Vec<Action>,
}

/// An action as ELBv2 writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "Type")]
pub(super) enum Action {
    #[serde(rename = "jwt-validation")]
    JwtValidation {
        #[serde(rename = "JwtValidationConfig")]
        config: JwtValidation,
    },
    #[serde(rename = "authenticate-cognito")]
    AuthenticateCognito {
        #[serde(rename = "AuthenticateCognitoConfig")]
        config: AuthenticateCognito,
    },
    #[serde(rename = "fixed-response")]
    FixedResponse {
        #[serde(rename = "FixedResponseConfig")]
        config: FixedResponse,
    },
    /// In place of a target group: `echo`, which returns the request, or the URL of a server on this machine.
    #[serde(rename = "forward")]
    Forward {
        #[serde(rename = "Target")]
        target: String,
    },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct JwtValidation {
    pub(super) jwks_endpoint: String,
    pub(super) issuer: String,
    #[serde(default)]
    pub(super) additional_claims: Vec<AdditionalClaim>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct AdditionalClaim {
    pub(super) format: ClaimFormat,
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ClaimFormat {
    SingleString,
    StringArray,
    SpaceSeparatedValues,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct AuthenticateCognito {
    pub(super) user_pool_arn: String,
    pub(super) user_pool_client_id: String,
    pub(super) user_pool_domain: String,
    #[serde(default = "session_cookie_name")]
    pub(super) session_cookie_name: String,
    #[serde(default = "scope")]
    pub(super) scope: String,
    #[serde(default = "session_timeout")]
    pub(super) session_timeout: i64,
    #[serde(default)]
    pub(super) authentication_request_extra_params: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) on_unauthenticated_request: OnUnauthenticatedRequest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OnUnauthenticatedRequest {
    #[default]
    Authenticate,
    Allow,
    Deny,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct FixedResponse {
    status_code: String,
    #[serde(default)]
    content_type: Option<String>,
    #[serde(default)]
    message_body: String,
}

fn session_cookie_name() -> String {
    "AWSELBAuthSessionCookie".to_owned()
}

fn scope() -> String {
    "openid".to_owned()
}

/// Seven days.
fn session_timeout() -> i64 {
    604_800
}

impl LoadBalancerSettings {
    pub(super) fn rule_of(&self, path: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| matches(&rule.path_pattern, path))
    }

    /// The action `authenticate-cognito` of an app client.
    pub(super) fn authentication_by(&self, client_id: &str) -> Option<&AuthenticateCognito> {
        self.rules.iter().flat_map(|rule| &rule.actions).find_map(|action| match action {
            Action::AuthenticateCognito { config } if config.user_pool_client_id == client_id => Some(config),
            _ => None,
        })
    }

    /// Refuses what ELBv2 refuses.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !is_name(&self.name) || self.name == "public-keys" {
            return Err("the name of a load balancer has letters, digits and hyphens".to_owned());
        }
        for rule in &self.rules {
            let Some((last, before)) = rule.actions.split_last() else {
                return Err("a rule needs an action".to_owned());
            };
            let ends =
                |action: &Action| matches!(action, Action::Forward { .. } | Action::FixedResponse { .. });
            if !ends(last) || before.iter().any(ends) {
                return Err(
                    "the last action of a rule is forward or fixed-response, and no other one".to_owned()
                );
            }
            for action in &rule.actions {
                match action {
                    Action::JwtValidation { config } => config.check()?,
                    Action::FixedResponse { config } => drop(config.status()?),
                    Action::AuthenticateCognito { config } => {
                        if !(1..=604_800).contains(&config.session_timeout) {
                            return Err("SessionTimeout is from 1 to 604800 seconds".to_owned());
                        }
                    }
                    Action::Forward { target }
                        if target == "echo" || target.starts_with("http://127.0.0.1:") => {}
                    Action::Forward { .. } => {
                        return Err("Target is echo or http://127.0.0.1:PORT".to_owned());
                    }
                }
            }
        }
        Ok(())
    }
}

impl JwtValidation {
    fn check(&self) -> Result<(), String> {
        if self.additional_claims.len() > 10 {
            return Err("a rule has at most 10 additional claims".to_owned());
        }
        for claim in &self.additional_claims {
            if ["exp", "iss", "nbf", "iat"].contains(&&*claim.name) {
                return Err(format!("the claim {} is validated anyway", claim.name));
            }
            let most = if claim.format == ClaimFormat::SingleString { 1 } else { 10 };
            if claim.values.is_empty() || claim.values.len() > most {
                return Err(format!("the claim {} has 1 to {most} values", claim.name));
            }
        }
        Ok(())
    }
}

impl FixedResponse {
    fn status(&self) -> Result<StatusCode, String> {
        let status = self.status_code.parse().ok().filter(|status: &StatusCode| {
            status.is_success() || status.is_client_error() || status.is_server_error()
        });
        status.ok_or_else(|| "StatusCode is 2XX, 4XX or 5XX".to_owned())
    }

    pub(super) fn response(&self) -> Response {
        let mut response = http::Response::new(full(self.message_body.clone()));
        *response.status_mut() = self.status().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let content_type = self.content_type.as_deref().unwrap_or("text/plain");
        if let Ok(content_type) = HeaderValue::from_str(content_type) {
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        }
        response
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let Some((first, others)) = pattern.split_once('*') else { return pattern == path };
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let (middle, last) = others.rsplit_once('*').unwrap_or(("", others));
    for part in middle.split('*') {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, path, expected) in [
            ("/api", "/api", true),
            ("/api", "/api/", false),
            ("/api/*", "/api/notes/1", true),
            ("/api/*", "/apis", false),
            ("*.png", "/a.png/b.png", true),
            ("*.png", "/a.png/", false),
            ("/a*b*c", "/a-b-c", true),
            ("/a*b*c", "/a-c-b", false),
            ("*", "/", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
