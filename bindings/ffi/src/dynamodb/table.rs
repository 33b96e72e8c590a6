//! The handle of a table.

use std::sync::Arc;

use poolpass::dynamodb::Item;

use super::attribute_value::{attributes, item};
use super::item_request::{batch_get, delete, get, put, update};
use super::query::{self, ItemPage, QueryOptions, ScanSegment};
use super::{Attributes, Change, Condition, GetItemOptions, ReturnValues, WriteOptions};
use crate::call::{Cancel, CancelHandle, call};
use crate::convert::signed;
use crate::error::PoolpassError;

/// A DynamoDB table, used with the signed-in person's permissions.
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

    /// Fetches one page of a query (Query); `descending` returns the items in descending order of the sort key.
    pub async fn query_page(
        &self,
        key_condition: Arc<Condition>,
        descending: bool,
        options: QueryOptions,
    ) -> Result<ItemPage, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            Ok(query::query(&table, &key_condition, descending, options)?.page().await?.into())
        })
        .await
    }

    /// Counts the items of all pages of a query without transferring them.
    pub async fn query_count(
        &self,
        key_condition: Arc<Condition>,
        options: QueryOptions,
    ) -> Result<i64, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            Ok(signed(query::query(&table, &key_condition, false, options)?.count().await?))
        })
        .await
    }

    /// Fetches one page of a scan (Scan).
    pub async fn scan_page(
        &self,
        segment: Option<ScanSegment>,
        options: QueryOptions,
    ) -> Result<ItemPage, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move { Ok(query::scan(&table, segment, options)?.page().await?.into()) })
            .await
    }

    /// Counts the items of all pages of a scan without transferring them.
    pub async fn scan_count(
        &self,
        segment: Option<ScanSegment>,
        options: QueryOptions,
    ) -> Result<i64, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move { Ok(signed(query::scan(&table, segment, options)?.count().await?)) })
            .await
    }

    /// Reads the items with these keys, in no particular order (BatchGetItem).
    pub async fn batch_get(
        &self,
        keys: Vec<Attributes>,
        options: GetItemOptions,
    ) -> Result<Vec<Attributes>, PoolpassError> {
        let table = self.inner.clone();
        call(&self.cancel, async move {
            let get = batch_get(&table, keys, options);
            Ok(get.await?.into_iter().map(attributes).collect())
        })
        .await
    }

    /// Stores and deletes any number of items, each on its own (BatchWriteItem).
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
