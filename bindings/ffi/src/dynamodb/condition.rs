//! Conditions, and the places that they speak of.

use std::collections::HashMap;
use std::sync::Arc;

use poolpass::dynamodb;

use super::AttributeValue;
use crate::convert::count;
use crate::error::PoolpassError;

/// The place of a value: an attribute, or something inside of one.
#[derive(Debug, uniffi::Object)]
pub struct Attribute(pub(super) dynamodb::Attribute);

#[uniffi::export]
impl Attribute {
    /// The attribute called `name`, whatever is in the name.
    #[uniffi::constructor]
    pub fn new(name: String) -> Arc<Self> {
        Arc::new(Self(dynamodb::attribute(name)))
    }

    /// The member called `name` of the map at this place.
    pub fn member(&self, name: String) -> Arc<Self> {
        Arc::new(Self(self.0.clone().member(name)))
    }

    /// The element of the list at this place, counted from 0.
    pub fn element(&self, index: i32) -> Result<Arc<Self>, PoolpassError> {
        Ok(Arc::new(Self(self.0.clone().element(count(index.into(), "index")?))))
    }

    /// `=`
    pub fn eq(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().eq(value))
    }

    /// `<>`
    pub fn ne(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().ne(value))
    }

    /// `<`
    pub fn lt(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().lt(value))
    }

    /// `<=`
    pub fn le(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().le(value))
    }

    /// `>`
    pub fn gt(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().gt(value))
    }

    /// `>=`
    pub fn ge(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().ge(value))
    }

    /// `BETWEEN first AND last`, both included.
    pub fn between(&self, first: AttributeValue, last: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().between(first, last))
    }

    /// `IN`: one of up to 100 values.
    pub fn is_in(&self, values: Vec<AttributeValue>) -> Arc<Condition> {
        Condition::of(self.0.clone().is_in(values))
    }

    /// `attribute_exists`
    pub fn exists(&self) -> Arc<Condition> {
        Condition::of(self.0.clone().exists())
    }

    /// `attribute_not_exists`
    pub fn not_exists(&self) -> Arc<Condition> {
        Condition::of(self.0.clone().not_exists())
    }

    /// `begins_with`
    pub fn begins_with(&self, prefix: String) -> Arc<Condition> {
        Condition::of(self.0.clone().begins_with(prefix))
    }

    /// `contains`: a part of a string, an element of a set or of a list.
    pub fn contains(&self, value: AttributeValue) -> Arc<Condition> {
        Condition::of(self.0.clone().contains(value))
    }
}

/// What has to hold.
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

    /// Both hold.
    pub fn and(&self, other: &Self) -> Arc<Self> {
        Self::of(self.0.clone().and(other.0.clone()))
    }

    /// One holds, or both.
    pub fn or(&self, other: &Self) -> Arc<Self> {
        Self::of(self.0.clone().or(other.0.clone()))
    }

    /// It does not hold.
    pub fn not(&self) -> Arc<Self> {
        Self::of(!self.0.clone())
    }
}

/// Something in DynamoDB's own language, with its placeholders.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Expression {
    /// Such as `size(#tags) > :least`.
    pub text: String,
    /// Names by placeholder, such as `#tags`.
    #[uniffi(default)]
    pub names: HashMap<String, String>,
    /// Values by placeholder, such as `:least`.
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

/// The places, as the SDK takes them.
pub(super) fn places(attributes: &[Arc<Attribute>]) -> Vec<dynamodb::Attribute> {
    attributes.iter().map(|attribute| attribute.0.clone()).collect()
}
