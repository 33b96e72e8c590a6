//! DynamoDB.

use anyhow::{Context, Result, bail};
use poolpass::Error;
use poolpass::dynamodb::{AttributeValue, ReturnValues, Table, attribute};
use serde_json::{Map, Value, json};

use super::{Actor, Outcome, nothing};
use crate::arguments::Arguments;

impl Actor {
    pub(super) async fn item_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        let is_known = matches!(
            operation,
            "putItem" | "getItem" | "updateItem" | "deleteItem" | "query" | "scan" | "batchGet"
        );
        if !is_known {
            return None;
        }
        Some(match self.client().dynamodb() {
            Ok(table) => perform(&table, operation, with).await,
            Err(error) => Ok(Err(error)),
        })
    }
}

async fn perform(table: &Table, operation: &str, with: Arguments<'_>) -> Outcome {
    match operation {
        "putItem" => {
            let mut put = table.put(with.value("item")?);
            if let Some(name) = with.maybe_text("ifNotExists") {
                put = put.condition(attribute(name).not_exists());
            }
            nothing(put.await)
        }
        "getItem" => {
            let item: Result<Option<Value>, Error> = table.get(with.value("key")?).await;
            Ok(item.map(|item| json!(item)))
        }
        "updateItem" => {
            let mut update = table.update(with.value("key")?);
            for (name, value) in members(with, "set") {
                update = update.set(name, AttributeValue::from_typed(value)?);
            }
            for (name, value) in members(with, "add") {
                update = update.add(name, AttributeValue::from_typed(value)?);
            }
            let item: Result<Option<Value>, Error> = update.returning(ReturnValues::AllNew).await;
            Ok(item.map(|item| json!(item)))
        }
        "deleteItem" => nothing(table.delete(with.value("key")?).await),
        "query" => {
            let (name, value) = members(with, "partitionKey").next().context("no partition key")?;
            let mut query = table.query(attribute(name).eq(AttributeValue::from_typed(value)?));
            if let Some(size) = with.maybe_number("pageSize") {
                query = query.page_size(u32::try_from(size)?);
            }
            Ok(query.all::<Value>().await.map(Value::Array))
        }
        "scan" => Ok(table.scan().all::<Value>().await.map(Value::Array)),
        "batchGet" => {
            let items: Result<Vec<Value>, Error> = table.batch_get(with.list("keys")?).await;
            Ok(items.map(Value::Array))
        }
        other => bail!("there is no operation {other:?}"),
    }
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
