//! Conditions on attributes.

use std::collections::HashMap;
use std::sync::Arc;

use poolpass::dynamodb;

use super::AttributeValue;
use crate::convert::count;
use crate::error::PoolpassError;

/// An attribute, or a place inside an attribute.
#[derive(Debug, uniffi::Object)]
pub struct Attribute(pub(super) dynamodb::Attribute);

#[uniffi::export]
impl Attribute {
    /// The attribute called `name`. Dots and brackets in it are part of the name.
    #[uniffi::constructor]
    pub fn new(name: String) -> Arc<Self> {
        Arc::new(Self(dynamodb::attribute(name)))
    }

    /// Returns the member `name` of this map.
    pub fn member(&self, name: String) -> Arc<Self> {
        Arc::new(Self(self.0.clone().member(name)))
    }

    /// Returns the element `index`, counted from 0, of this list.
    pub fn element(&self, index: i32) -> Result<Arc<Self>, PoolpassError> {
        Ok(Arc::new(Self(self.0.clone().element(count(index.into(), "index")?))))
    }

    /// Matches attributes equal to `value`.
    pub fn eq(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().eq(value))
    }

    /// Matches attributes that differ from `value` or do not exist.
    pub fn ne(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().ne(value))
    }

    /// Matches attributes less than `value`.
    pub fn lt(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().lt(value))
    }

    /// Matches attributes less than or equal to `value`.
    pub fn le(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().le(value))
    }

    /// Matches attributes greater than `value`.
    pub fn gt(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().gt(value))
    }

    /// Matches attributes greater than or equal to `value`.
    pub fn ge(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().ge(value))
    }

    /// Matches attributes from `first` to `last`, both included.
    pub fn between(&self, first: AttributeValue, last: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().between(first, last))
    }

    /// Matches attributes equal to one of `values`, of which DynamoDB takes 1 to 100.
    pub fn is_in(&self, values: Vec<AttributeValue>) -> Arc<Condition> {
        Condition::of(self.0.clone().is_in(values))
    }

    /// Matches items that have the attribute, even if it is null.
    pub fn exists(&self) -> Arc<Condition> {
        Condition::of(self.0.clone().exists())
    }

    /// Matches items without the attribute. On an attribute of the key, it means that no item has this key.
    pub fn not_exists(&self) -> Arc<Condition> {
        Condition::of(self.0.clone().not_exists())
    }

    /// Matches strings that start with `prefix`.
    pub fn begins_with(&self, prefix: String) -> Arc<Condition> {
        Condition::of(self.0.clone().begins_with(prefix))
    }

    /// Matches strings that contain the string `value`, and lists and sets that contain the element `value`.
    pub fn contains(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().contains(value))
    }
}

/// A condition for a write, a query or a filter.
#[derive(Debug, uniffi::Object)]
pub struct Condition(pub(super) dynamodb::Condition);

impl Condition {
    fn of(condition: dynamodb::Condition) -> Arc<Self> {
        Arc::new(Self(condition))
    }
}

#[uniffi::export]
impl Condition {
    /// A condition in DynamoDB's own language.
    #[uniffi::constructor]
    pub fn of_expression(expression: Expression) -> Arc<Self> {
        Self::of(dynamodb::Expression::from(expression).into())
    }

    /// Requires both conditions.
    pub fn and(&self, other: &Self) -> Arc<Self> {
        Self::of(self.0.clone().and(other.0.clone()))
    }

    /// Requires at least one of the two conditions.
    pub fn or(&self, other: &Self) -> Arc<Self> {
        Self::of(self.0.clone().or(other.0.clone()))
    }

    /// Requires that the condition does not hold.
    pub fn not(&self) -> Arc<Self> {
        Self::of(!self.0.clone())
    }
}

/// An expression in DynamoDB's own language, with its `#name` and `:value` placeholders.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Expression {
    /// The expression, such as `size(#tags) > :least`.
    pub text: String,
    /// The names that `#name` placeholders stand for.
    #[uniffi(default)]
    pub names: HashMap<String, String>,
    /// The values that `:value` placeholders stand for.
    #[uniffi(default)]
    pub values: HashMap<String, AttributeValue>,
}

impl From<Expression> for dynamodb::Expression {
    fn from(expression: Expression) -> Self {
        let mut whole = Self::new(expression.text);
        for (placeholder, name) in expression.names {
            whole = whole.name(placeholder, name);
        }
        for (placeholder, value) in expression.values {
            whole = whole.value(placeholder, value);
        }
        whole
    }
}

/// The attributes, as the core takes them.
pub(super) fn places(attributes: &[Arc<Attribute>]) -> Vec<dynamodb::Attribute> {
    attributes.iter().map(|attribute| attribute.0.clone()).collect()
}
