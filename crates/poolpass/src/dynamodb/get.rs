//! One item.

use std::marker::PhantomData;

use super::expression::Piece;
use super::item::read;
use super::request::Input;
use super::{Attribute, Expression, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
use crate::error::Error;
use crate::json::Object;
use crate::platform::BoxFuture;

/// Reads one item (`GetItem`); made by [`Table::get`].
///
/// Awaited, it gives the item, or `None` when there is none with this key. Errors as for [`Table`], and kind
/// `InvalidResponse` when the item does not fit `T`.
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

    /// Gives only these attributes, as far as the item has them.
    pub fn attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.projection = Projection::of(attributes);
        self
    }

    /// Gives only what this projection expression names.
    pub fn projection(mut self, expression: Expression) -> Self {
        self.projection = Some(Projection::from(expression));
        self
    }

    /// Sees every write that succeeded before. Default: what was written within the last moments may be missing.
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

/// Which attributes are given.
#[derive(Clone, Debug)]
pub(super) struct Projection(Vec<Piece>);

impl Projection {
    /// `None` when there are no attributes, which means all of them.
    pub(super) fn of<A: Into<Attribute>>(attributes: impl IntoIterator<Item = A>) -> Option<Self> {
        let mut pieces = Vec::new();
        for attribute in attributes {
            if !pieces.is_empty() {
                pieces.push(Piece::text(", "));
            }
            pieces.extend(attribute.into().into_pieces());
        }
        (!pieces.is_empty()).then_some(Self(pieces))
    }

    pub(super) fn into_pieces(self) -> Vec<Piece> {
        self.0
    }
}

impl From<Expression> for Projection {
    fn from(expression: Expression) -> Self {
        Self(vec![Piece::Plain(expression)])
    }
}
