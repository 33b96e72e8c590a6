//! Reads the conditions that `js/conditions.ts` makes.

use poolpass::dynamodb::{Attribute, Condition, Expression, attribute};
use wasm_bindgen::JsValue;

use super::attribute_value::{attribute_value, attribute_values};
use crate::error::Exception;
use crate::realms::array_in;
use crate::values::{Options, entries, text_in};

/// The most operators and functions that DynamoDB takes in one condition.
const OPERATORS: usize = 300;

/// Reads a condition: `{ op, path, values, conditions }`, or an expression in DynamoDB's own language.
pub(crate) fn condition(value: JsValue) -> Result<Condition, Exception> {
    nested_condition(value, OPERATORS)
}

fn nested_condition(value: JsValue, levels: usize) -> Result<Condition, Exception> {
    let too_many =
        || Exception::invalid_input("a condition has more than 300 operators, the most that DynamoDB takes");
    let levels = levels.checked_sub(1).ok_or_else(too_many)?;
    let node = Options::new(value.clone());
    let Some(op) = node.text("op")? else { return expression(value).map(Condition::from) };
    let path = || path(node.value("path"));
    let values = node.list("values")?.unwrap_or_default();
    let value = |index| attribute_value(&values.get(index));
    let conditions = node.list("conditions")?.unwrap_or_default();
    let nested = |index| nested_condition(conditions.get(index), levels);
    Ok(match op.as_str() {
        "eq" => path()?.eq(value(0)?),
        "ne" => path()?.ne(value(0)?),
        "lt" => path()?.lt(value(0)?),
        "le" => path()?.le(value(0)?),
        "gt" => path()?.gt(value(0)?),
        "ge" => path()?.ge(value(0)?),
        "between" => path()?.between(value(0)?, value(1)?),
        "isIn" => path()?.is_in(attribute_values(&values)?),
        "exists" => path()?.exists(),
        "notExists" => path()?.not_exists(),
        "beginsWith" => {
            let prefix = text_in(&values.get(0))?;
            path()?.begins_with(prefix.ok_or_else(|| Exception::invalid_input("a prefix is a string"))?)
        }
        "contains" => path()?.contains(value(0)?),
        "and" => nested(0)?.and(nested(1)?),
        "or" => nested(0)?.or(nested(1)?),
        "not" => !nested(0)?,
        _ => return Err(Exception::invalid_input("there is no such condition")),
    })
}

/// Reads `{ expression, names, values }`.
pub(crate) fn expression(value: JsValue) -> Result<Expression, Exception> {
    let node = Options::new(value);
    let Some(text) = node.text("expression")? else {
        return Err(Exception::invalid_input("a condition begins with attribute() or is an expression"));
    };
    let mut expression = Expression::new(text);
    for (placeholder, name) in node.texts("names")? {
        expression = expression.name(placeholder, name);
    }
    if let Some(values) = node.value("values") {
        for (placeholder, value) in entries(&values)? {
            expression = expression.value(placeholder, attribute_value(&value)?);
        }
    }
    Ok(expression)
}

/// Reads a path: a name, or an array of a name and then names of members and indexes of elements.
pub(crate) fn path(value: Option<JsValue>) -> Result<Attribute, Exception> {
    let no_path = || Exception::invalid_input("a path begins with the name of an attribute");
    let value = value.ok_or_else(no_path)?;
    if let Some(name) = text_in(&value)? {
        return Ok(attribute(name));
    }
    let mut steps = array_in(&value).ok_or_else(no_path)?.into_iter();
    let name = text_in(&steps.next().unwrap_or_default())?.ok_or_else(no_path)?;
    steps.try_fold(attribute(name), |place, step| match (text_in(&step)?, step.as_f64()) {
        (Some(member), _) => Ok(place.member(member)),
        (None, Some(index)) => Ok(place.element(index as usize)),
        (None, None) => Err(no_path()),
    })
}
