//! BatchGetItem and BatchWriteItem.

use std::collections::HashMap;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde::{Deserialize, Serialize};
use serde_dynamo::Item as Wire;

use super::item::{FromItem, Item, Key, ToItem};
use super::table::Table;
use crate::aws_request::Repeat;
use crate::error::{Error, ErrorKind};
use crate::platform::sleep;

/// Puts and deletes that are done together, though not as one: some may succeed and others fail.
///
/// No two may be of the same key.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Batch(Vec<WriteRequest>);

#[derive(Clone, Debug, Serialize, Deserialize)]
enum WriteRequest {
    PutRequest {
        #[serde(rename = "Item")]
        item: Wire,
    },
    DeleteRequest {
        #[serde(rename = "Key")]
        key: Wire,
    },
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    keys: Vec<Wire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consistent_read: Option<bool>,
}

impl Batch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// And put this item.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` when `item` makes no item.
    pub fn put(mut self, item: &impl ToItem) -> Result<Self, Error> {
        self.0.push(WriteRequest::PutRequest { item: item.to_item()?.into() });
        Ok(self)
    }

    /// And delete the item under this key.
    pub fn delete(mut self, key: impl Into<Key>) -> Self {
        self.0.push(WriteRequest::DeleteRequest { key: Item::from(key.into()).into() });
        self
    }
}

impl Table {
    /// Reads the items under `keys`, in no particular order (BatchGetItem). Keys without an item are left out.
    ///
    /// Any number of keys, no two the same; a hundred go into a request, and what DynamoDB has left over for its load is asked
    /// for again.
    ///
    /// # Errors
    ///
    /// See [`Table`]; `Throttled` when DynamoDB keeps leaving keys over; `InvalidResponse` when an item is not what `T`
    /// expects.
    pub async fn batch_get<T: FromItem>(&self, keys: impl IntoIterator<Item = Key>) -> Result<Vec<T>, Error> {
        /// DynamoDB's limit.
        const KEYS_PER_REQUEST: usize = 100;

        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            request_items: HashMap<&'a str, &'a Keys>,
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            #[serde(default)]
            responses: HashMap<String, Vec<Wire>>,
            #[serde(default)]
            unprocessed_keys: HashMap<String, Keys>,
        }

        let mut waiting: Vec<Wire> = keys.into_iter().map(|key| Item::from(key).into()).collect();
        let mut found = Vec::new();
        let mut patience = Patience::new("BatchGetItem");
        while !waiting.is_empty() {
            let rest = waiting.split_off(waiting.len().min(KEYS_PER_REQUEST));
            let asked = Keys { keys: waiting, consistent_read: None };
            let input = Input { request_items: HashMap::from([(self.name(), &asked)]) };
            let mut output: Output = self.call("BatchGetItem", &input, Repeat::Safe).await?;
            for item in output.responses.remove(self.name()).unwrap_or_default() {
                found.push(T::from_item(item.into()).map_err(|error| error.during("BatchGetItem"))?);
            }
            let left_over = output.unprocessed_keys.remove(self.name()).unwrap_or_default().keys;
            patience.after(left_over.len()).await?;
            waiting = left_over;
            waiting.extend(rest);
        }
        Ok(found)
    }

    /// Does all puts and deletes of `batch`, in no particular order (BatchWriteItem).
    ///
    /// Any number of them; 25 go into a request, and what DynamoDB has left over for its load is sent again.
    ///
    /// # Errors
    ///
    /// See [`Table`]; `Throttled` when DynamoDB keeps leaving writes over. Some may have been done then.
    pub async fn batch_write(&self, batch: Batch) -> Result<(), Error> {
        /// DynamoDB's limit.
        const WRITES_PER_REQUEST: usize = 25;

        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            request_items: HashMap<&'a str, &'a [WriteRequest]>,
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            #[serde(default)]
            unprocessed_items: HashMap<String, Vec<WriteRequest>>,
        }

        let mut waiting = batch.0;
        let mut patience = Patience::new("BatchWriteItem");
        while !waiting.is_empty() {
            let rest = waiting.split_off(waiting.len().min(WRITES_PER_REQUEST));
            let input = Input { request_items: HashMap::from([(self.name(), waiting.as_slice())]) };
            let mut output: Output = self.call("BatchWriteItem", &input, Repeat::Safe).await?;
            let left_over = output.unprocessed_items.remove(self.name()).unwrap_or_default();
            patience.after(left_over.len()).await?;
            waiting = left_over;
            waiting.extend(rest);
        }
        Ok(())
    }
}

/// Waits longer and longer while DynamoDB leaves something over, and not for ever.
struct Patience {
    operation: &'static str,
    delays: backon::ExponentialBackoff,
}

impl Patience {
    fn new(operation: &'static str) -> Self {
        Self { operation, delays: Self::delays() }
    }

    async fn after(&mut self, left_over: usize) -> Result<(), Error> {
        if left_over == 0 {
            self.delays = Self::delays();
            return Ok(());
        }
        let Some(delay) = self.delays.next() else {
            let message = format!("DynamoDB has left {left_over} items over, again and again");
            return Err(Error::new(ErrorKind::Throttled, message).during(self.operation));
        };
        sleep(delay).await;
        Ok(())
    }

    fn delays() -> backon::ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(50))
            .with_max_delay(Duration::from_secs(5))
            .with_max_times(8)
            .build()
    }
}
