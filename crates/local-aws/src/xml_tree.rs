//! XML as a tree of elements that know where they stand in the text: for SAML, and for local-aws's own pages, which are HTML and XML.

use std::ops::Range;

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

/// How many elements may be in each other. Deeper trees would exhaust the stack where they are dropped.
const MOST_DEPTH: usize = 100;

/// An element.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    /// The name without its prefix.
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// The text of the element and of all elements in it.
    pub(crate) text: String,
    /// The bytes from the first to the last bracket.
    pub(crate) span: Range<usize>,
}

/// The text is not well-formed XML.
#[derive(Debug, thiserror::Error)]
#[error("malformed XML: {0}")]
pub(crate) struct Malformed(String);

impl Element {
    /// The root element of a document. A document type is skipped, and entities other than XML's five are refused.
    pub(crate) fn parse(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        // The elements that are open, below the document.
        let mut open = vec![Self::default()];
        loop {
            if open.len() > MOST_DEPTH {
                return Err(malformed(&"too many elements in each other"));
            }
            let start = position(&reader);
            let event = reader.read_event().map_err(|error| malformed(&error))?;
            match event {
                Event::Start(tag) => open.push(Self::of_tag(&tag, start)?),
                Event::Empty(tag) => {
                    open.push(Self::of_tag(&tag, start)?);
                    close(&mut open, position(&reader))?;
                }
                Event::End(_) => close(&mut open, position(&reader))?,
                Event::Text(text) => add_text(&mut open, &text.xml10_content()),
                Event::CData(text) => add_text(&mut open, &text.xml10_content()),
                Event::GeneralRef(entity) => {
                    let character = entity.resolve_char_ref().map_err(|error| malformed(&error))?;
                    match (character, resolve_xml_entity(&entity.xml10_content())) {
                        (Some(character), _) => add_text(&mut open, character.encode_utf8(&mut [0; 4])),
                        (None, Some(text)) => add_text(&mut open, text),
                        (None, None) => return Err(malformed(&"an unknown entity")),
                    }
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let document =
            open.pop().filter(|_| open.is_empty()).ok_or_else(|| malformed(&"an element is open"))?;
        match <[Self; 1]>::try_from(document.children) {
            Ok([root]) => Ok(root),
            Err(_) => Err(malformed(&"not one root element")),
        }
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first element that this path of names leads to.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// This element and all elements in it, in the order of the text.
    pub(crate) fn all(&self) -> Vec<&Self> {
        let mut found = vec![self];
        found.extend(self.children.iter().flat_map(Self::all));
        found
    }

    fn of_tag(tag: &BytesStart<'_>, start: usize) -> Result<Self, Malformed> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| malformed(&error))?;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| malformed(&error))?;
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        let name = tag.local_name().as_ref().to_owned();
        Ok(Self { name, attributes, span: start..start, ..Self::default() })
    }
}

fn close(open: &mut Vec<Element>, end: usize) -> Result<(), Malformed> {
    let mut element = open.pop().ok_or_else(|| malformed(&"an end without a start"))?;
    element.span.end = end;
    let parent = open.last_mut().ok_or_else(|| malformed(&"an end without a start"))?;
    parent.text.push_str(&element.text);
    parent.children.push(element);
    Ok(())
}

fn add_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn malformed(error: &dyn std::fmt::Display) -> Malformed {
    Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_know_their_names_attributes_texts_and_places() {
        let text = "<!DOCTYPE x><p:a xmlns:p='urn:p' n=\"1 &amp; 2\">x &lt; &#121;<b/><c>z</c></p:a>";
        let root = Element::parse(text).unwrap();
        assert_eq!((root.name.as_str(), root.text.as_str()), ("a", "x < yz"));
        assert_eq!(root.attribute("n"), Some("1 & 2"));
        assert_eq!(text.get(root.at(&["c"]).unwrap().span.clone()), Some("<c>z</c>"));
        assert_eq!(text.get(root.child("b").unwrap().span.clone()), Some("<b/>"));
        assert_eq!(root.all().len(), 3);
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for text in
            ["", "x", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a>&unknown;</a>", "<a b=c/>", "<a b='&x;'/>"]
        {
            assert!(Element::parse(text).is_err(), "{text}");
        }
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(Element::parse(&nested(50)).is_ok());
        assert!(Element::parse(&nested(1_000_000)).is_err());
    }
}
