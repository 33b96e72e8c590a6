//! JSON that is read value by value, for answers that may be large: a tree of a megabyte of tiny values would take a hundred times
//! their bytes.
//!
//! Readers are functions from a [`Value`]. serde's own way, a type with derived code or a visitor for each kind of value, would compile
//! the parser anew for each.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::ParseError;

/// A value, read where it stands. What its reader leaves unread of an object or a list is skipped.
pub(crate) enum Value<'a> {
    Null,
    Flag(bool),
    /// A whole number that is not negative.
    Count(u64),
    /// Any other number.
    Number,
    Text(&'a str),
    Object(&'a mut dyn Members),
    List(&'a mut dyn Elements),
}

/// The value is not what its reader wants, or no JSON.
#[derive(Debug)]
pub(crate) struct Unexpected;

type ReadValue<'r> = &'r mut dyn FnMut(Value<'_>) -> Result<(), Unexpected>;

/// The members of an object.
pub(crate) trait Members {
    /// Goes on to the next member, and tells its name. False when there is none.
    fn next(&mut self, name: &mut dyn FnMut(&str)) -> Result<bool, Unexpected>;

    /// Reads the value of the member. One that is not read is skipped.
    fn value(&mut self, read: ReadValue<'_>) -> Result<(), Unexpected>;
}

/// The elements of a list.
pub(crate) trait Elements {
    /// Reads the next element. False when there is none.
    fn next(&mut self, read: ReadValue<'_>) -> Result<bool, Unexpected>;
}

/// Reads a document.
pub(crate) fn read<T>(
    json: &[u8],
    read: impl FnOnce(Value<'_>) -> Result<T, Unexpected>,
) -> Result<T, ParseError> {
    let (mut read, mut result) = (Some(read), Err(Unexpected));
    document(json, &mut |value| {
        result = Ok(read.take().ok_or(Unexpected)?(value)?);
        Ok(())
    })?;
    result.map_err(|Unexpected| ParseError::NoObject)
}

fn document(json: &[u8], read: ReadValue<'_>) -> Result<(), ParseError> {
    let mut json = serde_json::Deserializer::from_slice(json);
    Reader(read).deserialize(&mut json).and_then(|()| json.end()).map_err(ParseError::from)
}

impl<'a> Value<'a> {
    /// Reads each member of an object by its name.
    pub(crate) fn members(
        self,
        read: &mut dyn FnMut(&str, &mut dyn Members) -> Result<(), Unexpected>,
    ) -> Result<(), Unexpected> {
        let Self::Object(members) = self else { return Err(Unexpected) };
        let mut name = String::new();
        while members.next(&mut |next| next.clone_into(&mut name))? {
            read(&name, members)?;
        }
        Ok(())
    }

    /// Reads each element of a list.
    pub(crate) fn elements(self, read: ReadValue<'_>) -> Result<(), Unexpected> {
        let Self::List(elements) = self else { return Err(Unexpected) };
        while elements.next(read)? {}
        Ok(())
    }

    pub(crate) fn text(self) -> Result<&'a str, Unexpected> {
        if let Self::Text(text) = self { Ok(text) } else { Err(Unexpected) }
    }

    pub(crate) fn flag(self) -> Result<bool, Unexpected> {
        if let Self::Flag(flag) = self { Ok(flag) } else { Err(Unexpected) }
    }

    pub(crate) fn count(self) -> Result<u64, Unexpected> {
        if let Self::Count(count) = self { Ok(count) } else { Err(Unexpected) }
    }
}

/// serde's side of a reader.
struct Reader<'r>(ReadValue<'r>);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl Reader<'_> {
    fn read<E: Error>(self, value: Value<'_>) -> Result<(), E> {
        (self.0)(value).map_err(|Unexpected| unexpected())
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.read(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.read(Value::Flag(flag))
    }

    fn visit_u64<E: Error>(self, count: u64) -> Result<(), E> {
        self.read(Value::Count(count))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.read(Value::Number)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.read(Value::Number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.read(Value::Text(text))
    }

    fn visit_map<M: MapAccess<'de>>(self, access: M) -> Result<(), M::Error> {
        let mut open = Open { access, is_unread: false, error: None };
        let read = (self.0)(Value::Object(&mut open)).and_then(|()| {
            while Members::next(&mut open, &mut |_| ())? {}
            Ok(())
        });
        read.map_err(|Unexpected| open.error.unwrap_or_else(unexpected))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, access: S) -> Result<(), S::Error> {
        let mut open = Open { access, is_unread: false, error: None };
        let read = (self.0)(Value::List(&mut open)).and_then(|()| {
            let rest = open.access.next_element::<IgnoredAny>();
            let mut rest = open.kept(rest)?;
            while rest.is_some() {
                let next = open.access.next_element();
                rest = open.kept(next)?;
            }
            Ok(())
        });
        read.map_err(|Unexpected| open.error.unwrap_or_else(unexpected))
    }
}

fn unexpected<E: Error>() -> E {
    E::custom("unexpected")
}

/// An object or a list that is being read.
struct Open<A, E> {
    access: A,
    /// Whether the value of the present member is still to be read.
    is_unread: bool,
    /// The parser's own error, which knows the place.
    error: Option<E>,
}

impl<A, E> Open<A, E> {
    fn kept<T>(&mut self, result: Result<T, E>) -> Result<T, Unexpected> {
        result.map_err(|error| {
            self.error = Some(error);
            Unexpected
        })
    }
}

impl<'de, M: MapAccess<'de>> Members for Open<M, M::Error> {
    fn next(&mut self, name: &mut dyn FnMut(&str)) -> Result<bool, Unexpected> {
        if std::mem::take(&mut self.is_unread) {
            let skipped = self.access.next_value::<IgnoredAny>();
            self.kept(skipped)?;
        }
        let next = self.access.next_key_seed(Reader(&mut |value| {
            name(value.text()?);
            Ok(())
        }));
        self.is_unread = self.kept(next)?.is_some();
        Ok(self.is_unread)
    }

    fn value(&mut self, read: ReadValue<'_>) -> Result<(), Unexpected> {
        self.is_unread = false;
        let value = self.access.next_value_seed(Reader(read));
        self.kept(value)
    }
}

impl<'de, S: SeqAccess<'de>> Elements for Open<S, S::Error> {
    fn next(&mut self, read: ReadValue<'_>) -> Result<bool, Unexpected> {
        let next = self.access.next_element_seed(Reader(read));
        Ok(self.kept(next)?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of an object's members and the texts in its lists; everything else is left unread.
    fn names_and_texts(json: &str) -> Result<Vec<String>, ParseError> {
        read(json.as_bytes(), |value| {
            let mut found = Vec::new();
            value.members(&mut |name, member| {
                found.push(name.to_owned());
                if name != "list" {
                    return Ok(());
                }
                member.value(&mut |list| {
                    list.elements(&mut |element| {
                        if let Value::Text(text) = element {
                            found.push(text.to_owned());
                        }
                        Ok(())
                    })
                })
            })?;
            Ok(found)
        })
    }

    #[test]
    fn what_is_not_read_is_skipped() {
        let json =
            r#" {"a":{"b":[1,{"c":"\"}"}]},"list":[1,"x",{"d":[2]},["y"],-1,0.5,null,true,"z\n"],"e":[[]]} "#;
        assert_eq!(names_and_texts(json).unwrap(), ["a", "list", "x", "z\n", "e"]);
    }

    #[test]
    fn a_reader_may_stop_before_the_end_of_a_list() {
        let first = read(b"[[7,[8],{\"a\":1}],9]", |value| {
            let Value::List(list) = value else { return Err(Unexpected) };
            let mut first = 0;
            list.next(&mut |inner| {
                let Value::List(inner) = inner else { return Err(Unexpected) };
                inner.next(&mut |value| {
                    first = value.count()?;
                    Ok(())
                })?;
                Ok(())
            })?;
            Ok(first)
        });
        assert_eq!(first.unwrap(), 7);
    }

    #[test]
    fn an_error_says_where_and_whether_it_is_json() {
        for broken in [
            "",
            "{",
            "{\"a\"",
            "{\"a\":1",
            "{\"a\":}",
            "{} {}",
            "{\"list\":[\"x\"",
            "{\"list\":[1 2]}",
            "<html>",
        ] {
            assert!(matches!(names_and_texts(broken), Err(ParseError::Json { .. })), "{broken}");
        }
        for other in ["7", "null", "[]", "\"x\"", "true", "-1", "1e9"] {
            assert!(matches!(names_and_texts(other), Err(ParseError::Type { .. })), "{other}");
        }
        let error = names_and_texts("{\"a\":1,\n\"list\":7}").unwrap_err();
        assert!(matches!(error, ParseError::Type { line: 2, .. }), "{error}");
    }

    #[test]
    fn nesting_has_an_end() {
        fn depth(value: Value<'_>) -> Result<usize, Unexpected> {
            let mut inner = 0;
            value.elements(&mut |element| {
                inner = depth(element)?;
                Ok(())
            })?;
            Ok(inner + 1)
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(read(nested(120).as_bytes(), depth).unwrap(), 120);
        assert!(read(nested(100_000).as_bytes(), depth).is_err());
    }
}
