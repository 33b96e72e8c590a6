//! Reading one item.

use std::marker::PhantomData;

use super::item::read;
use super::projection::Projection;
use super::request::Input;
use super::{Attribute, Expression, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
use crate::error::Error;
use crate::json::Object;
use crate::platform::BoxFuture;

/// Reads one item (`GetItem`); made by [`Table::get`].
///
/// Awaited, it gives the item, or `None` if there is no item with this key.
///
/// # Errors
///
/// As for [`Table`], and kind `InvalidResponse` when the item does not fit `T`.
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct GetItem<T> {
    table: Table,
    key: Result<Item, Error>,
    projection: Option<Projection>,
    pub(super) consistent_read: bool,
    item: PhantomData<fn() -> T>,
}

impl<T> GetItem<T> {
    pub(super) fn new(table: &Table, key: impl IntoItem) -> Self {
        Self {
            table: table.clone(),
            key: key.into_item(),
            projection: None,
            consistent_read: false,
            item: PhantomData,
        }
    }

    /// Returns only these attributes. Default: all.
    pub fn attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.projection = Projection::of(attributes);
        self
    }

    /// Returns only the attributes that this projection expression names. Default: all.
    pub fn projection(mut self, expression: Expression) -> Self {
        self.projection = Some(Projection::from(expression));
        self
    }

    /// Sees every write that succeeded before it, at twice the price. Default: writes of the last moments may be missing.
    pub fn consistent_read(mut self) -> Self {
        self.consistent_read = true;
        self
    }

    pub(super) fn input(self) -> Result<Object, Error> {
        let input = Input::on(&self.table)
            .with("Key", self.key?.into_json())
            .maybe("ConsistentRead", self.consistent_read.then_some(true))
            .expression("ProjectionExpression", self.projection.map(Projection::into_pieces))?;
        Ok(input.into_members())
    }
}

impl<T: FromItem + 'static> IntoFuture for GetItem<T> {
    type Output = Result<Option<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let table = self.table.clone();
            let found = table.request("GetItem", self.input()?, Repeat::Safe).item().await?;
            found.map(|item| read(item, "GetItem")).transpose()
        })
    }
}
