//! Transactions: several items at one moment, all or none.

use serde::{Deserialize, Serialize};

use super::get::{GetInput, GetOutput};
use super::write::WriteInput;
use super::{ConditionCheck, DeleteItem, GetItem, Item, PutItem, UpdateItem};
use crate::aws_request::Repeat;
use crate::client::Client;
use crate::error::Error;
use crate::platform::BoxFuture;

/// Reads up to 100 items at one moment (`TransactGetItems`); made by [`Client::transact_get`].
///
/// Awaited, it gives the items in the order in which they were asked for, `None` where there is none. Errors as for
/// [`Table`](super::Table), and kind `Conflict` when one of the items was being written: try again.
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
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct TransactGet {
    client: Client,
    gets: Result<Vec<Get>, Error>,
}

impl TransactGet {
    pub(super) fn new(client: Client) -> Self {
        Self { client, gets: Ok(Vec::new()) }
    }

    /// Reads one more item. It is always consistent.
    pub fn get<T>(mut self, get: GetItem<T>) -> Self {
        let get = get.input().map(|mut input| {
            input.consistent_read = false;
            Get { get: input }
        });
        self.gets = added(self.gets, get);
        self
    }

    async fn read(self) -> Result<Vec<Option<Item>>, Error> {
        let gets = self.gets?;
        let asked = gets.len();
        let input = GetsInput { transact_items: gets };
        let request = self.client.dynamodb_request("TransactGetItems", &input, Repeat::Safe)?;
        let output: GetsOutput = self.client.send_to_dynamodb(&request).await?;
        if output.responses.len() != asked {
            return Err(Error::invalid_response("not every item was answered for").during("TransactGetItems"));
        }
        Ok(output.responses.into_iter().map(GetOutput::into_item).collect())
    }
}

impl IntoFuture for TransactGet {
    type Output = Result<Vec<Option<Item>>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.read())
    }
}

/// Writes up to 100 items, all or none (`TransactWriteItems`); made by [`Client::transact_write`].
///
/// Errors as for [`Table`](super::Table); kind `ConditionFailed` when a condition does not hold, and `Conflict` when one of the items was
/// being written by somebody else: try again. The message lists DynamoDB's reason for each item, in order. In each case nothing was
/// written. When the answer is lost, it is sent again with the same token, and DynamoDB does it once.
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
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct TransactWrite {
    client: Client,
    writes: Result<Vec<TransactItem>, Error>,
    token: Option<String>,
}

impl TransactWrite {
    pub(super) fn new(client: Client) -> Self {
        Self { client, writes: Ok(Vec::new()), token: None }
    }

    /// Stores an item.
    pub fn put(self, put: PutItem) -> Self {
        self.with(put.input().map(TransactItem::Put))
    }

    /// Changes an item.
    pub fn update(self, update: UpdateItem) -> Self {
        self.with(update.input().map(TransactItem::Update))
    }

    /// Deletes an item.
    pub fn delete(self, delete: DeleteItem) -> Self {
        self.with(delete.input().map(TransactItem::Delete))
    }

    /// Demands something of an item that is not written.
    pub fn check(self, check: ConditionCheck) -> Self {
        self.with(check.input().map(TransactItem::ConditionCheck))
    }

    /// The same transaction with the same token (1 to 36 characters) is done once within ten minutes, however often it is sent
    /// (`ClientRequestToken`). Default: a new random token whenever it is awaited.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    fn with(mut self, write: Result<TransactItem, Error>) -> Self {
        self.writes = added(self.writes, write);
        self
    }

    async fn write(self) -> Result<(), Error> {
        let client_request_token = match self.token {
            Some(token) => token,
            None => random_token(&self.client)?,
        };
        let input = WritesInput { transact_items: self.writes?, client_request_token };
        let request = self.client.dynamodb_request("TransactWriteItems", &input, Repeat::Safe)?;
        let WritesOutput {} = self.client.send_to_dynamodb(&request).await?;
        Ok(())
    }
}

impl IntoFuture for TransactWrite {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.write())
    }
}

/// The first error is the one to tell.
fn added<T>(all: Result<Vec<T>, Error>, one: Result<T, Error>) -> Result<Vec<T>, Error> {
    let mut all = all?;
    all.push(one?);
    Ok(all)
}

fn random_token(client: &Client) -> Result<String, Error> {
    let mut token = [0; 16];
    client.road().random().fill(&mut token)?;
    Ok(hex::encode(token))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetsInput {
    transact_items: Vec<Get>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Get {
    get: GetInput,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetsOutput {
    responses: Vec<GetOutput>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct WritesInput {
    transact_items: Vec<TransactItem>,
    client_request_token: String,
}

#[derive(Debug, Serialize)]
enum TransactItem {
    Put(WriteInput),
    Update(WriteInput),
    Delete(WriteInput),
    ConditionCheck(WriteInput),
}

#[derive(Debug, Deserialize)]
struct WritesOutput {}
