//! A table: one item, and several by their keys.

use std::sync::Arc;

use poolpass::dynamodb::Item;

use super::attribute_value::{attributes, item};
use super::condition::places;
use super::item_request::{delete, get, put, update};
use super::search::{self, ItemPage, ScanSegment, SearchOptions};
use super::{Attributes, Change, Condition, GetItemOptions, ReturnValues, WriteOptions};
use crate::call::{Cancel, CancelHandle, call};
use crate::convert::signed;
use crate::error::PoolpassError;

/// A DynamoDB table, seen with the person's permissions.
#[derive(Debug, uniffi::Object)]
pub struct Table {
    pub(super) inner: poolpass::dynamodb::Table,
    cancel: Cancel,
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

    /// Reads the item with this key (GetItem).
    pub async fn get(
        &self,
        key: Attributes,
        options: GetItemOptions,
    ) -> Result<Option<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move { Ok(get(&table, key, options).await?.map(attributes)) }).await
    }

    /// Stores an item, replacing any item with the same key (PutItem). Returns the replaced item if `return_old` asks for it.
    pub async fn put(
        &self,
        new: Attributes,
        options: WriteOptions,
        return_old: bool,
    ) -> Result<Option<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            let put = put(&table, new, options);
            if return_old {
                return Ok(put.return_old::<Item>().await?.map(attributes));
            }
            put.await?;
            Ok(None)
        })
        .await
    }

    /// Deletes the item with this key (DeleteItem). Returns the deleted item if `return_old` asks for it.
    pub async fn delete(
        &self,
        key: Attributes,
        options: WriteOptions,
        return_old: bool,
    ) -> Result<Option<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            let delete = delete(&table, key, options);
            if return_old {
                return Ok(delete.return_old::<Item>().await?.map(attributes));
            }
            delete.await?;
            Ok(None)
        })
        .await
    }

    /// Changes attributes of the item with this key, or creates it (UpdateItem).
    pub async fn update(
        &self,
        key: Attributes,
        changes: Vec<Change>,
        options: WriteOptions,
        return_values: Option<ReturnValues>,
    ) -> Result<Option<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            let update = update(&table, key, changes, options);
            if let Some(values) = return_values {
                return Ok(update.return_values::<Item>(values.into()).await?.map(attributes));
            }
            update.await?;
            Ok(None)
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
            if options.consistent_read {
                get = get.consistent_read();
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
