//! The forms and links of a page, and what a browser sends of them.

use std::collections::BTreeMap;

use url::Url;

use crate::xml_tree::Element;

/// A page that a browser shows.
pub(super) struct Page {
    pub(super) url: Url,
    root: Element,
}

/// The browser's next request.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) url: Url,
    /// The form of a POST; `None` for a GET.
    pub(super) form: Option<String>,
}

impl Page {
    pub(super) fn parse(url: Url, html: &str) -> Result<Self, String> {
        let root = Element::parse(html).map_err(|error| format!("{url}: {error}"))?;
        Ok(Self { url, root })
    }

    /// The text of the page, in one line.
    pub(super) fn text(&self) -> String {
        let body = self.root.child("body").unwrap_or(&self.root);
        body.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The value of an attribute that some element has.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.root.all().into_iter().find_map(|element| element.attribute(name))
    }

    /// Whether the page sends its form by itself, by script.
    pub(super) fn submits_itself(&self) -> bool {
        let is_script = |element: &&Element| {
            element.name == "script"
                && element.attribute("src").is_some_and(|src| src.ends_with("/submit.js"))
        };
        self.root.all().iter().any(is_script)
    }

    /// Fills the fields and presses the button or link of this text. Without a text, it is the first button of the form that has the
    /// fields.
    pub(super) fn submit(
        &self,
        fields: &BTreeMap<String, String>,
        press: Option<&str>,
    ) -> Result<Submission, String> {
        let elements = self.root.all();
        if let Some(text) = press
            && let Some(link) = elements.iter().find(|element| element.name == "a" && shows(element, text))
        {
            let url = self.join(link.attribute("href").unwrap_or_default())?;
            return Ok(Submission { url, form: None });
        }
        let forms: Vec<_> = elements.iter().filter(|element| element.name == "form").collect();
        let mut candidates = forms.iter().filter_map(|form| {
            let has_all = fields.keys().all(|name| field(form, name).is_some());
            let buttons: Vec<_> = form.all().into_iter().filter(|element| element.name == "button").collect();
            let pressed = match press {
                Some(text) => buttons.iter().find(|button| shows(button, text)),
                None => buttons.first(),
            };
            pressed.filter(|_| has_all).map(|button| (**form, *button))
        });
        let Some((form, button)) = candidates.next() else {
            let wanted = format!("{:?} and the fields {:?}", press.unwrap_or("a button"), fields.keys());
            return Err(format!("no form has {wanted} at {}: {}", self.url, self.text()));
        };
        self.send(form, button, fields)
    }

    fn send(
        &self,
        form: &Element,
        button: &Element,
        fields: &BTreeMap<String, String>,
    ) -> Result<Submission, String> {
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        for input in form.all().into_iter().filter(|element| element.name == "input") {
            let Some(name) = input.attribute("name") else { continue };
            let kind = input.attribute("type").unwrap_or("text");
            let given = fields.get(name).map(String::as_str);
            let value = match kind {
                "checkbox" => given.or_else(|| input.attribute("checked")).and(input.attribute("value")),
                _ => Some(given.or_else(|| input.attribute("value")).unwrap_or_default()),
            };
            let is_missing = value.is_none_or(str::is_empty) && input.attribute("required").is_some();
            if is_missing && button.attribute("formnovalidate").is_none() {
                return Err(format!("the page requires {name}, which the script does not fill"));
            }
            if let Some(value) = value {
                encoded.append_pair(name, value);
            }
        }
        if let Some(name) = button.attribute("name") {
            encoded.append_pair(name, button.attribute("value").unwrap_or_default());
        }
        let encoded = encoded.finish();
        let mut url = match form.attribute("action") {
            Some(action) => self.join(action)?,
            None => self.url.clone(),
        };
        if form.attribute("method") == Some("post") {
            return Ok(Submission { url, form: Some(encoded) });
        }
        url.set_query(Some(&encoded));
        Ok(Submission { url, form: None })
    }

    fn join(&self, reference: &str) -> Result<Url, String> {
        self.url.join(reference).map_err(|error| format!("{reference}: {error}"))
    }
}

fn field<'a>(form: &'a Element, name: &str) -> Option<&'a Element> {
    let is_it = |element: &&Element| element.name == "input" && element.attribute("name") == Some(name);
    form.all().into_iter().find(is_it)
}

/// Whether a button or link has this text, or this name and value as `name=value`.
fn shows(element: &Element, text: &str) -> bool {
    let visible = element.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = format!(
        "{}={}",
        element.attribute("name").unwrap_or_default(),
        element.attribute("value").unwrap_or_default()
    );
    visible == text || named == text
}
