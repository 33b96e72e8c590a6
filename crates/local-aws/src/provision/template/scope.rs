//! The values to which a template refers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{ProvisionError, refused};
use crate::account::ACCOUNT_ID;

/// A created resource: the value of `Ref`, and those of `Fn::GetAtt`.
pub(in crate::provision) struct Created {
    pub(in crate::provision) reference: String,
    pub(in crate::provision) attributes: BTreeMap<&'static str, String>,
}

impl Created {
    pub(in crate::provision) fn new(reference: impl Into<String>) -> Self {
        Self { reference: reference.into(), attributes: BTreeMap::new() }
    }

    pub(in crate::provision) fn with(mut self, attribute: &'static str, value: impl Into<String>) -> Self {
        self.attributes.insert(attribute, value.into());
        self
    }
}

pub(super) struct Scope {
    region: String,
    parameters: BTreeMap<String, String>,
    conditions: Value,
    pub(super) created: BTreeMap<String, Created>,
}

impl Scope {
    /// The parameters' values are those given, or else their defaults.
    pub(super) fn new(
        region: &str,
        template: &Value,
        given: &BTreeMap<String, String>,
    ) -> Result<Self, ProvisionError> {
        let declared = template["Parameters"].as_object().cloned().unwrap_or_default();
        if let Some(name) = given.keys().find(|name| !declared.contains_key(*name)) {
            return Err(refused(format!("the template has no parameter {name}")));
        }
        let value = |(name, parameter): (&String, &Value)| {
            let default = parameter["Default"].as_str();
            let value = given.get(name).map(String::as_str).or(default);
            let value = value.ok_or_else(|| refused(format!("the parameter {name} has no value")))?;
            Ok((name.clone(), value.to_owned()))
        };
        let parameters = declared.iter().map(value).collect::<Result<_, ProvisionError>>()?;
        let conditions = template["Conditions"].clone();
        Ok(Self { region: region.to_owned(), parameters, conditions, created: BTreeMap::new() })
    }

    /// Whether the resource's condition holds.
    pub(super) fn is_wanted(&self, resource: &Value) -> bool {
        resource["Condition"].as_str().is_none_or(|condition| self.holds(condition).unwrap_or(false))
    }

    /// The value with everything in place of references and functions.
    pub(super) fn resolve(&self, value: &Value) -> Result<Value, ProvisionError> {
        match value {
            Value::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Value::Object(members) => match function(members) {
                Some((name, argument)) => self.call(name, argument),
                None => {
                    let member = |(name, value): (&String, &Value)| Ok((name.clone(), self.resolve(value)?));
                    members.iter().map(member).collect::<Result<Map<_, _>, ProvisionError>>().map(Value::from)
                }
            },
            other => Ok(other.clone()),
        }
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Value, ProvisionError> {
        let malformed = || refused(format!("the argument of {name} is malformed"));
        match (name, argument) {
            ("Ref", Value::String(name)) => self.reference(name).map(Value::from),
            ("Fn::GetAtt", Value::Array(path)) => match &path[..] {
                [Value::String(resource), Value::String(attribute)] => {
                    self.attribute(resource, attribute).map(Value::from)
                }
                _ => Err(malformed()),
            },
            ("Fn::Sub", Value::String(text)) => self.substitute(text, &Value::Null).map(Value::from),
            ("Fn::Sub", Value::Array(arguments)) => match &arguments[..] {
                [Value::String(text), own] => self.substitute(text, &self.resolve(own)?).map(Value::from),
                _ => Err(malformed()),
            },
            ("Fn::If", Value::Array(branches)) => match &branches[..] {
                [Value::String(condition), yes, no] => {
                    self.resolve(if self.holds(condition)? { yes } else { no })
                }
                _ => Err(malformed()),
            },
            ("Fn::Not", Value::Array(conditions)) => match &conditions[..] {
                [condition] => Ok(json!(self.resolve(condition)? != json!(true))),
                _ => Err(malformed()),
            },
            ("Fn::Equals", Value::Array(both)) => match &both[..] {
                [one, other] => Ok(json!(self.resolve(one)? == self.resolve(other)?)),
                _ => Err(malformed()),
            },
            _ => Err(refused(format!("local-aws does not know the function {name}"))),
        }
    }

    fn holds(&self, condition: &str) -> Result<bool, ProvisionError> {
        let definition = &self.conditions[condition];
        if definition.is_null() {
            return Err(refused(format!("the template has no condition {condition}")));
        }
        Ok(self.resolve(definition)? == json!(true))
    }

    fn reference(&self, name: &str) -> Result<String, ProvisionError> {
        let known = match name {
            "AWS::Region" => Some(self.region.as_str()),
            "AWS::AccountId" => Some(ACCOUNT_ID),
            "AWS::Partition" => Some("aws"),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            name => {
                let created = self.created.get(name).map(|created| created.reference.as_str());
                created.or_else(|| self.parameters.get(name).map(String::as_str))
            }
        };
        known.map(str::to_owned).ok_or_else(|| refused(format!("there is no {name}")))
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<String, ProvisionError> {
        let created = self.created.get(resource);
        let value = created.and_then(|created| created.attributes.get(attribute));
        value.cloned().ok_or_else(|| refused(format!("there is no {resource}.{attribute}")))
    }

    /// Replaces `${Name}`, `${Resource.Attribute}` and the names of `own`. `${!text}` becomes `${text}`.
    fn substitute(&self, text: &str, own: &Value) -> Result<String, ProvisionError> {
        let mut parts = text.split("${");
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) =
                part.split_once('}').ok_or_else(|| refused("a ${ of Fn::Sub has no end".to_owned()))?;
            match (name.strip_prefix('!'), own[name].as_str(), name.split_once('.')) {
                (Some(literal), ..) => result.push_str(&format!("${{{literal}}}")),
                (_, Some(value), _) => result.push_str(value),
                (.., Some((resource, attribute))) => result.push_str(&self.attribute(resource, attribute)?),
                (.., None) => result.push_str(&self.reference(name)?),
            }
            result.push_str(rest);
        }
        Ok(result)
    }
}

/// A function and its argument: an object with one member of such a name.
fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = members.iter();
    let (Some((name, argument)), None) = (members.next(), members.next()) else { return None };
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}
