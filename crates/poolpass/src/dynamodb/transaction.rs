//! Transactions over several items.

use serde_json::Value;

use super::batch::added;
use super::request::{Input, Request};
use super::write::done;
use super::{ConditionCheck, DeleteItem, GetItem, Item, PutItem, UpdateItem};
use crate::aws_request::Repeat;
use crate::client::Client;
use crate::error::Error;
use crate::json::{Object, ParseError};
use crate::platform::BoxFuture;

/// Reads up to 100 items as of one moment (`TransactGetItems`); made by [`Client::transact_get`].
///
/// Awaited, it gives the items in the order of the reads, and `None` for each missing item.
///
/// ```no_run
/// # async fn example(client: poolpass::Client, a: poolpass::dynamodb::Item, b: poolpass::dynamodb::Item) -> Result<(), poolpass::Error> {
/// use poolpass::dynamodb::Item;
///
/// let (notes, counters) = (client.table("notes"), client.table("counters"));
/// let found = client.transact_get().get(notes.get::<Item>(&a)).get(counters.get::<Item>(&b)).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As for [`Table`](super::Table), and kind `Conflict` when one of the items was being written: try again.
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct TransactGet {
    client: Client,
    gets: Result<Vec<Value>, Error>,
}

impl TransactGet {
    pub(super) fn new(client: Client) -> Self {
        Self { client, gets: Ok(Vec::new()) }
    }

    /// Adds a read. It always sees every write that succeeded before.
    pub fn get<T>(mut self, mut get: GetItem<T>) -> Self {
        get.consistent_read = false;
        self.gets = added(self.gets, get.input().map(|get| Object::new().with("Get", get).into()));
        self
    }
}

impl IntoFuture for TransactGet {
    type Output = Result<Vec<Option<Item>>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let gets = self.gets?;
            let asked = gets.len();
            let input = Object::new().with("TransactItems", gets);
            let request =
                Request { client: self.client, operation: "TransactGetItems", input, repeat: Repeat::Safe };
            let items = request.send().await?.responses.unwrap_or_default();
            if items.len() != asked {
                return Err(request.unexpected(ParseError::Member("Responses")));
            }
            Ok(items)
        })
    }
}

/// Writes up to 100 items, all or none (`TransactWriteItems`); made by [`Client::transact_write`].
///
/// If the answer is lost, the transaction is sent again with the same token, so DynamoDB does it once.
///
/// ```no_run
/// # async fn example(client: poolpass::Client, note: serde_json::Value, counter: poolpass::dynamodb::Item) -> Result<(), poolpass::Error> {
/// use poolpass::dynamodb::attribute;
///
/// let notes = client.dynamodb()?;
/// client
///     .transact_write()
///     .put(notes.put(&note).condition(attribute("pk").not_exists()))
///     .update(notes.update(&counter).add("notes", 1))
///     .await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As for [`Table`](super::Table); kind `ConditionFailed` when a condition does not hold; `Conflict` when one of the items was being
/// written by somebody else: try again; `Throttled` when DynamoDB was too busy, even after repetitions; `Aws` when an item is not
/// allowed: do not try again. [`Error::cancellation_reasons`] gives DynamoDB's reason for each item, in order. After an error,
/// nothing was written.
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct TransactWrite {
    client: Client,
    writes: Result<Vec<Value>, Error>,
    token: Option<String>,
}

impl TransactWrite {
    pub(super) fn new(client: Client) -> Self {
        Self { client, writes: Ok(Vec::new()), token: None }
    }

    /// Stores an item.
    pub fn put(self, put: PutItem) -> Self {
        self.with("Put", put.input())
    }

    /// Changes an item.
    pub fn update(self, update: UpdateItem) -> Self {
        self.with("Update", update.input())
    }

    /// Deletes an item.
    pub fn delete(self, delete: DeleteItem) -> Self {
        self.with("Delete", delete.input())
    }

    /// Checks a condition on an item that the transaction does not write.
    pub fn condition_check(self, check: ConditionCheck) -> Self {
        self.with("ConditionCheck", check.input())
    }

    /// Transactions with the same token (1 to 36 characters) within ten minutes are done once (`ClientRequestToken`). Default: a new
    /// random token for each call.
    pub fn client_request_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    fn with(mut self, kind: &str, write: Result<Input, Error>) -> Self {
        let write = write.map(|write| Object::new().with(kind, write.into_members()).into());
        self.writes = added(self.writes, write);
        self
    }

    fn request(self) -> Result<Request, Error> {
        let token = match self.token {
            Some(token) => token,
            None => random_token(&self.client)?,
        };
        let input = Object::new().with("TransactItems", self.writes?).with("ClientRequestToken", token);
        Ok(Request { client: self.client, operation: "TransactWriteItems", input, repeat: Repeat::Safe })
    }
}

impl IntoFuture for TransactWrite {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        done(self.request())
    }
}

fn random_token(client: &Client) -> Result<String, Error> {
    let mut token = [0; 16];
    client.pipeline().random().fill(&mut token)?;
    Ok(hex::encode(token))
}
