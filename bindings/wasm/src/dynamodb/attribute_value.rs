//! Converts DynamoDB's values from and to JavaScript's.
//!
//! | JavaScript | DynamoDB |
//! |---|---|
//! | string, boolean, null, array, plain object | S, BOOL, NULL, L, M |
//! | number, bigint, `Decimal` | N |
//! | `Uint8Array` | B |
//! | `Set` of strings; of numbers, bigints or decimals; of `Uint8Array` | SS; NS; BS |

use js_sys::{Array, BigInt, Number, Reflect, Set, Uint8Array};
use poolpass::dynamodb::{AttributeValue, Item};
use wasm_bindgen::prelude::*;

use crate::error::Exception;
use crate::realms::{array_in, bytes_in, digits_in, elements_in};
use crate::values::{dictionary, entries, list, text_in};

#[wasm_bindgen(raw_module = "./decimal.js")]
extern "C" {
    /// A number as text.
    type Decimal;

    #[wasm_bindgen(constructor)]
    fn new(text: &str) -> Decimal;
}

/// How to read numbers that a JavaScript number cannot hold exactly.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    /// Everything but a safe integer becomes a `Decimal` or a bigint.
    pub(crate) exact: bool,
}

impl Reading {
    pub(crate) fn item(self, item: &Item) -> JsValue {
        self.members(item)
    }

    fn members(self, item: &Item) -> JsValue {
        dictionary(item.iter().map(|(name, value)| (name, self.value(value))))
    }

    fn value(self, value: &AttributeValue) -> JsValue {
        match value {
            AttributeValue::S(text) => text.into(),
            AttributeValue::N(number) => self.number(number),
            AttributeValue::B(bytes) => Uint8Array::from(bytes.as_slice()).into(),
            AttributeValue::Bool(bool) => (*bool).into(),
            AttributeValue::M(members) => self.members(members),
            AttributeValue::L(elements) => list(elements.iter().map(|element| self.value(element))),
            AttributeValue::Ss(texts) => set_of(texts.iter().map(JsValue::from)),
            AttributeValue::Ns(numbers) => set_of(numbers.iter().map(|number| self.number(number))),
            AttributeValue::Bs(elements) => {
                set_of(elements.iter().map(|bytes| Uint8Array::from(bytes.as_slice()).into()))
            }
            _ => JsValue::NULL,
        }
    }

    /// An integer becomes a number if that is exact, and a bigint otherwise.
    fn number(self, text: &str) -> JsValue {
        let integer = text.parse::<i64>().map(|integer| integer as f64);
        if let Ok(integer) = integer
            && integer.abs() <= Number::MAX_SAFE_INTEGER
        {
            return integer.into();
        }
        let is_integer = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_integer && let Ok(integer) = BigInt::new(&text.into()) {
            return integer.into();
        }
        if self.exact { Decimal::new(text).into() } else { Number::parse_float(text).into() }
    }
}

/// The most levels of lists and maps that DynamoDB stores. An object that contains itself has no end of them.
const LEVELS: usize = 32;

/// Reads an item or a key from a plain object.
pub(crate) fn item(value: &JsValue) -> Result<Item, Exception> {
    if !is_plain_object(value) {
        return Err(Exception::invalid_input("an item is a plain object"));
    }
    members(value, LEVELS)
}

/// Reads a value.
pub(crate) fn attribute_value(value: &JsValue) -> Result<AttributeValue, Exception> {
    nested_value(value, LEVELS)
}

/// Reads the elements of an array.
pub(crate) fn attribute_values(elements: &Array) -> Result<Vec<AttributeValue>, Exception> {
    nested_values(elements, LEVELS)
}

fn nested_value(value: &JsValue, levels: usize) -> Result<AttributeValue, Exception> {
    if value.is_null() {
        return Ok(AttributeValue::Null);
    }
    if let Some(text) = text_in(value)? {
        return Ok(AttributeValue::S(text));
    }
    if let Some(bool) = value.as_bool() {
        return Ok(AttributeValue::Bool(bool));
    }
    if let Some(number) = number(value)? {
        return Ok(AttributeValue::N(number));
    }
    if let Some(elements) = array_in(value) {
        return nested_values(&elements, one_less(levels)?).map(AttributeValue::L);
    }
    if let Some(bytes) = bytes_in(value) {
        return Ok(AttributeValue::B(bytes.to_vec()));
    }
    if let Some(elements) = elements_in(value) {
        return set_value(&elements);
    }
    if is_plain_object(value) {
        return members(value, one_less(levels)?).map(AttributeValue::from);
    }
    Err(Exception::invalid_input("an item holds a value that DynamoDB has no type for"))
}

fn nested_values(elements: &Array, levels: usize) -> Result<Vec<AttributeValue>, Exception> {
    let mut values = Vec::new();
    for element in elements.iter() {
        values.push(nested_value(&element, levels)?);
    }
    Ok(values)
}

fn members(object: &JsValue, levels: usize) -> Result<Item, Exception> {
    let mut item = Item::new();
    for (name, value) in entries(object)? {
        // As in JSON, a member that is undefined is absent.
        if !value.is_undefined() {
            item.insert(name, nested_value(&value, levels)?);
        }
    }
    Ok(item)
}

fn one_less(levels: usize) -> Result<usize, Exception> {
    levels.checked_sub(1).ok_or_else(|| {
        Exception::invalid_input(
            "a value has more than 32 levels, the most that DynamoDB stores, or holds itself",
        )
    })
}

fn number(value: &JsValue) -> Result<Option<String>, Exception> {
    if let Some(number) = value.as_f64() {
        if !number.is_finite() {
            return Err(Exception::invalid_input("DynamoDB has neither NaN nor Infinity"));
        }
        // JavaScript writes the shortest text that reads back as the same number.
        return Ok(Some(String::from(Number::from(number).to_js_string())));
    }
    if let Some(integer) = value.dyn_ref::<BigInt>() {
        return Ok(integer.to_string(10).ok().map(String::from));
    }
    let digits = digits_in(value);
    if digits.is_undefined() {
        return Ok(None);
    }
    digits.as_string().map(Some).ok_or_else(|| Exception::invalid_input("a Decimal is made of a string"))
}

fn set_value(elements: &Array) -> Result<AttributeValue, Exception> {
    let mixed = || Exception::invalid_input("a Set holds only strings, only numbers or only Uint8Arrays");
    let first = elements.get(0);
    if first.is_string() {
        let texts = elements.iter().map(|element| text_in(&element)?.ok_or_else(mixed));
        return texts.collect::<Result<_, _>>().map(AttributeValue::Ss);
    }
    if bytes_in(&first).is_some() {
        let bytes = elements.iter().map(|element| Some(bytes_in(&element)?.to_vec()));
        return bytes.collect::<Option<_>>().map(AttributeValue::Bs).ok_or_else(mixed);
    }
    let numbers = elements.iter().map(|element| number(&element)?.ok_or_else(mixed));
    numbers.collect::<Result<_, _>>().map(AttributeValue::Ns)
}

fn set_of(elements: impl Iterator<Item = JsValue>) -> JsValue {
    Set::new(&elements.collect::<Array>()).into()
}

fn is_plain_object(value: &JsValue) -> bool {
    if !value.is_object() {
        return false;
    }
    let Ok(prototype) = Reflect::get_prototype_of(value) else { return false };
    // Objects of another window or worker have an Object.prototype of their own, whose prototype is null too.
    prototype.is_null() || Reflect::get_prototype_of(&prototype).is_ok_and(|root| root.is_null())
}
