//! XML documents: the requests and answers of S3, and the refusals of AWS's older services.
//!
//! This one type writes and reads them element by element, as [`Object`](crate::json::Object) does for JSON.

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer, escape};

use crate::json::ParseError;

/// An element: its local name (AWS's names are distinct without their namespaces), its text and its children.
#[derive(Debug, Default)]
pub(crate) struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// Writing.
impl Element {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Adds a child.
    #[must_use]
    pub(crate) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Adds a child that is only a text.
    #[must_use]
    pub(crate) fn with_text(self, name: &str, text: impl Into<String>) -> Self {
        self.with(Self { text: text.into(), ..Self::new(name) })
    }

    /// Writes the document with this root.
    pub(crate) fn to_document(&self, namespace: &str) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        self.write(&mut writer, Some(namespace));
        writer.into_inner()
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>, namespace: Option<&str>) {
        let mut start = BytesStart::new(&self.name);
        if let Some(namespace) = namespace {
            start.push_attribute(("xmlns", namespace));
        }
        // Writing into memory does not fail.
        let _ = writer.write_event(Event::Start(start));
        let _ = writer.write_event(Event::Text(BytesText::new(&self.text)));
        for child in &self.children {
            child.write(writer, None);
        }
        let _ = writer.write_event(Event::End(BytesEnd::new(&self.name)));
    }
}

/// Reading. A document is at most a few megabytes and flat; other documents must not take much more.
impl Element {
    /// A page of a listing has a thousand entries with a dozen elements each.
    const MAX_ELEMENTS: usize = 100_000;
    const MAX_DEPTH: usize = 32;

    /// Reads the root of a document. Documents that declare their own entities are refused.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, ParseError> {
        Self::read(document).ok_or(ParseError::Xml)
    }

    fn read(document: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_reader(document);
        reader.config_mut().expand_empty_elements = true;
        let mut root = None;
        let mut open: Vec<Self> = Vec::new();
        let mut elements = 0;
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => {
                    elements += 1;
                    if elements > Self::MAX_ELEMENTS || open.len() == Self::MAX_DEPTH || root.is_some() {
                        return None;
                    }
                    open.push(Self::new(start.local_name().as_ref()));
                }
                Event::End(_) => {
                    let element = open.pop()?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => root = Some(element),
                    }
                }
                Event::Text(text) => match open.last_mut() {
                    Some(element) => element.text.push_str(&text.xml10_content()),
                    None if is_blank(&text) => {}
                    None => return None,
                },
                Event::CData(text) => {
                    open.last_mut()?.text.push_str(&text.xml10_content());
                }
                Event::GeneralRef(reference) => {
                    let text = &mut open.last_mut()?.text;
                    match reference.resolve_char_ref().ok()? {
                        Some(char) => text.push(char),
                        None => text.push_str(escape::resolve_xml_entity(&reference)?),
                    }
                }
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Empty(_) | Event::DocType(_) => return None,
                Event::Eof => return root.filter(|_| open.is_empty()),
            }
        }
    }

    /// Whether a document begins with an element of this name, whatever follows.
    pub(crate) fn is_root(name: &str, document: &[u8]) -> bool {
        let mut reader = Reader::from_reader(document);
        loop {
            match reader.read_event() {
                Ok(Event::Start(root) | Event::Empty(root)) => return root.local_name().as_ref() == name,
                Ok(Event::Text(text)) if is_blank(&text) => {}
                Ok(Event::Decl(_) | Event::Comment(_)) => {}
                _ => return false,
            }
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The children of this name, in their order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<String, ParseError> {
        self.maybe_text(name).ok_or(ParseError::Member(name))
    }

    /// A text that is not blank.
    pub(crate) fn name_of(&self, name: &'static str) -> Result<String, ParseError> {
        self.maybe_text(name).filter(|text| !text.trim().is_empty()).ok_or(ParseError::Member(name))
    }

    pub(crate) fn maybe_text(&self, name: &str) -> Option<String> {
        self.child(name).map(|child| child.text.clone())
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, name: &'static str) -> Result<u64, ParseError> {
        let count = self.child(name).and_then(|child| child.text.trim().parse().ok());
        count.ok_or(ParseError::Member(name))
    }

    /// A flag; false if it is absent.
    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, ParseError> {
        match self.child(name).map(|child| child.text.trim().to_ascii_lowercase()).as_deref() {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(ParseError::Member(name)),
        }
    }
}

fn is_blank(text: &BytesText<'_>) -> bool {
    text.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(document: &str) -> Result<Element, ParseError> {
        Element::parse(document.as_bytes())
    }

    #[test]
    fn what_is_written_is_read() {
        let list = Element::new("List")
            .with(Element::new("Entry").with_text("Key", " a&b<c> \"d\" ").with_text("Size", "7"))
            .with_text("IsTruncated", "true");
        let document = list.to_document("http://example/");
        assert_eq!(
            String::from_utf8(document.clone()).unwrap(),
            "<List xmlns=\"http://example/\"><Entry><Key> a&amp;b&lt;c&gt; &quot;d&quot; </Key><Size>7</Size></Entry>\
             <IsTruncated>true</IsTruncated></List>"
        );
        let read = Element::parse(&document).unwrap();
        assert_eq!(read.name(), "List");
        let entry = read.all("Entry").next().unwrap();
        assert_eq!(entry.text("Key").unwrap(), " a&b<c> \"d\" ");
        assert_eq!(entry.count("Size").unwrap(), 7);
        assert_eq!((read.flag("IsTruncated"), read.flag("Absent")), (Ok(true), Ok(false)));
        assert_eq!(entry.maybe_text("Absent"), None);
    }

    #[test]
    fn all_that_xml_has_for_a_text_is_understood() {
        let document = "\u{feff}<?xml version=\"1.0\"?> <!-- <x> --> <s:a xmlns:s='u' b=\"c\">\
                        <s:t>1 &#x32;&#51; &apos;<![CDATA[<&>]]><!-- --></s:t><e/></s:a>\n";
        let read = parse(document).unwrap();
        assert_eq!(read.name(), "a");
        assert_eq!(read.text("t").unwrap(), "1 23 '<&>");
        assert_eq!(read.text("e").unwrap(), "");
    }

    #[test]
    fn what_does_not_fit_is_named_and_not_quoted() {
        let read = parse("<a><Size>secret</Size><Flag>secret</Flag></a>").unwrap();
        assert_eq!(read.count("Size"), Err(ParseError::Member("Size")));
        assert_eq!(read.text("Key"), Err(ParseError::Member("Key")));
        assert_eq!(read.flag("Flag"), Err(ParseError::Member("Flag")));
    }

    #[test]
    fn hostile_documents_are_refused() {
        let nested = |depth| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(parse(&nested(Element::MAX_DEPTH)).is_ok());
        let many = |elements| format!("<a>{}</a>", "<b/>".repeat(elements - 1));
        assert!(parse(&many(Element::MAX_ELEMENTS)).is_ok());
        let bomb = "<!DOCTYPE a [<!ENTITY x \"boom\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>";
        let file = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
        for document in [
            &nested(Element::MAX_DEPTH + 1),
            &nested(1_000_000),
            &"<a>".repeat(1_000_000),
            &many(Element::MAX_ELEMENTS + 1),
            bomb,
            file,
            "",
            " ",
            "{}",
            "text",
            "<a>",
            "<a></b>",
            "<a></a></a>",
            "<a></a><a></a>",
            "<a></a>text",
            "text<a></a>",
            "&amp;<a></a>",
            "<a>&unknown;</a>",
            "<a>&#xd800;</a>",
            "<a>&amp</a>",
            "<a>&",
            "<a",
            "<",
            "<a><![CDATA[</a>",
            "<a><!--</a>",
        ] {
            let start: String = document.chars().take(40).collect();
            assert_eq!(parse(document).err(), Some(ParseError::Xml), "{start}");
        }
        assert_eq!(Element::parse(b"<a>\xff</a>").err(), Some(ParseError::Xml));
    }
}
