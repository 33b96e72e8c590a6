//! Many items by their keys, in as few requests as possible.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::mem;

use backon::ExponentialBackoff;
use serde::{Deserialize, Serialize};
use serde_dynamo::Item as WireItem;

use super::expression::Placeholders;
use super::get::Projection;
use super::item::read;
use super::{Attribute, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::platform::{BoxFuture, sleep};

/// Reads many items (`BatchGetItem`); made by [`Table::batch_get`].
///
/// Awaited, it gives the items that exist, in no particular order. More than 100 keys are sent in several requests, and what
/// DynamoDB leaves unprocessed is asked for again. Errors as for [`Table`]; one key that the person's role does not allow
/// fails the whole batch, and so does a key that comes twice among 100 (`ValidationException`).
///
/// ```no_run
/// # async fn example(notes: poolpass::dynamodb::Table, me: String) -> Result<(), poolpass::Error> {
/// use poolpass::dynamodb::Item;
///
/// let keys = (1..=250).map(|number| Item::new().with("pk", &me).with("sk", number));
/// let found: Vec<serde_json::Value> = notes.batch_get(keys).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct BatchGet<T> {
    table: Table,
    keys: Result<Vec<WireItem>, Error>,
    projection: Option<Projection>,
    consistent: bool,
    item: PhantomData<fn() -> T>,
}

impl<T> BatchGet<T> {
    /// What DynamoDB takes in one request.
    const LIMIT: usize = 100;

    pub(super) fn new(table: &Table, keys: impl IntoIterator<Item = impl IntoItem>) -> Self {
        let keys = keys.into_iter().map(|key| key.into_item().map(Item::into_wire)).collect();
        Self { table: table.clone(), keys, projection: None, consistent: false, item: PhantomData }
    }

    /// Gives only these attributes, as far as the items have them.
    pub fn attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.projection = Projection::of(attributes);
        self
    }

    /// Sees every write that succeeded before. Default: what was written within the last moments may be missing.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    async fn read(self) -> Result<Vec<Item>, Error> {
        let mut keys = self.keys?;
        let mut placeholders = Placeholders::default();
        let mut wanted = Wanted {
            keys: Vec::new(),
            consistent_read: self.consistent,
            projection_expression: placeholders.write_maybe(self.projection)?,
            placeholders,
        };
        let (client, table) = (self.table.client(), self.table.name());
        let mut items = Vec::new();
        while !keys.is_empty() {
            wanted.keys = keys.drain(..keys.len().min(Self::LIMIT)).collect();
            let mut patience = Patience::new("BatchGetItem", wanted.keys.len());
            while !wanted.keys.is_empty() {
                let input = RequestItems::on(table, &wanted);
                let request = client.dynamodb_request("BatchGetItem", &input, Repeat::Safe)?;
                let output: GetOutput = client.send_to_dynamodb(&request).await?;
                items.extend(output.responses.into_values().flatten().map(Item::from_wire));
                wanted.keys = output.unprocessed_keys.into_values().flat_map(|left| left.keys).collect();
                patience.wait(client, wanted.keys.len()).await?;
            }
        }
        Ok(items)
    }
}

impl<T: FromItem + 'static> IntoFuture for BatchGet<T> {
    type Output = Result<Vec<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.read().await?.into_iter().map(|item| read(item, "BatchGetItem")).collect() })
    }
}

/// Stores and deletes many items (`BatchWriteItem`); made by [`Table::batch_write`].
///
/// Each write succeeds or fails on its own, without conditions; [`Client::transact_write`] is all or nothing. More than 25 writes
/// are sent in several requests, in order, and what DynamoDB leaves unprocessed is sent again. Errors as for [`Table`]; what
/// was written before an error stays written, and the whole batch can be sent again. Two writes to the same item within 25 are
/// refused (`ValidationException`), as is the request around a key that the person's role does not allow.
///
/// ```no_run
/// # async fn example(notes: poolpass::dynamodb::Table, new: Vec<serde_json::Value>, old: poolpass::dynamodb::Item) -> Result<(), poolpass::Error> {
/// notes.batch_write().put_all(new).delete(old).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct BatchWrite {
    table: Table,
    writes: Result<Vec<Write>, Error>,
}

impl BatchWrite {
    /// What DynamoDB takes in one request.
    const LIMIT: usize = 25;

    pub(super) fn new(table: &Table) -> Self {
        Self { table: table.clone(), writes: Ok(Vec::new()) }
    }

    /// Stores an item.
    pub fn put(self, item: impl IntoItem) -> Self {
        let item = item.into_item();
        self.with(item.map(|item| Write::PutRequest { item: item.into_wire() }))
    }

    /// Stores these items.
    pub fn put_all(self, items: impl IntoIterator<Item = impl IntoItem>) -> Self {
        items.into_iter().fold(self, Self::put)
    }

    /// Deletes the item with this key.
    pub fn delete(self, key: impl IntoItem) -> Self {
        let key = key.into_item();
        self.with(key.map(|key| Write::DeleteRequest { key: key.into_wire() }))
    }

    /// Deletes the items with these keys.
    pub fn delete_all(self, keys: impl IntoIterator<Item = impl IntoItem>) -> Self {
        keys.into_iter().fold(self, Self::delete)
    }

    fn with(mut self, write: Result<Write, Error>) -> Self {
        match (&mut self.writes, write) {
            (Ok(writes), Ok(write)) => writes.push(write),
            (Ok(_), Err(error)) => self.writes = Err(error),
            // The first error is the one to tell.
            (Err(_), _) => {}
        }
        self
    }

    async fn write(self) -> Result<(), Error> {
        let mut writes = self.writes?;
        let (client, table) = (self.table.client(), self.table.name());
        while !writes.is_empty() {
            let mut chunk: Vec<_> = writes.drain(..writes.len().min(Self::LIMIT)).collect();
            let mut patience = Patience::new("BatchWriteItem", chunk.len());
            while !chunk.is_empty() {
                let input = RequestItems::on(table, mem::take(&mut chunk));
                let request = client.dynamodb_request("BatchWriteItem", &input, Repeat::Safe)?;
                let output: WriteOutput = client.send_to_dynamodb(&request).await?;
                chunk = output.unprocessed_items.into_values().flatten().collect();
                patience.wait(client, chunk.len()).await?;
            }
        }
        Ok(())
    }
}

impl IntoFuture for BatchWrite {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.write())
    }
}

/// How long to go on with what DynamoDB leaves unprocessed: as long as it gets less, and for the client's usual number of
/// attempts after that.
struct Patience {
    operation: &'static str,
    asked: usize,
    left: usize,
    delays: Option<ExponentialBackoff>,
}

impl Patience {
    fn new(operation: &'static str, asked: usize) -> Self {
        Self { operation, asked, left: asked, delays: None }
    }

    /// Waits before the rest is sent again, unless nothing is left.
    async fn wait(&mut self, client: &Client, left: usize) -> Result<(), Error> {
        if left == 0 {
            return Ok(());
        }
        if left < self.left {
            self.left = left;
            self.delays = None;
        }
        let delays = match &mut self.delays {
            Some(delays) => delays,
            none => none.insert(client.road().delays()?),
        };
        match delays.next() {
            Some(delay) => sleep(delay).await,
            None => return Err(self.is_over()),
        }
        Ok(())
    }

    fn is_over(&self) -> Error {
        let message = format!("DynamoDB left {} of {} items unprocessed", self.left, self.asked);
        Error::new(ErrorKind::Throttled, message).during(self.operation)
    }
}

/// The one table of a batch, by its name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RequestItems<'a, T> {
    request_items: HashMap<&'a str, T>,
}

impl<'a, T> RequestItems<'a, T> {
    fn on(table: &'a str, requests: T) -> Self {
        Self { request_items: HashMap::from([(table, requests)]) }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    keys: Vec<WireItem>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    consistent_read: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    projection_expression: Option<String>,
    #[serde(flatten)]
    placeholders: Placeholders,
}

#[derive(Debug, Serialize, Deserialize)]
enum Write {
    PutRequest {
        #[serde(rename = "Item")]
        item: WireItem,
    },
    DeleteRequest {
        #[serde(rename = "Key")]
        key: WireItem,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetOutput {
    #[serde(default)]
    responses: HashMap<String, Vec<WireItem>>,
    #[serde(default)]
    unprocessed_keys: HashMap<String, Unprocessed>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Unprocessed {
    keys: Vec<WireItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WriteOutput {
    #[serde(default)]
    unprocessed_items: HashMap<String, Vec<Write>>,
}
