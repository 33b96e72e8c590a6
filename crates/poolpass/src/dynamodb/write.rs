//! The parts that all writes of one item share: their condition, and the item that they return.

use std::marker::PhantomData;

use super::item::read;
use super::request::{Input, Request};
use super::{Condition, FromItem, Table};
use crate::aws_request::Repeat;
use crate::error::Error;
use crate::platform::BoxFuture;

/// A write that returns an item; made by [`PutItem::return_old`](super::PutItem::return_old),
/// [`DeleteItem::return_old`](super::DeleteItem::return_old) and [`UpdateItem::return_values`](super::UpdateItem::return_values).
///
/// Awaited, it gives the item as a `T`, or `None` if there was none.
///
/// # Errors
///
/// As for the write itself, and kind `InvalidResponse` when the item does not fit `T`: then the write has happened.
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

/// Sends a write, and ignores the item.
pub(super) fn done(request: Result<Request, Error>) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async { request?.send().await.map(drop) })
}

/// The condition of a write, and whether the error carries the item for which it does not hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Precondition {
    pub(super) condition: Option<Condition>,
    pub(super) returns_item: bool,
}

impl Precondition {
    /// The first attempt may have changed what the condition looks at.
    pub(super) fn repeat(&self) -> Repeat {
        if self.condition.is_none() { Repeat::Safe } else { Repeat::IfNotDone }
    }
}

/// The members that all writes have, also in a transaction.
pub(super) fn input(table: &Table, precondition: Precondition) -> Result<Input, Error> {
    let returned = precondition.returns_item.then_some("ALL_OLD");
    let input = Input::on(table).maybe("ReturnValuesOnConditionCheckFailure", returned);
    input.expression("ConditionExpression", precondition.condition.map(Condition::into_pieces))
}
