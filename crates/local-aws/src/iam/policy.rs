//! Policy documents: parsed once, when they are attached to a role.

use serde_json::{Map, Value};

use super::condition::Condition;
use super::context::Context;
use super::pattern::{Pattern, Syntax, arn_matches, resolvable};

/// A parsed policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Policy variables exist since version 2012-10-17; in older documents `${…}` is plain text.
    variables: bool,
    statements: Vec<Statement>,
}

/// The purpose of a policy document, which decides the elements it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyKind {
    /// Lists what the role may do. Has resources and no principals.
    Identity,
    /// Lists who may assume the role. Has principals and no resources.
    Trust,
}

/// The document is not a valid policy, for the reason in the text. IAM returns `MalformedPolicyDocument`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct MalformedPolicy(String);

/// The result of an evaluation. An explicit deny overrides every allow. Without a matching statement, the request is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// A statement allows the request and none denies it.
    Allowed,
    /// A statement denies the request.
    ExplicitlyDenied,
    /// No statement applies to the request.
    ImplicitlyDenied,
}

/// The principal that assumes a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrustedPrincipal<'a> {
    /// A web identity provider, such as `cognito-identity.amazonaws.com`.
    Federated(&'a str),
    /// A service of AWS, such as `cognito-idp.amazonaws.com`.
    Service(&'a str),
    /// A principal of this account, by its ARN.
    Aws {
        /// The ARN of the caller.
        arn: &'a str,
        /// The account of the caller, which a trust policy may name as a whole.
        account: &'a str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    effect: Effect,
    principals: Principals,
    actions: Element,
    resources: Option<Element>,
    conditions: Vec<Condition>,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Element {
    negated: bool,
    patterns: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Principals {
    anyone: bool,
    aws: Vec<String>,
    federated: Vec<String>,
    services: Vec<String>,
}

impl Policy {
    /// Parses a policy document.
    ///
    /// # Errors
    /// [`MalformedPolicy`] if the text is not JSON, if an element is missing, unknown or of the wrong type, or if a condition
    /// operator does not exist.
    pub(crate) fn parse(document: &str, kind: PolicyKind) -> Result<Self, MalformedPolicy> {
        let document: Value =
            serde_json::from_str(document).map_err(|_| malformed("Syntax errors in policy."))?;
        let Value::Object(document) = document else { return Err(malformed("Syntax errors in policy.")) };
        only(&document, &["Version", "Id", "Statement"])?;
        let variables = match document.get("Version").map(Value::as_str) {
            None | Some(Some("2008-10-17")) => false,
            Some(Some("2012-10-17")) => true,
            Some(_) => return Err(malformed("The policy must contain a valid version string")),
        };
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().map(|s| Statement::parse(s, kind)).collect(),
            Some(statement) => Statement::parse(statement, kind).map(|statement| vec![statement]),
            None => Err(malformed("Syntax errors in policy.")),
        }?;
        Ok(Self { variables, statements })
    }

    /// Whether this trust policy lets `principal` take `action` (such as `sts:AssumeRoleWithWebIdentity`).
    pub(crate) fn trusts(&self, principal: TrustedPrincipal<'_>, action: &str, context: &Context) -> bool {
        self.decide_trust(principal, action, context) == Decision::Allowed
    }

    /// Decides whether this trust policy lets `principal` take `action`.
    pub(super) fn decide_trust(
        &self,
        principal: TrustedPrincipal<'_>,
        action: &str,
        context: &Context,
    ) -> Decision {
        let statements = self.statements.iter().filter(|statement| statement.principals.include(principal));
        decide(statements.filter(|s| s.applies(action, None, context, self.variables)).map(|s| s.effect))
    }
}

/// Decides whether the identity policies of a caller let it take `action` on `resource`, an ARN.
pub(crate) fn evaluate<'a>(
    policies: impl IntoIterator<Item = &'a Policy>,
    action: &str,
    resource: &str,
    context: &Context,
) -> Decision {
    decide(policies.into_iter().flat_map(|policy| {
        policy
            .statements
            .iter()
            .filter(|statement| statement.applies(action, Some(resource), context, policy.variables))
            .map(|statement| statement.effect)
    }))
}

fn decide(effects: impl Iterator<Item = Effect>) -> Decision {
    let mut decision = Decision::ImplicitlyDenied;
    for effect in effects {
        match effect {
            Effect::Deny => return Decision::ExplicitlyDenied,
            Effect::Allow => decision = Decision::Allowed,
        }
    }
    decision
}

impl Statement {
    fn parse(statement: &Value, kind: PolicyKind) -> Result<Self, MalformedPolicy> {
        let Value::Object(statement) = statement else { return Err(malformed("Syntax errors in policy.")) };
        only(
            statement,
            &["Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"],
        )?;
        let effect = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err(malformed("Statement/policy already has or lacks a valid Effect")),
        };
        let actions = Element::parse(statement, "Action", "NotAction")?
            .ok_or_else(|| malformed("Policy statement must contain actions."))?;
        if actions.patterns.iter().any(|action| action != "*" && !action.contains(':')) {
            return Err(malformed(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            ));
        }
        let resources = Element::parse(statement, "Resource", "NotResource")?;
        let principals = match (kind, statement.get("Principal"), &resources) {
            (PolicyKind::Identity, None, Some(resources)) => {
                if resources.patterns.iter().any(|arn| arn != "*" && !arn.starts_with("arn:")) {
                    return Err(malformed("Resource must be in ARN format or \"*\"."));
                }
                Principals::default()
            }
            (PolicyKind::Trust, Some(principal), None) => Principals::parse(principal)?,
            (PolicyKind::Identity, Some(_), _) => {
                return Err(malformed("Policy document should not specify a principal."));
            }
            (PolicyKind::Identity, None, None) => {
                return Err(malformed("Policy statement must contain resources."));
            }
            (PolicyKind::Trust, _, Some(_)) => return Err(malformed("Has prohibited field Resource")),
            (PolicyKind::Trust, None, None) => return Err(malformed("Missing required field Principal")),
        };
        let conditions = statement.get("Condition").map(parse_conditions).transpose()?.unwrap_or_default();
        Ok(Self { effect, principals, actions, resources, conditions })
    }

    fn applies(&self, action: &str, resource: Option<&str>, context: &Context, variables: bool) -> bool {
        self.actions.covers_action(action)
            && self.resources.as_ref().zip(resource).is_none_or(|(element, resource)| {
                element.covers_resource(resource, Syntax { wildcards: true, variables }, context)
            })
            && self.conditions.iter().all(|condition| condition.holds(context, variables))
    }
}

impl Element {
    fn parse(
        statement: &Map<String, Value>,
        name: &str,
        negated_name: &str,
    ) -> Result<Option<Self>, MalformedPolicy> {
        let (negated, value) = match (statement.get(name), statement.get(negated_name)) {
            (Some(_), Some(_)) => {
                return Err(malformed(&format!("Statement has both {name} and {negated_name}.")));
            }
            (Some(value), None) => (false, value),
            (None, Some(value)) => (true, value),
            (None, None) => return Ok(None),
        };
        let patterns = strings(value)?;
        if patterns.is_empty() {
            return Err(malformed(&format!("{name} must not be empty.")));
        }
        Ok(Some(Self { negated, patterns }))
    }

    fn covers_action(&self, action: &str) -> bool {
        let syntax = Syntax { wildcards: true, variables: false };
        let matched = self.patterns.iter().any(|pattern| {
            Pattern::resolve(pattern, syntax, &Context::default())
                .is_some_and(|pattern| pattern.matches_ignoring_case(action))
        });
        matched != self.negated
    }

    fn covers_resource(&self, resource: &str, syntax: Syntax, context: &Context) -> bool {
        // A NotResource whose variable has no value covers nothing, rather than everything.
        if self.negated && !self.patterns.iter().all(|pattern| resolvable(pattern, syntax, context)) {
            return false;
        }
        self.patterns.iter().any(|pattern| arn_matches(pattern, resource, syntax, context)) != self.negated
    }
}

impl Principals {
    fn parse(value: &Value) -> Result<Self, MalformedPolicy> {
        let mut principals = Self::default();
        match value {
            Value::String(anyone) if anyone == "*" => principals.anyone = true,
            Value::Object(kinds) => {
                only(kinds, &["AWS", "Federated", "Service", "CanonicalUser"])?;
                principals.aws = kinds.get("AWS").map(strings).transpose()?.unwrap_or_default();
                if let Some(unknown) = principals.aws.iter().find(|principal| !is_aws_principal(principal)) {
                    return Err(malformed(&format!("Invalid principal in policy: \"AWS\":\"{unknown}\"")));
                }
                principals.federated = kinds.get("Federated").map(strings).transpose()?.unwrap_or_default();
                principals.services = kinds.get("Service").map(strings).transpose()?.unwrap_or_default();
            }
            _ => return Err(malformed("Invalid principal in policy.")),
        }
        Ok(principals)
    }

    fn include(&self, principal: TrustedPrincipal<'_>) -> bool {
        match principal {
            TrustedPrincipal::Federated(provider) => {
                self.anyone || self.federated.iter().any(|trusted| trusted == provider)
            }
            TrustedPrincipal::Service(service) => {
                self.anyone || self.services.iter().any(|trusted| trusted == service)
            }
            TrustedPrincipal::Aws { arn, account } => {
                let root = format!("arn:aws:iam::{account}:root");
                self.anyone
                    || self.aws.iter().any(|trusted| {
                        trusted == "*" || trusted == arn || trusted == account || *trusted == root
                    })
            }
        }
    }
}

/// Everybody, an account, or something of IAM or STS.
fn is_aws_principal(text: &str) -> bool {
    let is_account = text.len() == 12 && text.chars().all(|character| character.is_ascii_digit());
    text == "*" || is_account || text.starts_with("arn:aws:iam::") || text.starts_with("arn:aws:sts::")
}

fn parse_conditions(value: &Value) -> Result<Vec<Condition>, MalformedPolicy> {
    let Value::Object(operators) = value else { return Err(malformed("Syntax errors in policy.")) };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else { return Err(malformed("Syntax errors in policy.")) };
        for (key, values) in keys {
            let condition = Condition::parse(operator, key, strings(values)?)
                .ok_or_else(|| malformed(&format!("Invalid Condition type : {operator}.")))?;
            conditions.push(condition);
        }
    }
    Ok(conditions)
}

/// A string, number or boolean, or a list of them.
fn strings(value: &Value) -> Result<Vec<String>, MalformedPolicy> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Bool(truth) => Ok(vec![truth.to_string()]),
        Value::Number(number) => Ok(vec![number.to_string()]),
        Value::Array(values) if !values.iter().any(Value::is_array) => {
            let nested: Result<Vec<_>, _> = values.iter().map(strings).collect();
            Ok(nested?.into_iter().flatten().collect())
        }
        _ => Err(malformed("Syntax errors in policy.")),
    }
}

fn only(object: &Map<String, Value>, allowed: &[&str]) -> Result<(), MalformedPolicy> {
    match object.keys().find(|key| !allowed.contains(&key.as_str())) {
        Some(key) => Err(malformed(&format!("Unknown field {key}"))),
        None => Ok(()),
    }
}

fn malformed(reason: &str) -> MalformedPolicy {
    MalformedPolicy(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn identity(document: &Value) -> Result<Policy, MalformedPolicy> {
        Policy::parse(&document.to_string(), PolicyKind::Identity)
    }

    #[test]
    fn malformed_documents_are_refused() {
        let statement = |changes: Value| {
            let mut statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
            for (key, value) in changes.as_object().expect("an object") {
                statement[key] = value.clone();
            }
            json!({"Version": "2012-10-17", "Statement": [statement]})
        };
        assert!(identity(&statement(json!({}))).is_ok());
        for wrong in [
            json!([]),
            json!({"Version": "2012-10-17"}),
            json!({"Version": "2020-01-01", "Statement": []}),
            json!({"Version": "2012-10-17", "Statement": [1]}),
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}),
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*"}]}),
            statement(json!({"Effect": "Maybe"})),
            statement(json!({"Action": "GetObject"})),
            statement(json!({"Action": []})),
            statement(json!({"Action": [["s3:GetObject"]]})),
            statement(json!({"NotAction": "s3:PutObject"})),
            statement(json!({"Resource": "bucket"})),
            statement(json!({"Principal": "*"})),
            statement(json!({"Conditions": {}})),
            statement(json!({"Condition": {"StringSame": {"aws:x": "y"}}})),
            statement(json!({"Condition": {"StringEquals": "y"}})),
        ] {
            assert!(identity(&wrong).is_err(), "{wrong}");
        }
        assert!(Policy::parse("{", PolicyKind::Identity).is_err());
    }

    #[test]
    fn a_trust_policy_binds_provider_pool_and_kind_of_login() {
        let document = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:pool"},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}
            }
        }});
        let policy = Policy::parse(&document.to_string(), PolicyKind::Trust).expect("valid");
        let trusts = |provider, pool: &str, amr: &str| {
            let mut context = Context::default();
            context.set("cognito-identity.amazonaws.com:aud", pool);
            context.set_list("cognito-identity.amazonaws.com:amr", vec![amr.into()]);
            policy.trusts(TrustedPrincipal::Federated(provider), "sts:AssumeRoleWithWebIdentity", &context)
        };
        assert!(trusts("cognito-identity.amazonaws.com", "eu-west-1:pool", "authenticated"));
        assert!(!trusts("cognito-identity.amazonaws.com", "eu-west-1:pool", "unauthenticated"));
        assert!(!trusts("cognito-identity.amazonaws.com", "eu-west-1:other", "authenticated"));
        assert!(!trusts("accounts.google.com", "eu-west-1:pool", "authenticated"));
        let root = TrustedPrincipal::Aws { arn: "arn:aws:iam::000000000000:root", account: "000000000000" };
        assert!(!policy.trusts(root, "sts:AssumeRole", &Context::default()));
    }
}
