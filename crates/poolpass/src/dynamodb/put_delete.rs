//! Putting and deleting one item.

use super::request::{Input, Request};
use super::write::{Precondition, Returning, done, input};
use super::{Condition, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
use crate::error::Error;
use crate::platform::BoxFuture;

/// Stores one item (`PutItem`); made by [`Table::put`].
///
/// # Errors
///
/// As for [`Table`], and kind `ConditionFailed` when the condition does not hold: then nothing was stored.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct PutItem(ItemWrite);

/// Deletes one item (`DeleteItem`); made by [`Table::delete`]. Deleting a missing item succeeds.
///
/// # Errors
///
/// As for [`Table`], and kind `ConditionFailed` when the condition does not hold: then nothing was deleted.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct DeleteItem(ItemWrite);

impl PutItem {
    pub(super) fn new(table: &Table, item: impl IntoItem) -> Self {
        Self(ItemWrite::new(table, "PutItem", "Item", item.into_item()))
    }

    /// Writes only if this condition holds for the stored item. With `attribute("pk").not_exists()`: only if no item has this key.
    pub fn condition(mut self, condition: impl Into<Condition>) -> Self {
        self.0.precondition.condition = Some(condition.into());
        self
    }

    /// If the condition does not hold, the error carries the stored item ([`Error::item`]), if there is one
    /// (`ReturnValuesOnConditionCheckFailure`). In a transaction, the reason for this item carries it
    /// ([`CancellationReason::item`](crate::CancellationReason::item)). This costs no extra read. Default: the error carries no item.
    pub fn return_old_on_condition_check_failure(mut self) -> Self {
        self.0.precondition.returns_item = true;
        self
    }

    /// Returns the item that was replaced, if there was one.
    pub fn return_old<T: FromItem>(self) -> Returning<T> {
        self.0.return_old()
    }

    pub(super) fn input(self) -> Result<Input, Error> {
        self.0.input()
    }
}

impl DeleteItem {
    pub(super) fn new(table: &Table, key: impl IntoItem) -> Self {
        Self(ItemWrite::new(table, "DeleteItem", "Key", key.into_item()))
    }

    /// Deletes only if this condition holds for the stored item.
    pub fn condition(mut self, condition: impl Into<Condition>) -> Self {
        self.0.precondition.condition = Some(condition.into());
        self
    }

    /// If the condition does not hold, the error carries the stored item: see
    /// [`PutItem::return_old_on_condition_check_failure`].
    pub fn return_old_on_condition_check_failure(mut self) -> Self {
        self.0.precondition.returns_item = true;
        self
    }

    /// Returns the item that was deleted, if there was one.
    pub fn return_old<T: FromItem>(self) -> Returning<T> {
        self.0.return_old()
    }

    pub(super) fn input(self) -> Result<Input, Error> {
        self.0.input()
    }
}

impl IntoFuture for PutItem {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.0.send()
    }
}

impl IntoFuture for DeleteItem {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.0.send()
    }
}

/// A put or a delete.
#[derive(Clone, Debug)]
struct ItemWrite {
    table: Table,
    operation: &'static str,
    /// The member of the request that holds `item`: the item, or its key.
    member: &'static str,
    item: Result<Item, Error>,
    precondition: Precondition,
}

impl ItemWrite {
    fn new(table: &Table, operation: &'static str, member: &'static str, item: Result<Item, Error>) -> Self {
        Self { table: table.clone(), operation, member, item, precondition: Precondition::default() }
    }

    fn return_old<T>(self) -> Returning<T> {
        Returning::new(self.request(Some("ALL_OLD"), Repeat::IfNotDone))
    }

    fn send(self) -> BoxFuture<'static, Result<(), Error>> {
        let repeat = self.precondition.repeat();
        done(self.request(None, repeat))
    }

    fn input(self) -> Result<Input, Error> {
        Ok(input(&self.table, self.precondition)?.with(self.member, self.item?.into_json()))
    }

    fn request(self, returned: Option<&'static str>, repeat: Repeat) -> Result<Request, Error> {
        let (table, operation) = (self.table.clone(), self.operation);
        let input = self.input()?.maybe("ReturnValues", returned);
        Ok(table.request(operation, input.into_members(), repeat))
    }
}
