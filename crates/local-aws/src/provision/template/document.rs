//! YAML with CloudFormation's tags, as JSON.

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value, json};

use super::{ProvisionError, refused};

/// Reads a template. A tag becomes the function's long form: `!Ref Table` is `{ "Ref": "Table" }`.
pub(super) fn parse(yaml: &str) -> Result<Value, ProvisionError> {
    let documents =
        Yaml::load_from_str(yaml).map_err(|error| refused(format!("the template is no YAML: {error}")))?;
    match &documents[..] {
        [document] => {
            json(document).ok_or_else(|| refused("the template has a value that is no JSON".to_owned()))
        }
        _ => Err(refused("a template is one YAML document".to_owned())),
    }
}

fn json(node: &Yaml<'_>) -> Option<Value> {
    Some(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => items.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Yaml::Mapping(members) => {
            let member =
                |(name, value): (&Yaml<'_>, &Yaml<'_>)| Some((name.as_str()?.to_owned(), json(value)?));
            members.iter().map(member).collect::<Option<Map<_, _>>>()?.into()
        }
        Yaml::Tagged(tag, node) => function(&tag.suffix, &json(node)?),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => return None,
    })
}

fn function(tag: &str, argument: &Value) -> Value {
    match (tag, argument.as_str().and_then(|text| text.split_once('.'))) {
        ("Ref" | "Condition", _) => json!({ tag: argument }),
        ("GetAtt", Some((resource, attribute))) => json!({ "Fn::GetAtt": [resource, attribute] }),
        _ => json!({ format!("Fn::{tag}"): argument }),
    }
}
