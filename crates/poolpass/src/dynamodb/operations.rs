//! GetItem, PutItem, UpdateItem and DeleteItem.

use serde::Deserialize;
use serde_dynamo::Item as Wire;

use super::item::{FromItem, Item, Key, ToItem};
use super::placeholders::Placeholders;
use super::table::{Input, Table};
use super::value::AttributeValue;
use crate::aws_request::Repeat;
use crate::error::Error;

/// How an item is read. By default all of it, eventually consistent.
///
/// ```
/// use poolpass::dynamodb::GetOptions;
///
/// let options = GetOptions::new().consistent().projection("title, #s").name("#s", "status");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct GetOptions {
    consistent: bool,
    projection: Option<String>,
    placeholders: Placeholders,
}

/// Under which condition an item is put or deleted. By default under none.
///
/// ```
/// use poolpass::dynamodb::WriteOptions;
///
/// let new_only = WriteOptions::new().condition("attribute_not_exists(pk)");
/// let unchanged = WriteOptions::new().condition("#v = :seen").name("#v", "version").value(":seen", 3);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct WriteOptions {
    condition: Option<String>,
    placeholders: Placeholders,
    return_old: bool,
}

/// What an update does to an item.
///
/// ```
/// use poolpass::dynamodb::{Returned, Update};
///
/// let update = Update::new("SET title = :title ADD edits :one")
///     .value(":title", "Hello")
///     .value(":one", 1)
///     .condition("attribute_exists(pk)")
///     .returning(Returned::AllNew);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Update {
    expression: String,
    condition: Option<String>,
    placeholders: Placeholders,
    returned: Returned,
    repeatable: bool,
}

/// Which attributes an update gives back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Returned {
    /// None.
    #[default]
    None,
    /// The item before the update.
    AllOld,
    /// The updated attributes, before the update.
    UpdatedOld,
    /// The item after the update.
    AllNew,
    /// The updated attributes, after the update.
    UpdatedNew,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    item: Option<Wire>,
    attributes: Option<Wire>,
}

impl Table {
    /// Reads the item under `key` (GetItem); `None` where there is none.
    ///
    /// # Errors
    ///
    /// See [`Table`]; `InvalidResponse` when the item is not what `T` expects.
    pub async fn get<T: FromItem>(&self, key: impl Into<Key>) -> Result<Option<T>, Error> {
        self.get_with(key, GetOptions::default()).await
    }

    /// Reads the item under `key` as `options` say (GetItem).
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    pub async fn get_with<T: FromItem>(
        &self,
        key: impl Into<Key>,
        options: GetOptions,
    ) -> Result<Option<T>, Error> {
        let input = Input {
            key: Some(Item::from(key.into()).into()),
            projection_expression: options.projection.as_deref(),
            placeholders: options.placeholders.into(),
            consistent_read: options.consistent.then_some(true),
            ..self.input()
        };
        let output: Output = self.call("GetItem", &input, Repeat::Safe).await?;
        read(output.item, "GetItem")
    }

    /// Writes an item, replacing the one with the same key (PutItem).
    ///
    /// # Errors
    ///
    /// See [`Table`]; `InvalidInput` when `item` makes no item.
    pub async fn put(&self, item: &impl ToItem) -> Result<(), Error> {
        self.put_with::<Item>(item, WriteOptions::default()).await.map(drop)
    }

    /// Writes an item as `options` say (PutItem), and gives back the replaced one if they ask for it.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put), and `ConditionFailed`.
    pub async fn put_with<T: FromItem>(
        &self,
        item: &impl ToItem,
        options: WriteOptions,
    ) -> Result<Option<T>, Error> {
        let input = Input { item: Some(item.to_item()?.into()), ..self.input() };
        self.write("PutItem", input, options).await
    }

    /// Deletes the item under `key` (DeleteItem). That there is none is not an error.
    ///
    /// # Errors
    ///
    /// See [`Table`].
    pub async fn delete(&self, key: impl Into<Key>) -> Result<(), Error> {
        self.delete_with::<Item>(key, WriteOptions::default()).await.map(drop)
    }

    /// Deletes the item under `key` as `options` say (DeleteItem), and gives it back if they ask for it.
    ///
    /// # Errors
    ///
    /// See [`Table`], and `ConditionFailed`.
    pub async fn delete_with<T: FromItem>(
        &self,
        key: impl Into<Key>,
        options: WriteOptions,
    ) -> Result<Option<T>, Error> {
        let input = Input { key: Some(Item::from(key.into()).into()), ..self.input() };
        self.write("DeleteItem", input, options).await
    }

    /// Changes the item under `key`, or makes it (UpdateItem), and gives back what the update asks for.
    ///
    /// # Errors
    ///
    /// See [`Table`], and `ConditionFailed`; `InvalidResponse` when what comes back is not what `T` expects.
    pub async fn update<T: FromItem>(&self, key: impl Into<Key>, update: Update) -> Result<Option<T>, Error> {
        let input = Input {
            key: Some(Item::from(key.into()).into()),
            update_expression: Some(&update.expression),
            condition_expression: update.condition.as_deref(),
            placeholders: update.placeholders.into(),
            return_values: update.returned.wire_name(),
            ..self.input()
        };
        let repeat = if update.repeatable { Repeat::Safe } else { Repeat::IfNotDone };
        let output: Output = self.call("UpdateItem", &input, repeat).await?;
        read(output.attributes, "UpdateItem")
    }

    async fn write<T: FromItem>(
        &self,
        operation: &'static str,
        input: Input<'_>,
        options: WriteOptions,
    ) -> Result<Option<T>, Error> {
        let repeat =
            if options.condition.is_none() && !options.return_old { Repeat::Safe } else { Repeat::IfNotDone };
        let input = Input {
            condition_expression: options.condition.as_deref(),
            placeholders: options.placeholders.into(),
            return_values: options.return_old.then_some("ALL_OLD"),
            ..input
        };
        let output: Output = self.call(operation, &input, repeat).await?;
        read(output.attributes, operation)
    }
}

impl GetOptions {
    /// All of the item, eventually consistent.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sees every write that succeeded before, at twice the price. Default: may be a moment behind.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// Only these attributes (projection expression).
    pub fn projection(mut self, expression: impl Into<String>) -> Self {
        self.projection = Some(expression.into());
        self
    }

    /// What `#placeholder` stands for: an attribute's name that expressions cannot spell.
    pub fn name(mut self, placeholder: impl Into<String>, name: impl Into<String>) -> Self {
        self.placeholders.name(placeholder, name);
        self
    }
}

impl WriteOptions {
    /// Under no condition.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only if it holds for the present item (condition expression). Otherwise kind `ConditionFailed`.
    pub fn condition(mut self, expression: impl Into<String>) -> Self {
        self.condition = Some(expression.into());
        self
    }

    /// What `#placeholder` stands for: an attribute's name that expressions cannot spell.
    pub fn name(mut self, placeholder: impl Into<String>, name: impl Into<String>) -> Self {
        self.placeholders.name(placeholder, name);
        self
    }

    /// What `:placeholder` stands for.
    pub fn value(mut self, placeholder: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        self.placeholders.value(placeholder, value);
        self
    }

    /// Gives back the item that was there before.
    pub fn return_old(mut self) -> Self {
        self.return_old = true;
        self
    }

    pub(super) fn into_parts(self) -> (Option<String>, Placeholders) {
        (self.condition, self.placeholders)
    }
}

impl Update {
    /// What to do (update expression), such as `SET title = :title REMOVE draft ADD edits :one`.
    pub fn new(expression: impl Into<String>) -> Self {
        Self {
            expression: expression.into(),
            condition: None,
            placeholders: Placeholders::default(),
            returned: Returned::None,
            repeatable: false,
        }
    }

    /// Only if it holds for the present item (condition expression). Otherwise kind `ConditionFailed`.
    pub fn condition(mut self, expression: impl Into<String>) -> Self {
        self.condition = Some(expression.into());
        self
    }

    /// What `#placeholder` stands for: an attribute's name that expressions cannot spell.
    pub fn name(mut self, placeholder: impl Into<String>, name: impl Into<String>) -> Self {
        self.placeholders.name(placeholder, name);
        self
    }

    /// What `:placeholder` stands for.
    pub fn value(mut self, placeholder: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        self.placeholders.value(placeholder, value);
        self
    }

    /// Which attributes come back. Default: none.
    pub fn returning(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    /// Done twice, this update leaves the same item as done once (`SET title = :title` does, `ADD edits :one` does not), so
    /// it may be repeated when its answer is lost.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub(super) fn into_parts(self) -> (String, Option<String>, Placeholders) {
        (self.expression, self.condition, self.placeholders)
    }
}

impl Returned {
    fn wire_name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::AllOld => Some("ALL_OLD"),
            Self::UpdatedOld => Some("UPDATED_OLD"),
            Self::AllNew => Some("ALL_NEW"),
            Self::UpdatedNew => Some("UPDATED_NEW"),
        }
    }
}

fn read<T: FromItem>(item: Option<Wire>, operation: &'static str) -> Result<Option<T>, Error> {
    item.map(|item| T::from_item(item.into()).map_err(|error| error.during(operation))).transpose()
}
