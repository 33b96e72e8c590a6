//! DynamoDB: one item, and several by their keys.

use js_sys::{Array, Promise};
use poolpass::Client;
use poolpass::dynamodb::{Item, ReturnValues, Table, UpdateItem};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::attribute_value::{Reading, attribute_value, item};
use crate::call::call;
use crate::condition::{condition, expression, path};
use crate::error::Thrown;
use crate::search;
use crate::values::{Options, maybe};

/// `Table` of the crate `poolpass`.
#[wasm_bindgen(js_name = Table)]
#[derive(Debug)]
pub struct JsTable(pub(crate) Table);

impl JsTable {
    pub(crate) fn new(client: &Client, name: Option<String>) -> Result<Self, Thrown> {
        Ok(Self(match name {
            Some(name) => client.table(name),
            None => client.dynamodb()?,
        }))
    }
}

#[wasm_bindgen(js_class = Table)]
impl JsTable {
    /// `Table::name`.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// `Table::get`.
    pub fn get(&self, key: JsValue, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let table = self.0.clone();
        call(signal, async move {
            let options = Options::new(options);
            let mut get = table.get::<Item>(item(&key)?);
            if options.flag("consistent")? {
                get = get.consistent();
            }
            if let Some(attributes) = projection(&options)? {
                get = get.attributes(attributes);
            }
            found(&options, get.await?)
        })
    }

    /// `Table::put`.
    pub fn put(&self, new: JsValue, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let table = self.0.clone();
        call(signal, async move {
            let options = Options::new(options);
            let mut put = table.put(item(&new)?);
            if let Some(value) = options.value("condition") {
                put = put.condition(condition(value)?);
            }
            if options.flag("returnOld")? {
                return found(&options, put.returning_old::<Item>().await?);
            }
            put.await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// `Table::delete`.
    pub fn delete(&self, key: JsValue, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let table = self.0.clone();
        call(signal, async move {
            let options = Options::new(options);
            let mut delete = table.delete(item(&key)?);
            if let Some(value) = options.value("condition") {
                delete = delete.condition(condition(value)?);
            }
            if options.flag("returnOld")? {
                return found(&options, delete.returning_old::<Item>().await?);
            }
            delete.await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// `Table::update`.
    pub fn update(
        &self,
        key: JsValue,
        changes: JsValue,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let table = self.0.clone();
        call(signal, async move {
            let options = Options::new(options);
            let mut update = changed(table.update(item(&key)?), &Options::new(changes))?;
            if let Some(value) = options.value("condition") {
                update = update.condition(condition(value)?);
            }
            let values = match options.text("returning")?.as_deref() {
                None => {
                    update.await?;
                    return Ok(JsValue::UNDEFINED);
                }
                Some("allOld") => ReturnValues::AllOld,
                Some("updatedOld") => ReturnValues::UpdatedOld,
                Some("allNew") => ReturnValues::AllNew,
                Some("updatedNew") => ReturnValues::UpdatedNew,
                Some(_) => return Err(Thrown::invalid_input("there is no such value of returning")),
            };
            found(&options, update.returning::<Item>(values).await?)
        })
    }

    /// `Search::page` of a query with a key condition, or of a scan without one.
    pub fn page(&self, key_condition: JsValue, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let table = self.0.clone();
        call(signal, async move { search::page(&table, key_condition, &Options::new(options)).await })
    }

    /// `Search::count` of a query with a key condition, or of a scan without one.
    pub fn count(&self, key_condition: JsValue, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let table = self.0.clone();
        call(signal, async move { search::count(&table, key_condition, &Options::new(options)).await })
    }

    /// `Table::batch_get`.
    #[wasm_bindgen(js_name = batchGet)]
    pub fn batch_get(&self, keys: Array, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let table = self.0.clone();
        call(signal, async move {
            let options = Options::new(options);
            let keys = keys.iter().map(|key| item(&key)).collect::<Result<Vec<_>, _>>()?;
            let mut get = table.batch_get::<Item>(keys);
            if options.flag("consistent")? {
                get = get.consistent();
            }
            if let Some(attributes) = projection(&options)? {
                get = get.attributes(attributes);
            }
            let reading = reading(&options)?;
            Ok(get.await?.into_iter().map(|item| reading.item(item)).collect::<Array>().into())
        })
    }

    /// `Table::batch_write`.
    #[wasm_bindgen(js_name = batchWrite)]
    pub fn batch_write(&self, writes: JsValue, signal: Option<AbortSignal>) -> Promise {
        let table = self.0.clone();
        call(signal, async move {
            let writes = Options::new(writes);
            let mut batch = table.batch_write();
            for new in writes.list("put")?.unwrap_or_default().iter() {
                batch = batch.put(item(&new)?);
            }
            for key in writes.list("delete")?.unwrap_or_default().iter() {
                batch = batch.delete(item(&key)?);
            }
            batch.await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// How numbers are read.
pub(crate) fn reading(options: &Options) -> Result<Reading, Thrown> {
    Ok(Reading { exact: options.flag("exactDecimals")? })
}

/// The attributes that are asked for.
pub(crate) fn projection(options: &Options) -> Result<Option<Vec<poolpass::dynamodb::Attribute>>, Thrown> {
    let attributes = options.list("attributes")?;
    attributes.map(|attributes| attributes.iter().map(|it| path(Some(it))).collect()).transpose()
}

/// The changes that `options` name.
pub(crate) fn changed(mut update: UpdateItem, changes: &Options) -> Result<UpdateItem, Thrown> {
    for (path, value) in entries(changes, "set")? {
        update = update.set(path, attribute_value(&value)?);
    }
    for (path, value) in entries(changes, "setIfNotExists")? {
        update = update.set_if_not_exists(path, attribute_value(&value)?);
    }
    for (path, value) in entries(changes, "append")? {
        let elements = Array::from(&value);
        let elements = elements.iter().map(|it| attribute_value(&it)).collect::<Result<Vec<_>, _>>()?;
        update = update.append(path, elements);
    }
    for (path, value) in entries(changes, "add")? {
        update = update.add(path, attribute_value(&value)?);
    }
    for (path, value) in entries(changes, "deleteFromSet")? {
        update = update.delete_from_set(path, attribute_value(&value)?);
    }
    for place in changes.list("remove")?.unwrap_or_default().iter() {
        update = update.remove(path(Some(place))?);
    }
    if let Some(value) = changes.value("expression") {
        update = update.expression(expression(value)?);
    }
    Ok(update)
}

/// An object of attributes, or pairs of a path and a value.
fn entries(changes: &Options, name: &str) -> Result<Vec<(poolpass::dynamodb::Attribute, JsValue)>, Thrown> {
    let Some(value) = changes.value(name) else { return Ok(Vec::new()) };
    let entries = match value.dyn_ref::<Array>() {
        Some(pairs) => pairs.clone(),
        None => js_sys::Object::entries(value.unchecked_ref()),
    };
    let pair = |entry: JsValue| {
        let entry = Array::from(&entry);
        Ok((path(Some(entry.get(0)))?, entry.get(1)))
    };
    entries.iter().map(pair).collect()
}

fn found(options: &Options, item: Option<Item>) -> Result<JsValue, Thrown> {
    let reading = reading(options)?;
    Ok(maybe(item.map(|item| reading.item(item))))
}
