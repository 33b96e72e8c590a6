//! The handle of a table.

use std::sync::Arc;

use super::request::Request;
use super::{
    BatchGet, BatchWrite, Condition, ConditionCheck, DeleteItem, GetItem, IntoItem, PutItem, Query, Scan,
    TransactGet, TransactWrite, UpdateItem,
};
use crate::aws_request::Repeat;
use crate::client::Client;
use crate::error::Error;
use crate::json::Object;

/// DynamoDB, as far as the person's role allows.
impl Client {
    /// Returns the table of the configuration.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` when the configuration names no table.
    pub fn dynamodb(&self) -> Result<Table, Error> {
        match self.config().table() {
            Some(name) => Ok(self.table(name)),
            None => Err(Error::invalid_config("the configuration names no table (dynamodb.table)")),
        }
    }

    /// Returns the table with this name or ARN, in the configuration's region.
    pub fn table(&self, name: impl Into<String>) -> Table {
        Table { client: self.clone(), name: name.into().into() }
    }

    /// Reads up to 100 items of one or more tables as of one moment (`TransactGetItems`).
    pub fn transact_get(&self) -> TransactGet {
        TransactGet::new(self.clone())
    }

    /// Writes up to 100 items of one or more tables, all or none (`TransactWriteItems`).
    pub fn transact_write(&self) -> TransactWrite {
        TransactWrite::new(self.clone())
    }
}

/// A DynamoDB table, used with the signed-in person's permissions. Clones are cheap.
///
/// ```no_run
/// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
/// use poolpass::dynamodb::Item;
///
/// let notes = client.table("notes");
/// let key = Item::new().with("pk", client.identity_id().await?).with("sk", "1");
/// let note: Option<serde_json::Value> = notes.get(&key).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Every operation fails with kind `InvalidInput` when an item or key is invalid, or when a placeholder has two meanings (then nothing
/// was sent); `InvalidConfig` without an identity pool; as [`Client::credentials`] when there are no credentials; `AccessDenied` when
/// the person's role does not allow the request, such as for another person's partition; `NotFound` when the table does not exist;
/// `Throttled`, `Unavailable`, `Network`, `Timeout` when the request did not get through; `Aws` with code `ValidationException` when
/// DynamoDB does not accept the request. Each operation lists its further errors.
///
/// Each request waits at most 112 seconds, and for the credentials; longer only while a large answer keeps arriving. Batches, queries
/// and scans may take several requests.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: Arc<str>,
}

impl Table {
    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the item with this key (`GetItem`).
    pub fn get<T>(&self, key: impl IntoItem) -> GetItem<T> {
        GetItem::new(self, key)
    }

    /// Stores an item, replacing any item with the same key (`PutItem`).
    pub fn put(&self, item: impl IntoItem) -> PutItem {
        PutItem::new(self, item)
    }

    /// Changes attributes of the item with this key, or creates it (`UpdateItem`).
    pub fn update(&self, key: impl IntoItem) -> UpdateItem {
        UpdateItem::new(self, key)
    }

    /// Deletes the item with this key (`DeleteItem`). Deleting a missing item succeeds.
    pub fn delete(&self, key: impl IntoItem) -> DeleteItem {
        DeleteItem::new(self, key)
    }

    /// Checks a condition on an item that a transaction does not write (`ConditionCheck`).
    pub fn condition_check(&self, key: impl IntoItem, condition: impl Into<Condition>) -> ConditionCheck {
        ConditionCheck::new(self, key, condition)
    }

    /// Finds the items of one partition (`Query`). `key_condition` compares the partition key, and may limit the sort key with a
    /// comparison, [`between`](super::Attribute::between) or [`begins_with`](super::Attribute::begins_with).
    pub fn query<T>(&self, key_condition: impl Into<Condition>) -> Query<T> {
        Query::new(self, key_condition)
    }

    /// Reads every item of the table (`Scan`). This reads, and costs, the whole table.
    pub fn scan<T>(&self) -> Scan<T> {
        Scan::new(self)
    }

    /// Reads the items with these keys, in no particular order (`BatchGetItem`).
    pub fn batch_get<T>(&self, keys: impl IntoIterator<Item = impl IntoItem>) -> BatchGet<T> {
        BatchGet::new(self, keys)
    }

    /// Stores and deletes any number of items, each on its own (`BatchWriteItem`).
    pub fn batch_write(&self) -> BatchWrite {
        BatchWrite::new(self)
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn request(&self, operation: &'static str, input: Object, repeat: Repeat) -> Request {
        Request { client: self.client.clone(), operation, input, repeat }
    }
}
