//! Many items by their keys, in as few requests as possible.

use std::marker::PhantomData;

use backon::ExponentialBackoff;
use serde_json::Value;

use super::answer::Unprocessed;
use super::item::read;
use super::projection::Projection;
use super::request::{Input, Request};
use super::{Attribute, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::json::{Object, ParseError};
use crate::platform::{BoxFuture, sleep};

/// Reads many items (`BatchGetItem`); made by [`Table::batch_get`].
///
/// Awaited, it gives the items that exist, in no particular order. More than 100 keys are sent in several requests, and keys that
/// DynamoDB leaves unprocessed are sent again.
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
///
/// # Errors
///
/// As for [`Table`]. A key that the person's role does not allow fails the whole batch, and so does a key that comes twice among
/// 100 (`ValidationException`).
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct BatchGet<T> {
    table: Table,
    keys: Result<Vec<Value>, Error>,
    projection: Option<Projection>,
    consistent_read: bool,
    item: PhantomData<fn() -> T>,
}

impl<T> BatchGet<T> {
    pub(super) fn new(table: &Table, keys: impl IntoIterator<Item = impl IntoItem>) -> Self {
        let keys = keys.into_iter().map(|key| key.into_item().map(Item::into_json));
        let keys = keys.fold(Ok(Vec::new()), added);
        Self { table: table.clone(), keys, projection: None, consistent_read: false, item: PhantomData }
    }

    /// Returns only these attributes. Default: all.
    pub fn attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.projection = Projection::of(attributes);
        self
    }

    /// Sees every write that succeeded before it, at twice the price. Default: writes of the last moments may be missing.
    pub fn consistent_read(mut self) -> Self {
        self.consistent_read = true;
        self
    }
}

impl<T: FromItem + 'static> IntoFuture for BatchGet<T> {
    type Output = Result<Vec<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let options = Input::default()
                .maybe("ConsistentRead", self.consistent_read.then_some(true))
                .expression("ProjectionExpression", self.projection.map(Projection::into_pieces))?;
            let found = Batch::get(self.table, options.into_members()).send(self.keys?).await?;
            found.into_iter().map(|item| read(item, "BatchGetItem")).collect()
        })
    }
}

/// Stores and deletes many items (`BatchWriteItem`); made by [`Table::batch_write`].
///
/// Each write succeeds or fails on its own, without conditions; [`Client::transact_write`] writes all or nothing. More than 25
/// writes are sent in several requests, in order, and writes that DynamoDB leaves unprocessed are sent again.
///
/// ```no_run
/// # async fn example(notes: poolpass::dynamodb::Table, new: Vec<serde_json::Value>, old: poolpass::dynamodb::Item) -> Result<(), poolpass::Error> {
/// notes.batch_write().put_all(new).delete(old).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As for [`Table`]. Writes that succeeded before an error stay written, and the whole batch can be sent again. DynamoDB refuses two
/// writes to the same item among 25 (`ValidationException`), and a request with a key that the person's role does not allow.
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct BatchWrite {
    table: Table,
    writes: Result<Vec<Value>, Error>,
}

impl BatchWrite {
    pub(super) fn new(table: &Table) -> Self {
        Self { table: table.clone(), writes: Ok(Vec::new()) }
    }

    /// Stores an item.
    pub fn put(self, item: impl IntoItem) -> Self {
        self.with("PutRequest", "Item", item.into_item())
    }

    /// Stores these items.
    pub fn put_all(self, items: impl IntoIterator<Item = impl IntoItem>) -> Self {
        items.into_iter().fold(self, Self::put)
    }

    /// Deletes the item with this key.
    pub fn delete(self, key: impl IntoItem) -> Self {
        self.with("DeleteRequest", "Key", key.into_item())
    }

    /// Deletes the items with these keys.
    pub fn delete_all(self, keys: impl IntoIterator<Item = impl IntoItem>) -> Self {
        keys.into_iter().fold(self, Self::delete)
    }

    fn with(mut self, kind: &str, member: &str, item: Result<Item, Error>) -> Self {
        self.writes = added(self.writes, item.map(|item| write(kind, member, item)));
        self
    }
}

impl IntoFuture for BatchWrite {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { Batch::write(self.table).send(self.writes?).await.map(drop) })
    }
}

/// Appends to the list. The first error counts.
pub(super) fn added(all: Result<Vec<Value>, Error>, one: Result<Value, Error>) -> Result<Vec<Value>, Error> {
    let mut all = all?;
    all.push(one?);
    Ok(all)
}

/// A batch that is being sent.
struct Batch {
    table: Table,
    operation: &'static str,
    /// The most keys or writes of one request.
    limit: usize,
    /// The options of a read; `None` for writes.
    options: Option<Object>,
}

impl Batch {
    fn get(table: Table, options: Object) -> Self {
        Self { table, operation: "BatchGetItem", limit: 100, options: Some(options) }
    }

    fn write(table: Table) -> Self {
        Self { table, operation: "BatchWriteItem", limit: 25, options: None }
    }

    /// Sends the keys or writes, sends unprocessed ones again, and returns the items that were found.
    fn send(self, mut all: Vec<Value>) -> BoxFuture<'static, Result<Vec<Item>, Error>> {
        Box::pin(async move {
            let mut found = Vec::new();
            while !all.is_empty() {
                let mut part: Vec<_> = all.drain(..all.len().min(self.limit)).collect();
                let mut retries = UnprocessedRetries::new(self.operation, part.len());
                while !part.is_empty() {
                    let request = self.request(part);
                    let answer = request.send().await?;
                    match answer.responses {
                        Some(items) => found.extend(items.into_iter().flatten()),
                        None if self.options.is_none() => {}
                        None => return Err(request.unexpected(ParseError::Member("Responses"))),
                    }
                    part = answer.unprocessed.into_iter().map(Unprocessed::into_json).collect();
                    retries.wait(self.table.client(), part.len()).await?;
                }
            }
            Ok(found)
        })
    }

    fn request(&self, part: Vec<Value>) -> Request {
        let part = match &self.options {
            Some(options) => options.clone().with("Keys", part).into(),
            None => Value::from(part),
        };
        let of_table = Object::new().with(self.table.name(), part);
        self.table.request(self.operation, Object::new().with("RequestItems", of_table), Repeat::Safe)
    }
}

impl Unprocessed {
    fn into_json(self) -> Value {
        match self {
            Self::Key(key) => key.into_json(),
            Self::Put(item) => write("PutRequest", "Item", item),
            Self::Delete(key) => write("DeleteRequest", "Key", key),
        }
    }
}

fn write(kind: &str, member: &str, item: Item) -> Value {
    Object::new().with(kind, Object::new().with(member, item.into_json())).into()
}

/// Limits the repetitions of unprocessed keys and writes: they go on while their number falls, and then for the client's usual
/// number of attempts.
struct UnprocessedRetries {
    operation: &'static str,
    asked: usize,
    left: usize,
    delays: Option<ExponentialBackoff>,
}

impl UnprocessedRetries {
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
            none => none.insert(client.pipeline().delays()?),
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
