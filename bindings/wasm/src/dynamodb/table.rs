//! The handle of a table.

use js_sys::Promise;
use poolpass::Client;
use poolpass::dynamodb::{Item, Table};
use wasm_bindgen::prelude::*;

use super::item_request::{batch_get, batch_write, delete, get, put, reading, return_values, update};
use super::query;
use crate::call::{call, no_such_method};
use crate::client::JsClient;
use crate::error::Exception;
use crate::values::{Options, list, maybe};

/// `Table` of the crate `poolpass`.
#[wasm_bindgen(js_name = Table)]
#[derive(Debug)]
pub struct JsTable(pub(crate) Table);

#[wasm_bindgen(js_class = Client)]
impl JsClient {
    /// `Client::dynamodb`, or `Client::table` with a name.
    pub fn table(&self, name: Option<String>) -> Result<JsTable, JsValue> {
        Ok(JsTable(table(&self.0, name)?))
    }
}

/// The table of this name; by default the configuration's.
pub(crate) fn table(client: &Client, name: Option<String>) -> Result<Table, Exception> {
    Ok(match name {
        Some(name) => client.table(name),
        None => client.dynamodb()?,
    })
}

#[wasm_bindgen(js_class = Table)]
impl JsTable {
    /// `Table::name`.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// Does what `method` names, with the members of `input`.
    pub fn call(&self, method: String, input: JsValue) -> Promise {
        let (input, table) = (Options::new(input), self.0.clone());
        call(&input.clone(), Box::pin(perform(table, method, input)))
    }
}

/// The methods of `Table` of the crate `poolpass`.
async fn perform(table: Table, method: String, input: Options) -> Result<JsValue, Exception> {
    match method.as_str() {
        "get" => found(&input, get(&table, &input)?.await?),
        "put" => {
            let put = put(&table, &input)?;
            if input.flag("returnOld")? {
                return found(&input, put.return_old::<Item>().await?);
            }
            put.await?;
            Ok(JsValue::UNDEFINED)
        }
        "delete" => {
            let delete = delete(&table, &input)?;
            if input.flag("returnOld")? {
                return found(&input, delete.return_old::<Item>().await?);
            }
            delete.await?;
            Ok(JsValue::UNDEFINED)
        }
        "update" => {
            let update = update(&table, &input)?;
            match return_values(&input)? {
                Some(values) => found(&input, update.return_values::<Item>(values).await?),
                None => {
                    update.await?;
                    Ok(JsValue::UNDEFINED)
                }
            }
        }
        "page" => query::page(&table, &input).await,
        "count" => query::count(&table, &input).await,
        "batchGet" => {
            let items = batch_get(&table, &input)?.await?;
            let reading = reading(&input)?;
            Ok(list(items.into_iter().map(|item| reading.item(&item))))
        }
        "batchWrite" => {
            batch_write(&table, &input)?.await?;
            Ok(JsValue::UNDEFINED)
        }
        _ => Err(no_such_method()),
    }
}

fn found(options: &Options, item: Option<Item>) -> Result<JsValue, Exception> {
    let reading = reading(options)?;
    Ok(maybe(item.map(|item| reading.item(&item))))
}
