//! Transactions over several tables.

use poolpass::Client;
use poolpass::dynamodb::{TransactGet, TransactWrite};
use wasm_bindgen::prelude::*;

use super::condition::condition;
use super::item_request::{delete, get, key, put, reading, return_old, update};
use super::table::table;
use crate::call::no_such_method;
use crate::error::Exception;
use crate::values::{Options, list, maybe};

/// `Client::transact_get` and `Client::transact_write` of the crate `poolpass`.
pub(crate) async fn perform(client: Client, method: String, input: Options) -> Result<JsValue, Exception> {
    match method.as_str() {
        "get" => {
            let items = gets(&client, &input)?.await?;
            let reading = reading(&input)?;
            Ok(list(items.into_iter().map(|it| maybe(it.map(|it| reading.item(&it))))))
        }
        "write" => {
            writes(&client, &input)?.await?;
            Ok(JsValue::UNDEFINED)
        }
        _ => Err(no_such_method()),
    }
}

/// Each get has a `key`, and a `table` unless it is the configuration's.
fn gets(client: &Client, input: &Options) -> Result<TransactGet, Exception> {
    let mut transaction = client.transact_get();
    for wanted in input.list("gets")?.unwrap_or_default().iter() {
        let wanted = Options::new(wanted);
        transaction = transaction.get(get(&table(client, wanted.text("table")?)?, &wanted)?);
    }
    Ok(transaction)
}

/// Each write names its `kind`: `put`, `delete`, `update` or `conditionCheck`.
fn writes(client: &Client, input: &Options) -> Result<TransactWrite, Exception> {
    let mut transaction = client.transact_write();
    if let Some(token) = input.text("clientRequestToken")? {
        transaction = transaction.client_request_token(token);
    }
    for write in input.list("writes")?.unwrap_or_default().iter() {
        let write = Options::new(write);
        let table = table(client, write.text("table")?)?;
        transaction = match write.needed("kind")?.as_str() {
            "put" => transaction.put(put(&table, &write)?),
            "delete" => transaction.delete(delete(&table, &write)?),
            "update" => transaction.update(update(&table, &write)?),
            _ => {
                let wanted = write.value("condition");
                let wanted =
                    wanted.ok_or_else(|| Exception::invalid_input("a conditionCheck needs a condition"))?;
                let check = table.condition_check(key(&write)?, condition(wanted)?);
                let tells = return_old(&write)?;
                transaction.condition_check(if tells {
                    check.return_old_on_condition_check_failure()
                } else {
                    check
                })
            }
        };
    }
    Ok(transaction)
}
