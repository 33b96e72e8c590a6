//! Reads the parameters of the query protocol into the input that the model describes: `Actions.member.1.Order=2` becomes
//! `{"Actions": [{"Order": 2}]}`.

use serde_json::{Map, Value};

use super::{Service, input_of};
use crate::{error::AwsError, query_protocol::Parameters};

/// The input of an operation, without parameters that the model does not know.
///
/// # Errors
/// `ValidationError` with all violations of the model, `MalformedInput` for a number or a boolean that is none.
pub(crate) fn input(service: &str, operation: &str, parameters: &Parameters) -> Result<Value, AwsError> {
    let Some((service, shape)) = input_of(service, operation) else { return Ok(Value::Object(Map::new())) };
    let input = service.read(shape, parameters, "")?.unwrap_or_else(|| Value::Object(Map::new()));
    match service.violations(shape, &input) {
        Some(message) => Err(AwsError::new("ValidationError", message)),
        None => Ok(input),
    }
}

impl Service {
    /// The value of a shape whose parameters are called `name`, or begin with it.
    fn read(&self, shape: &str, parameters: &Parameters, name: &str) -> Result<Option<Value>, AwsError> {
        let Some(shape) = self.shapes.get(shape) else { return Ok(None) };
        match shape.kind.as_str() {
            "structure" => {
                if !name.is_empty() && !parameters.has(name) {
                    return Ok(None);
                }
                let prefix = if name.is_empty() { String::new() } else { format!("{name}.") };
                let mut members = Map::new();
                for (member, shape) in &shape.members {
                    if let Some(value) = self.read(shape, parameters, &format!("{prefix}{member}"))? {
                        members.insert(member.clone(), value);
                    }
                }
                Ok(Some(Value::Object(members)))
            }
            "list" => self.read_list(shape.member.as_deref().unwrap_or_default(), parameters, name),
            "map" => self.read_map(shape.value.as_deref().unwrap_or_default(), parameters, name),
            kind => parameters.optional(name).map(|text| scalar(kind, name, text)).transpose(),
        }
    }

    fn read_list(
        &self,
        member: &str,
        parameters: &Parameters,
        name: &str,
    ) -> Result<Option<Value>, AwsError> {
        let mut elements = Vec::new();
        for index in 1.. {
            match self.read(member, parameters, &format!("{name}.member.{index}"))? {
                Some(element) => elements.push(element),
                None => break,
            }
        }
        // A client sends an empty list as a parameter without a value.
        Ok((!elements.is_empty() || parameters.is_empty_list(name)).then_some(Value::Array(elements)))
    }

    fn read_map(&self, value: &str, parameters: &Parameters, name: &str) -> Result<Option<Value>, AwsError> {
        let mut entries = Map::new();
        for index in 1.. {
            let entry = format!("{name}.entry.{index}");
            let Some(key) = parameters.optional(&format!("{entry}.key")) else { break };
            let value = self.read(value, parameters, &format!("{entry}.value"))?;
            entries.insert(key.to_owned(), value.unwrap_or_else(|| "".into()));
        }
        Ok((!entries.is_empty()).then_some(Value::Object(entries)))
    }
}

fn scalar(kind: &str, name: &str, text: &str) -> Result<Value, AwsError> {
    let value = match kind {
        "integer" | "long" => text.parse::<i64>().ok().map(Value::from),
        "boolean" => text.parse::<bool>().ok().map(Value::from),
        _ => Some(text.into()),
    };
    value.ok_or_else(|| AwsError::new("MalformedInput", format!("The value of {name} is no {kind}.")))
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use super::*;
    use crate::test_support::Draft;

    fn read(operation: &str, form: &[(&str, &str)]) -> Result<Value, AwsError> {
        let request = Draft::form(operation, "2015-12-01", form).into_request();
        assert_eq!(request.method, Method::POST);
        input("elbv2", operation, &Parameters::of(&request))
    }

    #[test]
    fn lists_structures_maps_and_numbers_are_read() {
        let form = [
            ("ListenerArn", "arn"),
            ("Priority", "7"),
            ("Conditions.member.1.Field", "path-pattern"),
            ("Conditions.member.1.PathPatternConfig.Values.member.1", "/a"),
            ("Conditions.member.1.PathPatternConfig.Values.member.2", "/b"),
            ("Conditions.member.2.Values", ""),
            ("Actions.member.1.Type", "authenticate-cognito"),
            ("Actions.member.1.AuthenticateCognitoConfig.UserPoolArn", "a"),
            ("Actions.member.1.AuthenticateCognitoConfig.UserPoolClientId", "c"),
            ("Actions.member.1.AuthenticateCognitoConfig.UserPoolDomain", "d"),
            (
                "Actions.member.1.AuthenticateCognitoConfig.AuthenticationRequestExtraParams.entry.1.key",
                "lang",
            ),
            (
                "Actions.member.1.AuthenticateCognitoConfig.AuthenticationRequestExtraParams.entry.1.value",
                "de",
            ),
            ("Unknown", "x"),
        ];
        let expected = json!({
            "ListenerArn": "arn",
            "Priority": 7,
            "Conditions": [{ "Field": "path-pattern", "PathPatternConfig": { "Values": ["/a", "/b"] } }],
            "Actions": [{ "Type": "authenticate-cognito", "AuthenticateCognitoConfig": {
                "UserPoolArn": "a", "UserPoolClientId": "c", "UserPoolDomain": "d",
                "AuthenticationRequestExtraParams": { "lang": "de" },
            } }],
        });
        assert_eq!(read("CreateRule", &form).unwrap(), expected);
        assert_eq!(read("DescribeRules", &[("RuleArns", "")]).unwrap(), json!({ "RuleArns": [] }));
    }

    #[test]
    fn violations_inside_of_lists_are_refused_by_the_name_of_the_member() {
        let refused = |form: &[(&str, &str)]| {
            let rule =
                [("ListenerArn", "a"), ("Priority", "1"), ("Conditions.member.1.Field", "host-header")];
            read("CreateRule", &[&rule[..], form].concat()).unwrap_err()
        };
        let unknown = refused(&[("Actions.member.1.Type", "forwards")]);
        assert_eq!(unknown.code, "ValidationError");
        let start = "1 validation error detected: Value 'forwards' at 'actions.1.member.type' failed to satisfy constraint: \
                     Member must satisfy enum value set: [forward, ";
        assert!(unknown.message.starts_with(start), "{unknown}");
        let missing = refused(&[("Actions.member.1.Type", "forward"), ("Actions.member.2.Order", "0")]);
        assert!(missing.message.starts_with("2 validation errors detected: "), "{missing}");
        assert!(missing.message.contains("Value null at 'actions.2.member.type'"), "{missing}");
        let text = refused(&[("Actions.member.1.Order", "first"), ("Actions.member.1.Type", "forward")]);
        assert_eq!(text.code, "MalformedInput");
    }
}
