//! Putting and deleting one item, and what all writes share.

use std::marker::PhantomData;

use super::item::read;
use super::request::{Input, Request};
use super::{Condition, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
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
    precondition: Precondition,
}

impl PutItem {
    pub(super) fn new(table: &Table, item: impl IntoItem) -> Self {
        Self { table: table.clone(), item: item.into_item(), precondition: Precondition::default() }
    }

    /// Stores it only if this holds for the item that has the same key now.
    /// `attribute("pk").not_exists()` is: only if there is none.
    pub fn condition(mut self, condition: impl Into<Condition>) -> Self {
        self.precondition.condition = Some(condition.into());
        self
    }

    /// When the condition does not hold, [`Error::item`] tells the item as it is, if there is one
    /// (`ReturnValuesOnConditionCheckFailure`). In a transaction the reason for this item tells it
    /// ([`CancellationReason::item`](crate::CancellationReason::item)). It costs no further read. Default: the error tells no item.
    pub fn return_old_on_condition_check_failure(mut self) -> Self {
        self.precondition.returns_item = true;
        self
    }

    /// Gives back the item that was replaced, if there was one.
    pub fn return_old<T: FromItem>(self) -> Returning<T> {
        Returning::new(self.request(Some("ALL_OLD"), Repeat::IfNotDone))
    }

    pub(super) fn input(self) -> Result<Input, Error> {
        Ok(input(&self.table, self.precondition)?.with("Item", self.item?.into_json()))
    }

    fn request(self, returned: Option<&'static str>, repeat: Repeat) -> Result<Request, Error> {
        let table = self.table.clone();
        let input = self.input()?.maybe("ReturnValues", returned);
        Ok(table.request("PutItem", input.into_members(), repeat))
    }
}

impl IntoFuture for PutItem {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let repeat = self.precondition.repeat();
        done(self.request(None, repeat))
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
    precondition: Precondition,
}

impl DeleteItem {
    pub(super) fn new(table: &Table, key: impl IntoItem) -> Self {
        Self { table: table.clone(), key: key.into_item(), precondition: Precondition::default() }
    }

    /// Deletes it only if this holds for it.
    pub fn condition(mut self, condition: impl Into<Condition>) -> Self {
        self.precondition.condition = Some(condition.into());
        self
    }

    /// When the condition does not hold, [`Error::item`] tells the item as it is: see
    /// [`PutItem::return_old_on_condition_check_failure`].
    pub fn return_old_on_condition_check_failure(mut self) -> Self {
        self.precondition.returns_item = true;
        self
    }

    /// Gives back the item that was deleted, if there was one.
    pub fn return_old<T: FromItem>(self) -> Returning<T> {
        Returning::new(self.request(Some("ALL_OLD"), Repeat::IfNotDone))
    }

    pub(super) fn input(self) -> Result<Input, Error> {
        Ok(input(&self.table, self.precondition)?.with("Key", self.key?.into_json()))
    }

    fn request(self, returned: Option<&'static str>, repeat: Repeat) -> Result<Request, Error> {
        let table = self.table.clone();
        let input = self.input()?.maybe("ReturnValues", returned);
        Ok(table.request("DeleteItem", input.into_members(), repeat))
    }
}

impl IntoFuture for DeleteItem {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let repeat = self.precondition.repeat();
        done(self.request(None, repeat))
    }
}

/// Demands something of an item that a transaction leaves alone; made by [`Table::check`].
#[derive(Clone, Debug)]
#[must_use = "it has to be added to a transaction"]
pub struct ConditionCheck {
    table: Table,
    key: Result<Item, Error>,
    precondition: Precondition,
}

impl ConditionCheck {
    pub(super) fn new(table: &Table, key: impl IntoItem, condition: impl Into<Condition>) -> Self {
        let precondition = Precondition { condition: Some(condition.into()), returns_item: false };
        Self { table: table.clone(), key: key.into_item(), precondition }
    }

    /// When the condition does not hold, the reason for this item tells the item as it is
    /// ([`CancellationReason::item`](crate::CancellationReason::item)): see [`PutItem::return_old_on_condition_check_failure`].
    pub fn return_old_on_condition_check_failure(mut self) -> Self {
        self.precondition.returns_item = true;
        self
    }

    pub(super) fn input(self) -> Result<Input, Error> {
        Ok(input(&self.table, self.precondition)?.with("Key", self.key?.into_json()))
    }
}

/// A write that gives an item back.
///
/// Awaited, it gives the item as a `T`, or `None` where there was none. Errors as for the write itself, and kind
/// `InvalidResponse` when the item does not fit `T`: the write has happened then.
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct Returning<T> {
    request: Result<Request, Error>,
    item: PhantomData<fn() -> T>,
}

impl<T> Returning<T> {
    pub(super) fn new(request: Result<Request, Error>) -> Self {
        Self { request, item: PhantomData }
    }
}

impl<T: FromItem + 'static> IntoFuture for Returning<T> {
    type Output = Result<Option<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let request = self.request?;
            let operation = request.operation;
            let item = request.item().await?.filter(|item| !item.is_empty());
            item.map(|item| read(item, operation)).transpose()
        })
    }
}

/// The write without the item.
pub(super) fn done(request: Result<Request, Error>) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async { request?.send().await.map(drop) })
}

/// What has to hold for a write, and whether the item is told for which it does not.
#[derive(Clone, Debug, Default)]
pub(super) struct Precondition {
    pub(super) condition: Option<Condition>,
    pub(super) returns_item: bool,
}

impl Precondition {
    /// Done a second time, a condition may not hold any more because of the first time.
    fn repeat(&self) -> Repeat {
        if self.condition.is_none() { Repeat::Safe } else { Repeat::IfNotDone }
    }
}

/// What all writes say, and the same in a transaction.
pub(super) fn input(table: &Table, precondition: Precondition) -> Result<Input, Error> {
    let returned = precondition.returns_item.then_some("ALL_OLD");
    let input = Input::on(table).maybe("ReturnValuesOnConditionCheckFailure", returned);
    input.expression("ConditionExpression", precondition.condition.map(Condition::into_pieces))
}
