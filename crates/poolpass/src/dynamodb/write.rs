//! Putting and deleting one item, and what all writes share.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_dynamo::Item as WireItem;

use super::expression::Placeholders;
use super::item::read;
use super::{Condition, FromItem, IntoItem, Item, Table};
use crate::aws_request::{AwsRequest, Repeat};
use crate::client::Client;
use crate::error::Error;
use crate::platform::BoxFuture;

/// Stores one item (`PutItem`); made by [`Table::put`].
///
/// Errors as for [`Table`], and kind `ConditionFailed` when the condition does not hold: then nothing was stored.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct PutItem {
    table: Table,
    item: Result<Item, Error>,
    condition: Option<Condition>,
}

impl PutItem {
    pub(super) fn new(table: &Table, item: impl IntoItem) -> Self {
        Self { table: table.clone(), item: item.into_item(), condition: None }
    }

    /// Stores it only if this holds for the item that has the same key now.
    /// `attribute("pk").not_exists()` is: only if there is none.
    pub fn condition(mut self, condition: impl Into<Condition>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Gives back the item that was replaced, if there was one.
    pub fn returning_old<T: FromItem>(self) -> Returning<T> {
        let client = self.table.client().clone();
        Returning::new(client, "PutItem", self.input(), Some("ALL_OLD"), Repeat::IfNotDone)
    }

    pub(super) fn input(self) -> Result<WriteInput, Error> {
        let mut input = WriteInput::on(&self.table, self.condition)?;
        input.item = Some(self.item?.into_wire());
        Ok(input)
    }
}

impl IntoFuture for PutItem {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let client = self.table.client().clone();
        let repeat = repeat_unless_conditional(self.condition.as_ref());
        done(Returning::new(client, "PutItem", self.input(), None, repeat))
    }
}

/// Deletes one item (`DeleteItem`); made by [`Table::delete`].
///
/// To delete what does not exist succeeds. Errors as for [`Table`], and kind `ConditionFailed` when the condition does not hold:
/// then nothing was deleted.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct DeleteItem {
    table: Table,
    key: Result<Item, Error>,
    condition: Option<Condition>,
}

impl DeleteItem {
    pub(super) fn new(table: &Table, key: impl IntoItem) -> Self {
        Self { table: table.clone(), key: key.into_item(), condition: None }
    }

    /// Deletes it only if this holds for it.
    pub fn condition(mut self, condition: impl Into<Condition>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Gives back the item that was deleted, if there was one.
    pub fn returning_old<T: FromItem>(self) -> Returning<T> {
        let client = self.table.client().clone();
        Returning::new(client, "DeleteItem", self.input(), Some("ALL_OLD"), Repeat::IfNotDone)
    }

    pub(super) fn input(self) -> Result<WriteInput, Error> {
        let mut input = WriteInput::on(&self.table, self.condition)?;
        input.key = Some(self.key?.into_wire());
        Ok(input)
    }
}

impl IntoFuture for DeleteItem {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let client = self.table.client().clone();
        let repeat = repeat_unless_conditional(self.condition.as_ref());
        done(Returning::new(client, "DeleteItem", self.input(), None, repeat))
    }
}

/// Demands something of an item that a transaction leaves alone; made by [`Table::check`].
#[derive(Clone, Debug)]
#[must_use = "it has to be added to a transaction"]
pub struct ConditionCheck {
    table: Table,
    key: Result<Item, Error>,
    condition: Condition,
}

impl ConditionCheck {
    pub(super) fn new(table: &Table, key: impl IntoItem, condition: impl Into<Condition>) -> Self {
        Self { table: table.clone(), key: key.into_item(), condition: condition.into() }
    }

    pub(super) fn input(self) -> Result<WriteInput, Error> {
        let mut input = WriteInput::on(&self.table, Some(self.condition))?;
        input.key = Some(self.key?.into_wire());
        Ok(input)
    }
}

/// A write that gives an item back.
///
/// Awaited, it gives the item as a `T`, or `None` where there was none. Errors as for the write itself, and kind
/// `InvalidResponse` when the item does not fit `T`: the write has happened then.
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct Returning<T> {
    client: Client,
    operation: &'static str,
    request: Result<AwsRequest, Error>,
    item: PhantomData<fn() -> T>,
}

impl<T> Returning<T> {
    pub(super) fn new(
        client: Client,
        operation: &'static str,
        input: Result<WriteInput, Error>,
        return_values: Option<&'static str>,
        repeat: Repeat,
    ) -> Self {
        let request = input.and_then(|input| {
            let input = WriteInput { return_values, ..input };
            client.dynamodb_request(operation, &input, repeat)
        });
        Self { client, operation, request, item: PhantomData }
    }
}

impl<T: FromItem + 'static> IntoFuture for Returning<T> {
    type Output = Result<Option<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let output: WriteOutput = self.client.send_to_dynamodb(&self.request?).await?;
            let item = output.attributes.map(Item::from_wire).filter(|item| !item.is_empty());
            item.map(|item| read(item, self.operation)).transpose()
        })
    }
}

/// The write without the item.
pub(super) fn done(write: Returning<Item>) -> BoxFuture<'static, Result<(), Error>> {
    let write = write.into_future();
    Box::pin(async { write.await.map(|_| ()) })
}

/// `PutItem`, `UpdateItem` and `DeleteItem`, and `Put`, `Update`, `Delete` and `ConditionCheck` of a transaction.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WriteInput {
    table_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<WireItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<WireItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) update_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_values: Option<&'static str>,
    #[serde(flatten)]
    pub(super) placeholders: Placeholders,
}

impl WriteInput {
    pub(super) fn on(table: &Table, condition: Option<Condition>) -> Result<Self, Error> {
        let mut placeholders = Placeholders::default();
        Ok(Self {
            table_name: table.name().to_owned(),
            item: None,
            key: None,
            update_expression: None,
            condition_expression: placeholders.write_maybe(condition.map(Condition::into_pieces))?,
            return_values: None,
            placeholders,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WriteOutput {
    attributes: Option<WireItem>,
}

/// Done a second time, a condition may not hold any more because of the first time.
fn repeat_unless_conditional(condition: Option<&Condition>) -> Repeat {
    if condition.is_none() { Repeat::Safe } else { Repeat::IfNotDone }
}
