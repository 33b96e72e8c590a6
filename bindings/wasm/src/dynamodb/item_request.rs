//! Requests for items, as `js/dynamodb.ts` describes them: reads, writes and changes.

use poolpass::dynamodb::{
    Attribute, BatchGet, BatchWrite, DeleteItem, GetItem, Item, PutItem, ReturnValues, Table, UpdateItem,
    attribute,
};
use wasm_bindgen::JsValue;

use super::attribute_value::{Reading, attribute_value, attribute_values, item};
use super::condition::{condition, expression, path};
use crate::error::Exception;
use crate::realms::array_in;
use crate::values::{self, Options};

/// The get that `input` describes.
pub(super) fn get(table: &Table, input: &Options) -> Result<GetItem<Item>, Exception> {
    let mut get = table.get::<Item>(key(input)?);
    if input.flag("consistentRead")? {
        get = get.consistent_read();
    }
    if let Some(attributes) = projection(input)? {
        get = get.attributes(attributes);
    }
    Ok(get)
}

/// The put that `input` describes.
pub(super) fn put(table: &Table, input: &Options) -> Result<PutItem, Exception> {
    let mut put = table.put(item(&input.value("item").unwrap_or_default())?);
    if let Some(wanted) = input.value("condition") {
        put = put.condition(condition(wanted)?);
    }
    Ok(if return_old(input)? { put.return_old_on_condition_check_failure() } else { put })
}

/// The delete that `input` describes.
pub(super) fn delete(table: &Table, input: &Options) -> Result<DeleteItem, Exception> {
    let mut delete = table.delete(key(input)?);
    if let Some(wanted) = input.value("condition") {
        delete = delete.condition(condition(wanted)?);
    }
    Ok(if return_old(input)? { delete.return_old_on_condition_check_failure() } else { delete })
}

/// The update that `input` describes.
pub(super) fn update(table: &Table, input: &Options) -> Result<UpdateItem, Exception> {
    let mut update = changed(table.update(key(input)?), input)?;
    if let Some(wanted) = input.value("condition") {
        update = update.condition(condition(wanted)?);
    }
    Ok(if return_old(input)? { update.return_old_on_condition_check_failure() } else { update })
}

/// Whether the error carries the item for which the condition does not hold.
pub(super) fn return_old(input: &Options) -> Result<bool, Exception> {
    input.flag("returnOldOnConditionCheckFailure")
}

/// The batch get that `input` describes.
pub(super) fn batch_get(table: &Table, input: &Options) -> Result<BatchGet<Item>, Exception> {
    let mut get = table.batch_get::<Item>(items(input, "keys")?);
    if input.flag("consistentRead")? {
        get = get.consistent_read();
    }
    if let Some(attributes) = projection(input)? {
        get = get.attributes(attributes);
    }
    Ok(get)
}

/// The batch write that `input` describes.
pub(super) fn batch_write(table: &Table, input: &Options) -> Result<BatchWrite, Exception> {
    let mut batch = table.batch_write();
    for new in items(input, "put")? {
        batch = batch.put(new);
    }
    for key in items(input, "delete")? {
        batch = batch.delete(key);
    }
    Ok(batch)
}

/// The key of an item.
pub(super) fn key(input: &Options) -> Result<Item, Exception> {
    item(&input.value("key").unwrap_or_default())
}

fn items(input: &Options, name: &str) -> Result<Vec<Item>, Exception> {
    let mut items = Vec::new();
    for value in input.list(name)?.unwrap_or_default().iter() {
        items.push(item(&value)?);
    }
    Ok(items)
}

/// The values that an update returns.
pub(super) fn return_values(input: &Options) -> Result<Option<ReturnValues>, Exception> {
    let Some(code) = input.text("returnValues")? else { return Ok(None) };
    match ReturnValues::from_code(&code) {
        Some(values) => Ok(Some(values)),
        None => Err(Exception::invalid_input("there is no such value of returnValues")),
    }
}

/// How to read numbers.
pub(super) fn reading(options: &Options) -> Result<Reading, Exception> {
    Ok(Reading { exact: options.flag("exactDecimals")? })
}

/// The attributes that a read returns.
pub(super) fn projection(options: &Options) -> Result<Option<Vec<Attribute>>, Exception> {
    let Some(wanted) = options.list("attributes")? else { return Ok(None) };
    let mut attributes = Vec::new();
    for place in wanted.iter() {
        attributes.push(path(Some(place))?);
    }
    Ok(Some(attributes))
}

/// Adds the changes that `changes` describes.
fn changed(mut update: UpdateItem, changes: &Options) -> Result<UpdateItem, Exception> {
    for (path, value) in entries(changes, "set")? {
        update = update.set(path, attribute_value(&value)?);
    }
    for (path, value) in entries(changes, "setIfNotExists")? {
        update = update.set_if_not_exists(path, attribute_value(&value)?);
    }
    for (path, value) in entries(changes, "append")? {
        let Some(elements) = array_in(&value) else {
            return Err(Exception::invalid_input("what is appended to a list is an array"));
        };
        update = update.append(path, attribute_values(&elements)?);
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

/// Reads an object of attributes, or pairs of a path and a value.
fn entries(changes: &Options, name: &str) -> Result<Vec<(Attribute, JsValue)>, Exception> {
    let Some(value) = changes.value(name) else { return Ok(Vec::new()) };
    let Some(listed) = array_in(&value) else {
        if !value.is_object() {
            return Err(Exception::invalid_input(&format!(
                "{name} is neither an object nor an array of pairs"
            )));
        }
        let members = values::entries(&value)?.into_iter();
        return Ok(members.map(|(name, value)| (attribute(name), value)).collect());
    };
    let mut pairs = Vec::new();
    for pair in listed.iter() {
        let Some(pair) = array_in(&pair) else {
            return Err(Exception::invalid_input("a change is a pair of a path and a value"));
        };
        pairs.push((path(Some(pair.get(0)))?, pair.get(1)));
    }
    Ok(pairs)
}
