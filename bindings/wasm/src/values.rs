//! Plain JavaScript objects, in and out.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use js_sys::{Array, Date, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::error::Exception;
use crate::realms::{array_in, bytes_in};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Object)]
    type Members;

    // One step into JavaScript, where Reflect.set takes three: an item of DynamoDB has many members, and a page many items. It fails
    // where an app has frozen Object.prototype, for `constructor` and the like.
    #[wasm_bindgen(method, indexing_setter, catch)]
    fn set(this: &Members, name: &str, value: &JsValue) -> Result<(), JsValue>;
}

/// An object with these members; those that are undefined are left out.
pub(crate) fn object(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new().unchecked_into::<Members>();
    for (name, value) in members {
        if !value.is_undefined() {
            // Its names are our own, and none that objects have already.
            let _ = object.set(name, value);
        }
    }
    object.into()
}

/// An object whose members have any names. One called `__proto__` is a member like the others, and not a prototype.
pub(crate) fn dictionary<Name: AsRef<str>>(members: impl IntoIterator<Item = (Name, JsValue)>) -> JsValue {
    let mut object = Object::new().unchecked_into::<Members>();
    for (name, value) in members {
        let name = name.as_ref();
        if name == "__proto__" || object.set(name, &value).is_err() {
            object = with_entry(&object, name, &value);
        }
    }
    object.into()
}

/// With a member that assigning would not add.
fn with_entry(object: &Members, name: &str, value: &JsValue) -> Members {
    let entries = Object::entries(object);
    entries.push(&Array::of2(&name.into(), value));
    // Pairs of a text and a value are entries.
    Object::from_entries(&entries).unwrap_or_default().unchecked_into()
}

#[wasm_bindgen]
extern "C" {
    // Unlike that of js-sys, it survives a getter that throws.
    #[wasm_bindgen(js_namespace = Object, js_name = entries, catch)]
    fn entries_of(object: &JsValue) -> Result<Array, JsValue>;
}

/// The names and values of an object's members.
pub(crate) fn entries(object: &JsValue) -> Result<Vec<(String, JsValue)>, Exception> {
    // Neither has a revoked `Proxy` members, nor what is no object.
    Reflect::get_prototype_of(object)
        .map_err(|_| Exception::invalid_input("what should be an object is none"))?;
    let mut members = Vec::new();
    for entry in entries_of(object)?.iter() {
        let entry: Array = entry.unchecked_into();
        members.push((text_in(&entry.get(0))?.unwrap_or_default(), entry.get(1)));
    }
    Ok(members)
}

/// The text of a string. Half of a surrogate pair would become U+FFFD, and two names the same one.
pub(crate) fn text_in(value: &JsValue) -> Result<Option<String>, Exception> {
    let Some(text) = value.as_string() else { return Ok(None) };
    if text.contains('\u{FFFD}') && JsValue::from_str(&text) != *value {
        return Err(Exception::invalid_input("a string has half of a surrogate pair, which no text has"));
    }
    Ok(Some(text))
}

/// A copy in the module's memory, if there is room for it.
pub(crate) fn in_memory(bytes: &Uint8Array) -> Result<Vec<u8>, Exception> {
    // More than four gigabytes would wrap around in length().
    let length = Reflect::get(bytes, &"length".into())?.as_f64().unwrap_or_default() as usize;
    let mut copy = Vec::new();
    copy.try_reserve_exact(length).map_err(|_| {
        Exception::invalid_input(
            "there is no memory for so many bytes: upload a Blob, which is read part by part",
        )
    })?;
    copy.resize(length, 0);
    bytes.copy_to(&mut copy);
    Ok(copy)
}

/// The value, or undefined.
pub(crate) fn maybe(value: Option<impl Into<JsValue>>) -> JsValue {
    value.map_or(JsValue::UNDEFINED, Into::into)
}

/// An object with these texts.
pub(crate) fn texts<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> JsValue {
    dictionary(members.into_iter().map(|(name, value)| (name, value.into())))
}

/// An array.
pub(crate) fn list(elements: impl IntoIterator<Item = impl Into<JsValue>>) -> JsValue {
    let array = Array::new();
    for element in elements {
        array.push(&element.into());
    }
    array.into()
}

/// A JavaScript `Date`.
pub(crate) fn date(time: SystemTime) -> JsValue {
    let millis = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    Date::new(&JsValue::from_f64(millis as f64)).into()
}

/// The moment of a JavaScript time stamp.
pub(crate) fn system_time(millis: f64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis as u64)
}

/// The arguments and options of a call, read by name. What is absent, undefined or null is not there.
#[derive(Clone)]
pub(crate) struct Options(JsValue);

impl Options {
    pub(crate) fn new(options: JsValue) -> Self {
        Self(options)
    }

    pub(crate) fn value(&self, name: &str) -> Option<JsValue> {
        if !self.0.is_object() {
            return None;
        }
        // An unreadable member exists, but no method accepts it.
        let value = Reflect::get(&self.0, &name.into()).unwrap_or_else(|_| JsValue::symbol(None));
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Exception> {
        let Some(value) = self.value(name) else { return Ok(None) };
        text_in(&value)?.map(Some).ok_or_else(|| unexpected(name, "a string"))
    }

    pub(crate) fn needed(&self, name: &str) -> Result<String, Exception> {
        self.text(name)?.ok_or_else(|| Exception::invalid_input(&format!("{name} is missing")))
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, Exception> {
        let is_count = |number: &f64| *number >= 0.0 && *number <= js_sys::Number::MAX_SAFE_INTEGER;
        self.read(name, "a number that is not negative", |value| value.as_f64().filter(is_count))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Exception> {
        Ok(self.read(name, "a boolean", JsValue::as_bool)?.unwrap_or(false))
    }

    pub(crate) fn options(&self, name: &str) -> Result<Option<Self>, Exception> {
        self.read(name, "an object", |value| value.is_object().then(|| Self(value.clone())))
    }

    /// A moment, as a `Date`.
    #[cfg(feature = "s3")]
    pub(crate) fn time(&self, name: &str) -> Result<Option<SystemTime>, Exception> {
        let millis = |value: &JsValue| crate::realms::millis_in(value).filter(|millis| *millis >= 0.0);
        Ok(self.read(name, "a valid Date since 1970", millis)?.map(system_time))
    }

    pub(crate) fn texts(&self, name: &str) -> Result<BTreeMap<String, String>, Exception> {
        let Some(value) = self.value(name) else { return Ok(BTreeMap::new()) };
        let expected = || unexpected(name, "an object of strings");
        if !value.is_object() {
            return Err(expected());
        }
        let mut texts = BTreeMap::new();
        for (name, value) in entries(&value)? {
            texts.insert(name, text_in(&value)?.ok_or_else(expected)?);
        }
        Ok(texts)
    }

    /// Empty where it is absent.
    pub(crate) fn text_list(&self, name: &str) -> Result<Vec<String>, Exception> {
        let mut texts = Vec::new();
        for element in self.list(name)?.unwrap_or_default().iter() {
            texts.push(text_in(&element)?.ok_or_else(|| unexpected(name, "an array of strings"))?);
        }
        Ok(texts)
    }

    pub(crate) fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Exception> {
        self.read(name, "a Uint8Array", |value| bytes_in(value).as_ref().map(in_memory))?.transpose()
    }

    pub(crate) fn function(&self, name: &str) -> Result<Option<Function>, Exception> {
        self.read(name, "a function", |value| value.dyn_ref::<Function>().cloned())
    }

    pub(crate) fn list(&self, name: &str) -> Result<Option<Array>, Exception> {
        self.read(name, "an array", array_in)
    }

    fn read<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&JsValue) -> Option<T>,
    ) -> Result<Option<T>, Exception> {
        let Some(value) = self.value(name) else { return Ok(None) };
        read(&value).map(Some).ok_or_else(|| unexpected(name, expected))
    }
}

fn unexpected(name: &str, expected: &str) -> Exception {
    Exception::invalid_input(&format!("{name} is not {expected}"))
}

/// Pairs of borrowed texts, as the SDK takes them.
pub(crate) fn pairs(texts: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
