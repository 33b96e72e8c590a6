//! The actions of a rule.

use std::collections::BTreeMap;

use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::{
    error::AwsError,
    exchange::{Response, full},
    query_protocol::validation_error,
};

/// An action as ELBv2 writes it. Once it is checked, it has the settings of its type, and no other ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Action {
    #[serde(rename = "Type")]
    pub(super) kind: ActionType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_group_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_config: Option<Forward>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jwt_validation_config: Option<JwtValidation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authenticate_cognito_config: Option<AuthenticateCognito>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fixed_response_config: Option<FixedResponse>,
}

/// The types of actions that local-aws has. It refuses `authenticate-oidc` and `redirect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ActionType {
    JwtValidation,
    AuthenticateCognito,
    FixedResponse,
    Forward,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Forward {
    #[serde(default)]
    target_groups: Vec<TargetGroupWeight>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TargetGroupWeight {
    target_group_arn: String,
    #[serde(default = "one")]
    weight: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct JwtValidation {
    pub(super) jwks_endpoint: String,
    pub(super) issuer: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) additional_claims: Vec<AdditionalClaim>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct AdditionalClaim {
    pub(super) format: ClaimFormat,
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ClaimFormat {
    SingleString,
    StringArray,
    SpaceSeparatedValues,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) authentication_request_extra_params: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) on_unauthenticated_request: OnUnauthenticatedRequest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OnUnauthenticatedRequest {
    #[default]
    Authenticate,
    Allow,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct FixedResponse {
    status_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_body: Option<String>,
}

const CONTENT_TYPES: [&str; 5] =
    ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];
/// Seven days, in seconds: the default and the longest session.
const LONGEST_SESSION: i64 = 604_800;
/// The claims that are validated anyway.
const VALIDATED_CLAIMS: [&str; 4] = ["exp", "iss", "nbf", "iat"];

fn one() -> u32 {
    1
}

fn session_cookie_name() -> String {
    "AWSELBAuthSessionCookie".to_owned()
}

fn scope() -> String {
    "openid".to_owned()
}

fn session_timeout() -> i64 {
    LONGEST_SESSION
}

fn invalid_action(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidLoadBalancerAction", message.into())
}

/// Sorts the actions by their order, and refuses what ELBv2 refuses.
///
/// # Errors
/// `ValidationError`, `InvalidLoadBalancerAction` and `TooManyActions`.
pub(super) fn check(mut actions: Vec<Action>, is_https: bool) -> Result<Vec<Action>, AwsError> {
    const MOST: usize = 5;

    if actions.len() > MOST {
        let message = format!("A rule can only have '{MOST}' actions");
        return Err(AwsError::new("TooManyActions", message));
    }
    if actions.len() > 1 && actions.iter().any(|action| action.order.is_none()) {
        return Err(validation_error("An order must be specified for each of several actions".to_owned()));
    }
    actions.sort_by_key(|action| action.order);
    if let Some(pair) = actions.windows(2).find(|pair| pair[0].order == pair[1].order) {
        let order = pair[0].order.unwrap_or_default();
        return Err(validation_error(format!("The order '{order}' was provided multiple times")));
    }
    let Some((last, before)) = actions.split_last() else {
        return Err(validation_error("At least one action must be specified".to_owned()));
    };
    if !last.kind.is_last() || before.iter().any(|action| action.kind.is_last()) {
        return Err(invalid_action(
            "The last action must be of type 'forward', 'redirect' or 'fixed-response', and no other one",
        ));
    }
    for action in &mut actions {
        action.check()?;
        if !is_https && !action.kind.is_last() {
            return Err(invalid_action(format!(
                "The action type '{}' is only supported on HTTPS listeners",
                action.kind.name()
            )));
        }
    }
    Ok(actions)
}

impl ActionType {
    fn is_last(self) -> bool {
        matches!(self, Self::FixedResponse | Self::Forward)
    }

    fn name(self) -> &'static str {
        match self {
            Self::JwtValidation => "jwt-validation",
            Self::AuthenticateCognito => "authenticate-cognito",
            Self::FixedResponse => "fixed-response",
            Self::Forward => "forward",
        }
    }
}

impl Action {
    /// The target group of a `forward`.
    pub(super) fn target_group(&self) -> Option<&str> {
        let of_config = self.forward_config.as_ref().and_then(|config| config.target_groups.first());
        self.target_group_arn.as_deref().or(of_config.map(|group| group.target_group_arn.as_str()))
    }

    /// The action in an answer.
    pub(super) fn describe(&self) -> Value {
        let mut value = json!(self);
        if let Some(config) = value.get_mut("AuthenticateCognitoConfig")
            && let Some(Value::Object(parameters)) = config.get_mut("AuthenticationRequestExtraParams")
        {
            let entries: Vec<_> =
                parameters.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
            config["AuthenticationRequestExtraParams"] = json!({ "entry": entries });
        }
        value
    }

    fn check(&mut self) -> Result<(), AwsError> {
        let settings = [
            (ActionType::Forward, self.target_group_arn.is_some() || self.forward_config.is_some()),
            (ActionType::JwtValidation, self.jwt_validation_config.is_some()),
            (ActionType::AuthenticateCognito, self.authenticate_cognito_config.is_some()),
            (ActionType::FixedResponse, self.fixed_response_config.is_some()),
        ];
        for (kind, is_there) in settings {
            if is_there != (kind == self.kind) {
                let (own, other) = (self.kind.name(), kind.name());
                return Err(validation_error(match is_there {
                    true => format!("An action of type '{own}' has no settings of the type '{other}'"),
                    false => format!("An action of type '{own}' needs the settings of its type"),
                }));
            }
        }
        if self.kind == ActionType::Forward {
            self.check_forward()?;
        }
        if let Some(config) = &self.jwt_validation_config {
            config.check()?;
        }
        if let Some(config) = &self.authenticate_cognito_config {
            config.check()?;
        }
        self.fixed_response_config.as_ref().map_or(Ok(()), FixedResponse::check)
    }

    /// Completes `TargetGroupArn` and `ForwardConfig` from each other, as ELBv2 answers them.
    fn check_forward(&mut self) -> Result<(), AwsError> {
        let groups = self.forward_config.as_ref().map(|config| config.target_groups.as_slice());
        let only = match (self.target_group_arn.as_deref(), groups) {
            (_, Some([_, _, ..])) => {
                let message = "local-aws has no actions that forward to several target groups.";
                return Err(AwsError::new("NotImplemented", message).with_status(StatusCode::NOT_IMPLEMENTED));
            }
            (Some(arn), Some([group])) if group.target_group_arn != arn => {
                return Err(validation_error(
                    "TargetGroupArn and ForwardConfig must name the same target group".to_owned(),
                ));
            }
            (_, Some([group])) => group.clone(),
            (Some(arn), None) => TargetGroupWeight { target_group_arn: arn.to_owned(), weight: one() },
            (_, Some([])) | (None, None) => {
                return Err(validation_error("A target group must be specified".to_owned()));
            }
        };
        self.target_group_arn = Some(only.target_group_arn.clone());
        self.forward_config = Some(Forward { target_groups: vec![only] });
        Ok(())
    }
}

fn check_length(field: &str, text: &str, most: usize) -> Result<(), AwsError> {
    if (1..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(invalid_action(format!("The '{field}' field must be between 1 and {most} characters in length")))
}

impl JwtValidation {
    fn check(&self) -> Result<(), AwsError> {
        const MOST_CLAIMS: usize = 10;
        const LONGEST: usize = 256;

        check_length("issuer", &self.issuer, LONGEST)?;
        check_length("jwks endpoint", &self.jwks_endpoint, LONGEST)?;
        let is_url =
            Url::parse(&self.jwks_endpoint).is_ok_and(|url| url.scheme() == "https" && url.path().len() > 1);
        if !is_url {
            return Err(invalid_action("The 'jwks endpoint' field must be an HTTPS URL with a path"));
        }
        if self.additional_claims.len() > MOST_CLAIMS {
            return Err(invalid_action(format!("A rule can only have '{MOST_CLAIMS}' additional claims")));
        }
        for claim in &self.additional_claims {
            if VALIDATED_CLAIMS.contains(&&*claim.name) {
                return Err(invalid_action(format!("The claim '{}' is validated by default", claim.name)));
            }
            let most = if claim.format == ClaimFormat::SingleString { 1 } else { MOST_CLAIMS };
            if claim.values.is_empty() || claim.values.len() > most {
                return Err(invalid_action(format!(
                    "The claim '{}' must have 1 to {most} values",
                    claim.name
                )));
            }
            for value in &claim.values {
                check_length("claim value", value, LONGEST)?;
                if claim.format == ClaimFormat::SpaceSeparatedValues && value.contains(' ') {
                    return Err(invalid_action(format!(
                        "The values of the claim '{}' must not contain spaces",
                        claim.name
                    )));
                }
            }
        }
        Ok(())
    }
}

impl AuthenticateCognito {
    fn check(&self) -> Result<(), AwsError> {
        const MOST_PARAMETERS: usize = 10;

        if !(1..=LONGEST_SESSION).contains(&self.session_timeout) {
            return Err(invalid_action(format!(
                "The 'session timeout' field must be between 1 and {LONGEST_SESSION}"
            )));
        }
        if self.authentication_request_extra_params.len() > MOST_PARAMETERS {
            return Err(invalid_action(format!(
                "A rule can only have '{MOST_PARAMETERS}' authentication request extra params"
            )));
        }
        Ok(())
    }
}

impl FixedResponse {
    fn check(&self) -> Result<(), AwsError> {
        match &self.content_type {
            Some(name) if !CONTENT_TYPES.contains(&name.as_str()) => Err(invalid_action(format!(
                "The content type '{name}' must be one of '{}'",
                CONTENT_TYPES.join(", ")
            ))),
            _ => Ok(()),
        }
    }

    pub(super) fn response(&self) -> Response {
        let mut response = http::Response::new(full(self.message_body.clone().unwrap_or_default()));
        *response.status_mut() = self.status_code.parse().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let content_type = self.content_type.as_deref().unwrap_or("text/plain");
        if let Ok(content_type) = HeaderValue::from_str(content_type) {
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        }
        response
    }
}
