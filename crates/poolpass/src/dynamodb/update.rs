//! Changing one item.

use super::expression::Piece;
use super::request::{Input, Request};
use super::write::{Precondition, Returning, done, input};
use super::{Attribute, AttributeValue, Condition, Expression, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
use crate::error::Error;
use crate::platform::BoxFuture;

/// Changes one item (`UpdateItem`); made by [`Table::update`].
///
/// All changes happen together, and see the item as it was before. A missing item is created; a condition such as
/// `attribute("pk").exists()` prevents that.
///
/// ```no_run
/// # async fn example(notes: poolpass::dynamodb::Table, key: poolpass::dynamodb::Item) -> Result<(), poolpass::Error> {
/// use poolpass::dynamodb::attribute;
///
/// notes
///     .update(&key)
///     .set("title", "Oat milk")
///     .set(attribute("shop").member("city"), "Cork")
///     .add("revision", 1)
///     .remove("draft")
///     .condition(attribute("pk").exists())
///     .await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As for [`Table`], and kind `ConditionFailed` when the condition does not hold: then nothing was changed.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct UpdateItem {
    table: Table,
    key: Result<Item, Error>,
    set: Actions,
    remove: Actions,
    add: Actions,
    delete: Actions,
    plain: Option<Expression>,
    precondition: Precondition,
    /// Whether the second of two equal updates changes nothing.
    idempotent: bool,
}

/// The values that an update returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReturnValues {
    /// The whole item as it was before; nothing if it did not exist.
    AllOld,
    /// The changed attributes as they were before.
    UpdatedOld,
    /// The whole item as it is now.
    AllNew,
    /// The changed attributes as they are now.
    UpdatedNew,
}

impl ReturnValues {
    const ALL: [Self; 4] = [Self::AllOld, Self::UpdatedOld, Self::AllNew, Self::UpdatedNew];

    /// The choice as a short text, such as `allNew`, the same in every language.
    pub fn code(self) -> &'static str {
        match self {
            Self::AllOld => "allOld",
            Self::UpdatedOld => "updatedOld",
            Self::AllNew => "allNew",
            Self::UpdatedNew => "updatedNew",
        }
    }

    /// The choice that has this [code](Self::code).
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|values| values.code() == code)
    }
}

impl UpdateItem {
    pub(super) fn new(table: &Table, key: impl IntoItem) -> Self {
        Self {
            table: table.clone(),
            key: key.into_item(),
            set: Actions::default(),
            remove: Actions::default(),
            add: Actions::default(),
            delete: Actions::default(),
            plain: None,
            precondition: Precondition::default(),
            idempotent: true,
        }
    }

    /// Sets an attribute.
    pub fn set(mut self, attribute: impl Into<Attribute>, value: impl Into<AttributeValue>) -> Self {
        let mut action = attribute.into().into_pieces();
        action.extend([Piece::text(" = "), Piece::Value(value.into())]);
        self.set.push(action);
        self
    }

    /// Sets an attribute that does not exist yet.
    pub fn set_if_not_exists(
        mut self,
        attribute: impl Into<Attribute>,
        value: impl Into<AttributeValue>,
    ) -> Self {
        let path = attribute.into().into_pieces();
        let mut action = path.clone();
        action.push(Piece::text(" = if_not_exists("));
        action.extend(path);
        action.extend([Piece::text(", "), Piece::Value(value.into()), Piece::text(")")]);
        self.set.push(action);
        self
    }

    /// Appends elements to a list, which must exist.
    pub fn append<V: Into<AttributeValue>>(
        mut self,
        attribute: impl Into<Attribute>,
        elements: impl IntoIterator<Item = V>,
    ) -> Self {
        let path = attribute.into().into_pieces();
        let elements = AttributeValue::L(elements.into_iter().map(Into::into).collect());
        let mut action = path.clone();
        action.push(Piece::text(" = list_append("));
        action.extend(path);
        action.extend([Piece::text(", "), Piece::Value(elements), Piece::text(")")]);
        self.set.push(action);
        self.idempotent = false;
        self
    }

    /// Removes an attribute.
    pub fn remove(mut self, attribute: impl Into<Attribute>) -> Self {
        let path = attribute.into().into_pieces();
        // The elements after it move up, so a second removal would remove another one.
        self.idempotent &= !matches!(path.last(), Some(Piece::Text(index)) if index.starts_with('['));
        self.remove.push(path);
        self
    }

    /// Adds a number to a number, or elements to a set. A missing attribute counts as 0 or as an empty set.
    pub fn add(mut self, attribute: impl Into<Attribute>, value: impl Into<AttributeValue>) -> Self {
        let value = value.into();
        self.idempotent &=
            matches!(value, AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_));
        let mut action = attribute.into().into_pieces();
        action.extend([Piece::text(" "), Piece::Value(value)]);
        self.add.push(action);
        self
    }

    /// Removes elements from a set.
    pub fn delete_from_set(
        mut self,
        attribute: impl Into<Attribute>,
        value: impl Into<AttributeValue>,
    ) -> Self {
        let mut action = attribute.into().into_pieces();
        action.extend([Piece::text(" "), Piece::Value(value.into())]);
        self.delete.push(action);
        self
    }

    /// Uses an update expression in DynamoDB's own language instead of the other changes.
    pub fn expression(mut self, expression: Expression) -> Self {
        self.plain = Some(expression);
        self
    }

    /// Changes the item only if this condition holds for it.
    pub fn condition(mut self, condition: impl Into<Condition>) -> Self {
        self.precondition.condition = Some(condition.into());
        self
    }

    /// If the condition does not hold, the error carries the stored item: see
    /// [`PutItem::return_old_on_condition_check_failure`](super::PutItem::return_old_on_condition_check_failure).
    pub fn return_old_on_condition_check_failure(mut self) -> Self {
        self.precondition.returns_item = true;
        self
    }

    /// Returns the item, or its changed attributes, from before or after the update.
    pub fn return_values<T: FromItem>(self, values: ReturnValues) -> Returning<T> {
        let repeat = match values {
            ReturnValues::AllNew | ReturnValues::UpdatedNew => self.repeat(),
            ReturnValues::AllOld | ReturnValues::UpdatedOld => Repeat::IfNotDone,
        };
        Returning::new(self.request(Some(values.on_the_wire()), repeat))
    }

    pub(super) fn input(self) -> Result<Input, Error> {
        let input = input(&self.table, self.precondition)?.with("Key", self.key?.into_json());
        let clauses =
            [("SET ", self.set), ("REMOVE ", self.remove), ("ADD ", self.add), ("DELETE ", self.delete)];
        let mut pieces = Vec::new();
        for (keyword, actions) in clauses {
            if actions.0.is_empty() {
                continue;
            }
            if !pieces.is_empty() {
                pieces.push(Piece::text(" "));
            }
            pieces.push(Piece::text(keyword));
            pieces.extend(actions.0);
        }
        if let Some(plain) = self.plain {
            if !pieces.is_empty() {
                return Err(Error::invalid_input(
                    "an update has either an expression or set, add, remove and the like, not both",
                ));
            }
            pieces.push(Piece::Plain(plain));
        }
        input.expression("UpdateExpression", (!pieces.is_empty()).then_some(pieces))
    }

    fn request(self, returned: Option<&'static str>, repeat: Repeat) -> Result<Request, Error> {
        let table = self.table.clone();
        let input = self.input()?.maybe("ReturnValues", returned);
        Ok(table.request("UpdateItem", input.into_members(), repeat))
    }

    fn repeat(&self) -> Repeat {
        let same_twice = self.idempotent && self.precondition.condition.is_none() && self.plain.is_none();
        if same_twice { Repeat::Safe } else { Repeat::IfNotDone }
    }
}

impl IntoFuture for UpdateItem {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let repeat = self.repeat();
        done(self.request(None, repeat))
    }
}

impl ReturnValues {
    fn on_the_wire(self) -> &'static str {
        match self {
            Self::AllOld => "ALL_OLD",
            Self::UpdatedOld => "UPDATED_OLD",
            Self::AllNew => "ALL_NEW",
            Self::UpdatedNew => "UPDATED_NEW",
        }
    }
}

/// The actions of one clause, with commas between them.
#[derive(Clone, Debug, Default)]
struct Actions(Vec<Piece>);

impl Actions {
    fn push(&mut self, action: Vec<Piece>) {
        if !self.0.is_empty() {
            self.0.push(Piece::text(", "));
        }
        self.0.extend(action);
    }
}
