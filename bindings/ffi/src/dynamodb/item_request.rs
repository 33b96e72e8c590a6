//! Requests for items: reads, writes and changes.

use std::sync::Arc;

use poolpass::dynamodb::{self, BatchGet, DeleteItem, GetItem, Item, PutItem, Table, UpdateItem};

use super::attribute_value::item;
use super::condition::places;
use super::{Attribute, AttributeValue, Attributes, Condition, Expression};

/// The options of a read.
#[derive(Clone, Debug, uniffi::Record)]
pub struct GetItemOptions {
    /// Sees every write that succeeded before it, at twice the price. Default: writes of the last moments may be missing.
    #[uniffi(default = false)]
    pub consistent_read: bool,
    /// Returns only these attributes. Default: all.
    #[uniffi(default)]
    pub attributes: Option<Vec<Arc<Attribute>>>,
}

/// The options of a write.
#[derive(Clone, Debug, uniffi::Record)]
pub struct WriteOptions {
    /// Writes only if this condition holds for the stored item.
    #[uniffi(default)]
    pub condition: Option<Arc<Condition>>,
    /// If the condition does not hold, the error carries the stored item. This costs no extra read. Default: it carries no item.
    #[uniffi(default = false)]
    pub return_old_on_condition_check_failure: bool,
}

/// One change of an item.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Change {
    /// Sets an attribute.
    Set {
        /// The attribute.
        attribute: Arc<Attribute>,
        /// The value.
        value: AttributeValue,
    },
    /// Sets an attribute that does not exist yet.
    SetIfNotExists {
        /// The attribute.
        attribute: Arc<Attribute>,
        /// The value.
        value: AttributeValue,
    },
    /// Appends elements to a list, which must exist.
    Append {
        /// The list.
        attribute: Arc<Attribute>,
        /// The elements.
        values: Vec<AttributeValue>,
    },
    /// Adds a number to a number, or elements to a set. A missing attribute counts as 0 or as an empty set.
    Add {
        /// The attribute.
        attribute: Arc<Attribute>,
        /// A number or a set.
        value: AttributeValue,
    },
    /// Removes elements from a set.
    DeleteFromSet {
        /// The set.
        attribute: Arc<Attribute>,
        /// The elements, as a set.
        value: AttributeValue,
    },
    /// Removes an attribute.
    Remove {
        /// The attribute.
        attribute: Arc<Attribute>,
    },
    /// Uses an update expression in DynamoDB's own language instead of the other changes.
    Expression {
        /// The expression.
        expression: Expression,
    },
}

/// The values that an update returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ReturnValues {
    /// The whole item as it was before; nothing if it did not exist.
    AllOld,
    /// The changed attributes as they were before.
    UpdatedOld,
    /// The whole item as it is now.
    AllNew,
    /// The changed attributes as they are now.
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

pub(super) fn batch_get(table: &Table, keys: Vec<Attributes>, options: GetItemOptions) -> BatchGet<Item> {
    let mut get = table.batch_get(keys.into_iter().map(item));
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
