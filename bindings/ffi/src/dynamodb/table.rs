//! A table: one item, and several by their keys.

use std::sync::Arc;

use poolpass::dynamodb::{Item, UpdateItem};

use super::attribute_value::{attributes, item};
use super::condition::places;
use super::search::{self, ItemPage, ScanSegment, SearchOptions};
use super::{Attribute, AttributeValue, Attributes, Condition, Expression};
use crate::call::{Cancel, CancelHandle, call};
use crate::convert::signed;
use crate::error::PoolpassError;

/// A DynamoDB table, seen with the person's permissions.
#[derive(Debug, uniffi::Object)]
pub struct Table {
    pub(super) inner: poolpass::dynamodb::Table,
    cancel: Cancel,
}

/// How items are read.
#[derive(Clone, Debug, uniffi::Record)]
pub struct GetItemOptions {
    /// Sees every write that came before, at twice the price.
    #[uniffi(default = false)]
    pub consistent: bool,
    /// Only these attributes. Default: all.
    #[uniffi(default)]
    pub attributes: Option<Vec<Arc<Attribute>>>,
}

/// What has to hold for a write.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Precondition {
    /// The condition. Default: none.
    pub condition: Option<Arc<Condition>>,
    /// The error tells the item for which it does not hold.
    pub return_old: bool,
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

impl Table {
    pub(crate) fn new(inner: poolpass::dynamodb::Table, cancel: &Cancel) -> Arc<Self> {
        Arc::new(Self { inner, cancel: cancel.clone() })
    }
}

#[uniffi::export]
impl Table {
    /// The same table whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), cancel: handle.cancel_of() })
    }

    /// The table's name or ARN.
    pub fn name(&self) -> String {
        self.inner.name().to_owned()
    }

    /// Reads an item (GetItem); none where there is no such key.
    pub async fn get(
        &self,
        key: Attributes,
        options: GetItemOptions,
    ) -> Result<Option<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            let mut get = table.get::<Item>(item(key));
            if options.consistent {
                get = get.consistent();
            }
            if let Some(wanted) = options.attributes {
                get = get.attributes(places(&wanted));
            }
            Ok(get.await?.map(attributes))
        })
        .await
    }

    /// Writes an item, in place of one with the same key (PutItem).
    pub async fn put(&self, new: Attributes, precondition: Precondition) -> Result<(), PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move { Ok(put(&table, new, precondition).await?) }).await
    }

    /// As `put`; returns the item that was replaced.
    pub async fn put_returning_old(
        &self,
        new: Attributes,
        precondition: Precondition,
    ) -> Result<Option<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            Ok(put(&table, new, precondition).returning_old::<Item>().await?.map(attributes))
        })
        .await
    }

    /// Deletes an item (DeleteItem). That there is none is not an error.
    pub async fn delete(&self, key: Attributes, precondition: Precondition) -> Result<(), PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move { Ok(delete(&table, key, precondition).await?) }).await
    }

    /// As `delete`; returns the item that was deleted.
    pub async fn delete_returning_old(
        &self,
        key: Attributes,
        precondition: Precondition,
    ) -> Result<Option<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            Ok(delete(&table, key, precondition).returning_old::<Item>().await?.map(attributes))
        })
        .await
    }

    /// Changes an item, or makes it where there is none (UpdateItem).
    pub async fn update(
        &self,
        key: Attributes,
        changes: Vec<Change>,
        precondition: Precondition,
    ) -> Result<(), PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move { Ok(update(&table, key, changes, precondition).await?) }).await
    }

    /// As `update`; returns the values that are asked for.
    pub async fn update_returning(
        &self,
        key: Attributes,
        changes: Vec<Change>,
        precondition: Precondition,
        returning: ReturnValues,
    ) -> Result<Option<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            let update = update(&table, key, changes, precondition);
            Ok(update.returning::<Item>(returning.into()).await?.map(attributes))
        })
        .await
    }

    /// One page of the items whose key fits (Query). `descending` turns their order around.
    pub async fn query_page(
        &self,
        key_condition: Arc<Condition>,
        descending: bool,
        options: SearchOptions,
    ) -> Result<ItemPage, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            Ok(search::query(&table, &key_condition, descending, options)?.page::<Item>().await?.into())
        })
        .await
    }

    /// How many items fit (Query with COUNT, over all pages).
    pub async fn query_count(
        &self,
        key_condition: Arc<Condition>,
        options: SearchOptions,
    ) -> Result<i64, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            Ok(signed(search::query(&table, &key_condition, false, options)?.count().await?))
        })
        .await
    }

    /// One page of all items (Scan).
    pub async fn scan_page(
        &self,
        segment: Option<ScanSegment>,
        options: SearchOptions,
    ) -> Result<ItemPage, PoolpassError> {
        let table = self.inner.clone();
        call(
            &self.cancel,
            async move { Ok(search::scan(&table, segment, options)?.page::<Item>().await?.into()) },
        )
        .await
    }

    /// How many items there are (Scan with COUNT, over all pages).
    pub async fn scan_count(
        &self,
        segment: Option<ScanSegment>,
        options: SearchOptions,
    ) -> Result<i64, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move { Ok(signed(search::scan(&table, segment, options)?.count().await?)) })
            .await
    }

    /// Reads any number of items by their keys (BatchGetItem), in no particular order.
    pub async fn batch_get(
        &self,
        keys: Vec<Attributes>,
        options: GetItemOptions,
    ) -> Result<Vec<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            let mut get = table.batch_get::<Item>(keys.into_iter().map(item).collect::<Vec<_>>());
            if options.consistent {
                get = get.consistent();
            }
            if let Some(wanted) = options.attributes {
                get = get.attributes(places(&wanted));
            }
            Ok(get.await?.into_iter().map(attributes).collect())
        })
        .await
    }

    /// Writes and deletes any number of items, each for itself (BatchWriteItem).
    pub async fn batch_write(
        &self,
        put: Vec<Attributes>,
        delete: Vec<Attributes>,
    ) -> Result<(), PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            let (put, delete) = (put.into_iter().map(item), delete.into_iter().map(item));
            Ok(table.batch_write().put_all(put).delete_all(delete).await?)
        })
        .await
    }
}

pub(super) fn put(
    table: &poolpass::dynamodb::Table,
    new: Attributes,
    precondition: Precondition,
) -> poolpass::dynamodb::PutItem {
    let mut put = table.put(item(new));
    if let Some(condition) = precondition.condition {
        put = put.condition(condition.0.clone());
    }
    if precondition.return_old { put.return_old_on_condition_check_failure() } else { put }
}

pub(super) fn delete(
    table: &poolpass::dynamodb::Table,
    key: Attributes,
    precondition: Precondition,
) -> poolpass::dynamodb::DeleteItem {
    let mut delete = table.delete(item(key));
    if let Some(condition) = precondition.condition {
        delete = delete.condition(condition.0.clone());
    }
    if precondition.return_old { delete.return_old_on_condition_check_failure() } else { delete }
}

pub(super) fn update(
    table: &poolpass::dynamodb::Table,
    key: Attributes,
    changes: Vec<Change>,
    precondition: Precondition,
) -> UpdateItem {
    let mut update = changes.into_iter().fold(table.update(item(key)), changed);
    if let Some(condition) = precondition.condition {
        update = update.condition(condition.0.clone());
    }
    if precondition.return_old { update.return_old_on_condition_check_failure() } else { update }
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

impl From<ReturnValues> for poolpass::dynamodb::ReturnValues {
    fn from(values: ReturnValues) -> Self {
        match values {
            ReturnValues::AllOld => Self::AllOld,
            ReturnValues::UpdatedOld => Self::UpdatedOld,
            ReturnValues::AllNew => Self::AllNew,
            ReturnValues::UpdatedNew => Self::UpdatedNew,
        }
    }
}
