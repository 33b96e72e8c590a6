//! The attributes of a pool's users, and who may write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::AwsError;

/// A user's attributes by name.
pub(super) type Attributes = BTreeMap<String, String>;

/// An attribute in requests and answers, with `Name` and `Value`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attribute {
    pub(super) name: String,
    #[serde(default)]
    pub(super) value: String,
}

/// The attributes of a user pool: the standard ones and its own, `custom:...`.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    declared: Vec<SchemaAttribute>,
}

/// One entry of `Schema` in CreateUserPool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SchemaAttribute {
    name: String,
    #[serde(default)]
    attribute_data_type: DataType,
    #[serde(default = "yes")]
    mutable: bool,
    #[serde(default)]
    required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    string_attribute_constraints: Option<StringConstraints>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number_attribute_constraints: Option<NumberConstraints>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum DataType {
    #[default]
    String,
    Number,
    DateTime,
    Boolean,
}

/// Limits, which AWS writes as strings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StringConstraints {
    min_length: Option<String>,
    max_length: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NumberConstraints {
    min_value: Option<String>,
    max_value: Option<String>,
}

/// The writer of attributes: the user or an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    User,
    Administrator,
}

const STANDARD: [&str; 18] = [
    "address",
    "birthdate",
    "email",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
    "identities",
];

/// Attributes that only Cognito or administrators may set.
const VERIFIED_FLAGS: [&str; 2] = ["email_verified", "phone_number_verified"];

impl Schema {
    pub(super) fn new(mut declared: Vec<SchemaAttribute>) -> Result<Self, AwsError> {
        for attribute in &mut declared {
            if !STANDARD.contains(&attribute.name.as_str()) && !attribute.name.starts_with("custom:") {
                attribute.name = format!("custom:{}", attribute.name);
            }
            if attribute.required && attribute.name.starts_with("custom:") {
                return Err(invalid("Required custom attributes are not supported currently."));
            }
        }
        Ok(Self { declared })
    }

    /// Names of the attributes that every user must have.
    pub(super) fn required(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().filter(|attribute| attribute.required).map(|attribute| attribute.name.as_str())
    }

    /// Whether these attributes may be written to a user that has `current`.
    pub(super) fn check_write(
        &self,
        writer: Writer,
        written: &Attributes,
        current: Option<&Attributes>,
    ) -> Result<(), AwsError> {
        for (name, value) in written {
            self.check_name(writer, name)?;
            if value.is_empty() && current.is_some() {
                // An empty value deletes the attribute.
                if self.required().any(|required| required == name) {
                    return Err(invalid(format!("user.{name}: The attribute is required\n")));
                }
            } else if !value.is_empty() {
                self.check_value(name, value)?;
            }
            let is_immutable = self.declaration(name).is_some_and(|declared| !declared.mutable);
            if is_immutable && current.is_some_and(|current| current.contains_key(name)) {
                return Err(invalid(format!("user.{name}: Attribute cannot be updated.\n")));
            }
        }
        Ok(())
    }

    pub(super) fn check_complete(&self, attributes: &Attributes) -> Result<(), AwsError> {
        let missing: String = self
            .required()
            .filter(|name| attributes.get(*name).is_none_or(String::is_empty))
            .map(|name| format!("{name}: The attribute is required\n"))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(invalid(format!("Attributes did not conform to the schema: {missing}")))
    }

    pub(super) fn check_delete(&self, name: &str) -> Result<(), AwsError> {
        self.check_name(Writer::User, name)?;
        if self.required().any(|required| required == name) {
            return Err(invalid(format!("user.{name}: The attribute is required\n")));
        }
        Ok(())
    }

    pub(super) fn to_json(&self) -> Value {
        json!(self.declared)
    }

    fn check_name(&self, writer: Writer, name: &str) -> Result<(), AwsError> {
        if VERIFIED_FLAGS.contains(&name) {
            return match writer {
                Writer::Administrator => Ok(()),
                Writer::User => Err(AwsError::new(
                    "NotAuthorizedException",
                    "A client attempted to write unauthorized attribute",
                )),
            };
        }
        if name == "sub" {
            return Err(invalid("Cannot modify the non-mutable attribute sub"));
        }
        if STANDARD.contains(&name) || self.declaration(name).is_some() {
            return Ok(());
        }
        Err(invalid(format!(
            "Attributes did not conform to the schema: {name}: Attribute does not exist in the schema.\n"
        )))
    }

    fn check_value(&self, name: &str, value: &str) -> Result<(), AwsError> {
        const LONGEST: usize = 2048;

        match name {
            "email" if !is_email(value) => return Err(invalid("Invalid email address format.")),
            "phone_number" if !is_phone_number(value) => return Err(invalid("Invalid phone number format.")),
            "birthdate" if !is_birthdate(value) => {
                return Err(invalid(
                    "Attributes did not conform to the schema: birthdate: String must have exactly 10 \
                     characters.\n",
                ));
            }
            _ => {}
        }
        let conforms = value.chars().count() <= LONGEST
            && self.declaration(name).is_none_or(|declared| declared.allows(value));
        if conforms {
            return Ok(());
        }
        Err(invalid(format!(
            "Attributes did not conform to the schema: {name}: The value is not allowed by the schema.\n"
        )))
    }

    /// Whether users can have this attribute.
    pub(super) fn is_known(&self, name: &str) -> bool {
        name == "email_verified"
            || name == "phone_number_verified"
            || STANDARD.contains(&name)
            || self.declaration(name).is_some()
    }

    fn declaration(&self, name: &str) -> Option<&SchemaAttribute> {
        self.declared.iter().find(|attribute| attribute.name == name)
    }
}

impl SchemaAttribute {
    fn allows(&self, value: &str) -> bool {
        match self.attribute_data_type {
            DataType::String => {
                let length = value.chars().count() as i64;
                let limits = self.string_attribute_constraints.as_ref();
                let min = limit(limits.and_then(|limits| limits.min_length.as_ref()));
                let max = limit(limits.and_then(|limits| limits.max_length.as_ref()));
                within(length, min, max)
            }
            DataType::Number => {
                let limits = self.number_attribute_constraints.as_ref();
                let min = limit(limits.and_then(|limits| limits.min_value.as_ref()));
                let max = limit(limits.and_then(|limits| limits.max_value.as_ref()));
                value.parse().is_ok_and(|number| within(number, min, max))
            }
            DataType::Boolean => matches!(value, "true" | "false" | "1" | "0"),
            DataType::DateTime => true,
        }
    }
}

pub(super) fn is_email(value: &str) -> bool {
    let Some((name, domain)) = value.rsplit_once('@') else { return false };
    !name.is_empty() && !domain.is_empty() && !value.chars().any(char::is_whitespace)
}

pub(super) fn is_phone_number(value: &str) -> bool {
    let Some(digits) = value.strip_prefix('+') else { return false };
    (5..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Cognito's own schema only limits a birthdate to ten characters.
fn is_birthdate(value: &str) -> bool {
    value.chars().count() == 10
}

/// The list of attributes in answers.
pub(super) fn attributes_json(attributes: &Attributes) -> Value {
    attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}

pub(super) fn collect(attributes: Vec<Attribute>) -> Attributes {
    attributes.into_iter().map(|attribute| (attribute.name, attribute.value)).collect()
}

fn limit(text: Option<&String>) -> Option<i64> {
    text.and_then(|text| text.parse().ok())
}

fn within(number: i64, min: Option<i64>, max: Option<i64>) -> bool {
    min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let declared = json!([
            { "Name": "name", "Required": true },
            { "Name": "plan", "Mutable": false, "StringAttributeConstraints": { "MaxLength": "4" } },
            { "Name": "age", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "0" } },
        ]);
        Schema::new(serde_json::from_value(declared).unwrap()).unwrap()
    }

    fn attributes(pairs: &[(&str, &str)]) -> Attributes {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn required_attributes_must_be_there() {
        let error = schema().check_complete(&attributes(&[("email", "a@b.c")])).unwrap_err();
        assert_eq!(
            error.message,
            "Attributes did not conform to the schema: name: The attribute is required\n"
        );
        assert_eq!(schema().check_complete(&attributes(&[("name", "Ada")])), Ok(()));
        assert!(schema().check_delete("name").is_err());
        assert_eq!(schema().check_delete("custom:plan"), Ok(()));
    }

    #[test]
    fn unknown_and_malformed_attributes_are_refused() {
        for (name, value) in [
            ("custom:unknown", "x"),
            ("sub", "1"),
            ("email", "no address"),
            ("phone_number", "0123456"),
            ("custom:plan", "large"),
            ("custom:age", "-1"),
            ("custom:age", "ten"),
            ("birthdate", "1815-12-1"),
            ("birthdate", "10 December 1815"),
        ] {
            let written = attributes(&[(name, value)]);
            assert!(schema().check_write(Writer::Administrator, &written, None).is_err(), "{name}={value}");
        }
        let fine = attributes(&[("custom:plan", "free"), ("custom:age", "36"), ("phone_number", "+4912345")]);
        assert_eq!(schema().check_write(Writer::User, &fine, None), Ok(()));
    }

    #[test]
    fn only_administrators_declare_an_address_verified() {
        let written = attributes(&[("email_verified", "true")]);
        let error = schema().check_write(Writer::User, &written, None).unwrap_err();
        assert_eq!(error.code, "NotAuthorizedException");
        assert_eq!(schema().check_write(Writer::Administrator, &written, None), Ok(()));
    }

    #[test]
    fn an_immutable_attribute_is_written_once() {
        let written = attributes(&[("custom:plan", "free")]);
        assert_eq!(schema().check_write(Writer::User, &written, Some(&Attributes::new())), Ok(()));
        assert!(schema().check_write(Writer::User, &written, Some(&written)).is_err());
    }
}
