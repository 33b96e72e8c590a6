//! One item: how it is read, written and changed.

use std::sync::Arc;

use poolpass::dynamodb::{self, DeleteItem, GetItem, Item, PutItem, Table, UpdateItem};

use super::attribute_value::item;
use super::condition::places;
use super::{Attribute, AttributeValue, Attributes, Condition, Expression};

/// How items are read.
#[derive(Clone, Debug, uniffi::Record)]
pub struct GetItemOptions {
    /// Sees every write that came before, at twice the price.
    #[uniffi(default = false)]
    pub consistent_read: bool,
    /// Only these attributes. Default: all.
    #[uniffi(default)]
    pub attributes: Option<Vec<Arc<Attribute>>>,
}

/// The condition of a write.
#[derive(Clone, Debug, uniffi::Record)]
pub struct WriteOptions {
    /// Writes only if this condition holds for the stored item. Default: always.
    #[uniffi(default)]
    pub condition: Option<Arc<Condition>>,
    /// If the condition does not hold, the error carries the stored item. Default: it does not.
    #[uniffi(default = false)]
    pub return_old_on_condition_check_failure: bool,
}

/// One change of an item.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Change {
    /// Sets an attribute.
    Set {
        /// Which.
        attribute: Arc<Attribute>,
        /// To what.
        value: AttributeValue,
    },
    /// Sets an attribute that is not there yet.
    SetIfNotExists {
        /// Which.
        attribute: Arc<Attribute>,
        /// To what.
        value: AttributeValue,
    },
    /// Adds elements at the end of a list, which has to exist.
    Append {
        /// Which list.
        attribute: Arc<Attribute>,
        /// The elements.
        values: Vec<AttributeValue>,
    },
    /// Adds to a number, or elements to a set.
    Add {
        /// Which.
        attribute: Arc<Attribute>,
        /// A number or a set.
        value: AttributeValue,
    },
    /// Takes elements out of a set.
    DeleteFromSet {
        /// Which set.
        attribute: Arc<Attribute>,
        /// A set.
        value: AttributeValue,
    },
    /// Removes an attribute.
    Remove {
        /// Which.
        attribute: Arc<Attribute>,
    },
    /// An update expression in DynamoDB's own language, in place of all other changes.
    Expression {
        /// The expression.
        expression: Expression,
    },
}

/// Which values an update returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ReturnValues {
    /// The item before.
    AllOld,
    /// What was changed, before.
    UpdatedOld,
    /// The item afterwards.
    AllNew,
    /// What was changed, afterwards.
    UpdatedNew,
}

/// The read that `options` describe.
pub(super) fn get(table: &Table, key: Attributes, options: GetItemOptions) -> GetItem<Item> {
    let mut get = table.get(item(key));
    if options.consistent_read {
        get = get.consistent_read();
    }
    match options.attributes {
        Some(wanted) => get.attributes(places(&wanted)),
        None => get,
    }
}

pub(super) fn put(table: &Table, new: Attributes, options: WriteOptions) -> PutItem {
    let mut put = table.put(item(new));
    if let Some(condition) = options.condition {
        put = put.condition(condition.0.clone());
    }
    if options.return_old_on_condition_check_failure {
        put.return_old_on_condition_check_failure()
    } else {
        put
    }
}

pub(super) fn delete(table: &Table, key: Attributes, options: WriteOptions) -> DeleteItem {
    let mut delete = table.delete(item(key));
    if let Some(condition) = options.condition {
        delete = delete.condition(condition.0.clone());
    }
    if options.return_old_on_condition_check_failure {
        delete.return_old_on_condition_check_failure()
    } else {
        delete
    }
}

pub(super) fn update(
    table: &Table,
    key: Attributes,
    changes: Vec<Change>,
    options: WriteOptions,
) -> UpdateItem {
    let mut update = changes.into_iter().fold(table.update(item(key)), changed);
    if let Some(condition) = options.condition {
        update = update.condition(condition.0.clone());
    }
    if options.return_old_on_condition_check_failure {
        update.return_old_on_condition_check_failure()
    } else {
        update
    }
}

fn changed(update: UpdateItem, change: Change) -> UpdateItem {
    match change {
        Change::Set { attribute, value } => update.set(attribute.0.clone(), value),
        Change::SetIfNotExists { attribute, value } => update.set_if_not_exists(attribute.0.clone(), value),
        Change::Append { attribute, values } => update.append(attribute.0.clone(), values),
        Change::Add { attribute, value } => update.add(attribute.0.clone(), value),
        Change::DeleteFromSet { attribute, value } => update.delete_from_set(attribute.0.clone(), value),
        Change::Remove { attribute } => update.remove(attribute.0.clone()),
        Change::Expression { expression } => update.expression(expression.into()),
    }
}

impl From<ReturnValues> for dynamodb::ReturnValues {
    fn from(values: ReturnValues) -> Self {
        match values {
            ReturnValues::AllOld => Self::AllOld,
            ReturnValues::UpdatedOld => Self::UpdatedOld,
            ReturnValues::AllNew => Self::AllNew,
            ReturnValues::UpdatedNew => Self::UpdatedNew,
        }
    }
}
