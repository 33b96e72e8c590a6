//! DynamoDB.

use anyhow::{Context, Result, bail};
use poolpass::dynamodb::{
    AttributeValue, Condition, DeleteItem, FromItem, Item, PutItem, ReturnValues, Table, TransactWrite,
    UpdateItem, attribute,
};
use poolpass::{Client, Error};
use serde_json::{Map, Value, json};

use super::{Driver, Outcome, nothing};
use crate::arguments::Arguments;

impl Driver {
    pub(super) async fn item_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        let is_known = operation.starts_with("table.") || operation.starts_with("transact");
        if !is_known {
            return None;
        }
        Some(match self.client().dynamodb() {
            Ok(table) => perform(&self.client(), &table, operation, with).await,
            Err(error) => Ok(Err(error)),
        })
    }
}

async fn perform(client: &Client, table: &Table, operation: &str, with: Arguments<'_>) -> Outcome {
    match operation {
        "table.put" => nothing(put(table, with, "item")?.await),
        "table.get" => {
            let item: Result<Option<Value>, Error> = table.get(with.value("key")?).await;
            Ok(item.map(|item| json!(item)))
        }
        "table.update" => {
            let update = update(table, with, "key")?;
            if with.maybe_text("returnValues") != Some("allNew") {
                return nothing(update.await);
            }
            let item: Result<Option<Value>, Error> = update.return_values(ReturnValues::AllNew).await;
            Ok(item.map(|item| json!(item)))
        }
        "table.delete" => nothing(delete(table, with, "key")?.await),
        "table.query" => {
            let mut query =
                table.query::<Value>(condition(with, "keyCondition")?.context("no key condition")?);
            if let Some(size) = with.maybe_number("pageSize") {
                query = query.page_size(u32::try_from(size)?);
            }
            Ok(query.await.map(Value::Array))
        }
        "table.scan" => Ok(table.scan::<Value>().await.map(Value::Array)),
        "table.batchGet" => {
            let items: Result<Vec<Value>, Error> = table.batch_get(with.list("keys")?).await;
            Ok(items.map(Value::Array))
        }
        "transactWrite" => nothing(writes(client, table, with)?.await),
        "transactGet" => {
            let mut gets = client.transact_get();
            for get in with.list("gets")? {
                gets = gets.get(table.get::<Item>(&get["key"]));
            }
            Ok(gets.await.map(|items| items.into_iter().map(item_json).collect()))
        }
        other => bail!("there is no operation {other:?}"),
    }
}

/// An item in the form of the scenarios.
pub(crate) fn item_json(item: Option<Item>) -> Value {
    item.map_or(Value::Null, |item| Value::from_item(item).unwrap_or_else(|error| json!(error.to_string())))
}

fn writes(client: &Client, table: &Table, with: Arguments<'_>) -> Result<TransactWrite> {
    let mut writes = client.transact_write();
    for write in with.list("writes")? {
        let write = Arguments(write.as_object().context("a write is an object")?);
        writes = if write.0.contains_key("put") {
            writes.put(put(table, write, "put")?)
        } else if write.0.contains_key("update") {
            writes.update(update(table, write, "update")?)
        } else if write.0.contains_key("delete") {
            writes.delete(delete(table, write, "delete")?)
        } else {
            let check = table.condition_check(
                write.value("conditionCheck")?,
                condition(write, "condition")?.context("a check needs one")?,
            );
            writes.condition_check(if returns_old(write) {
                check.return_old_on_condition_check_failure()
            } else {
                check
            })
        };
    }
    Ok(writes)
}

fn put(table: &Table, with: Arguments<'_>, item: &str) -> Result<PutItem> {
    let mut put = table.put(with.value(item)?);
    if let Some(condition) = condition(with, "condition")? {
        put = put.condition(condition);
    }
    Ok(if returns_old(with) { put.return_old_on_condition_check_failure() } else { put })
}

fn update(table: &Table, with: Arguments<'_>, key: &str) -> Result<UpdateItem> {
    let mut update = table.update(with.value(key)?);
    for (name, value) in members(with, "set") {
        update = update.set(name, AttributeValue::from_typed(value)?);
    }
    for (name, value) in members(with, "add") {
        update = update.add(name, AttributeValue::from_typed(value)?);
    }
    if let Some(condition) = condition(with, "condition")? {
        update = update.condition(condition);
    }
    Ok(if returns_old(with) { update.return_old_on_condition_check_failure() } else { update })
}

fn delete(table: &Table, with: Arguments<'_>, key: &str) -> Result<DeleteItem> {
    let mut delete = table.delete(with.value(key)?);
    if let Some(condition) = condition(with, "condition")? {
        delete = delete.condition(condition);
    }
    Ok(if returns_old(with) { delete.return_old_on_condition_check_failure() } else { delete })
}

/// A condition by the name of its operator: `{"eq": ["n", 1]}`.
fn condition(with: Arguments<'_>, argument: &str) -> Result<Option<Condition>> {
    let Some((operator, operands)) = members(with, argument).next() else { return Ok(None) };
    let operands = operands.as_array().context("an attribute and values")?;
    let place = attribute(operands.first().and_then(Value::as_str).context("no attribute")?);
    let value = || AttributeValue::from_typed(operands.get(1).unwrap_or_default());
    Ok(Some(match operator {
        "eq" => place.eq(value()?),
        "notExists" => place.not_exists(),
        other => bail!("there is no operator {other:?}"),
    }))
}

fn returns_old(with: Arguments<'_>) -> bool {
    with.0.get("returnOldOnConditionCheckFailure") == Some(&Value::Bool(true))
}

fn members<'a>(with: Arguments<'a>, name: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    with.0
        .get(name)
        .and_then(Value::as_object)
        .map(Map::iter)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}
