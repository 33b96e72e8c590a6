//! A condition of a transaction on an item that it does not write.

use super::request::Input;
use super::write::{Precondition, input};
use super::{Condition, IntoItem, Item, Table};
use crate::error::Error;

/// Checks a condition on an item that a transaction does not write (`ConditionCheck`); made by [`Table::condition_check`].
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

    /// If the condition does not hold, the reason for this item carries the stored item
    /// ([`CancellationReason::item`](crate::CancellationReason::item)). This costs no extra read. Default: it carries no item.
    pub fn return_old_on_condition_check_failure(mut self) -> Self {
        self.precondition.returns_item = true;
        self
    }

    pub(super) fn input(self) -> Result<Input, Error> {
        Ok(input(&self.table, self.precondition)?.with("Key", self.key?.into_json()))
    }
}
