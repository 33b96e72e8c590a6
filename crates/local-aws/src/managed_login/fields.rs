//! The fields of the forms.

use super::{problem::Problem, texts::Texts, visit::Visit};

/// A field of a form.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) kind: &'static str,
    pub(super) autocomplete: &'static str,
    pub(super) value: String,
    pub(super) is_required: bool,
    /// The error that the field's value led to.
    pub(super) error: Option<String>,
    /// Whether the person begins here.
    pub(super) has_focus: bool,
}

/// Puts an error beside the field that it is about, and the focus into the first field that lacks something. The rest of the error, if
/// no field has it, is for the top of the page.
pub(super) fn arrange(fields: &mut [Field], problem: Option<Problem>) -> Option<String> {
    let wrong = problem.as_ref().and_then(|problem| problem.field);
    let wrong = fields.iter().position(|field| Some(field.name.as_str()) == wrong);
    let empty = fields.iter().position(|field| field.value.is_empty());
    if let Some(first) = wrong.or(empty).and_then(|place| fields.get_mut(place)) {
        first.has_focus = true;
    }
    let text = problem.map(|problem| problem.text);
    match wrong.and_then(|place| fields.get_mut(place)) {
        Some(field) => {
            field.error = text;
            None
        }
        None => text,
    }
}

impl Field {
    fn new(name: &str, label: String, kind: &'static str, autocomplete: &'static str) -> Self {
        let (value, error) = (String::new(), None);
        let name = name.to_owned();
        Self { name, label, kind, autocomplete, value, is_required: true, error, has_focus: false }
    }
}

pub(super) fn username(visit: &Visit<'_>, typed: &str) -> Field {
    let (label, kind) = username_label(visit);
    Field { value: typed.to_owned(), ..Field::new("username", label, kind, "username") }
}

/// The label of the user name, and the kind of its field.
pub(super) fn username_label(visit: &Visit<'_>) -> (String, &'static str) {
    let texts = visit.texts;
    match visit.settings.username_attributes.as_slice() {
        ["email"] => (texts.email.to_owned(), "email"),
        ["phone_number"] => (texts.phone_number.to_owned(), "tel"),
        [] => (texts.user_name.to_owned(), "text"),
        _ => (format!("{} / {}", texts.email, texts.phone_number), "text"),
    }
}

pub(super) fn password(label: &str, autocomplete: &'static str) -> Field {
    Field::new("password", label.to_owned(), "password", autocomplete)
}

pub(super) fn code(texts: &Texts) -> Field {
    Field::new("code", texts.code.to_owned(), "text", "one-time-code")
}

pub(super) fn attribute(visit: &Visit<'_>, name: &str, is_required: bool) -> Field {
    let (label, kind, autocomplete) = match name {
        "email" => (visit.texts.email.to_owned(), "email", "email"),
        "phone_number" => (visit.texts.phone_number.to_owned(), "tel", "tel"),
        "name" | "given_name" | "family_name" | "nickname" => (
            readable(name),
            "text",
            match name {
                "given_name" => "given-name",
                "family_name" => "family-name",
                "nickname" => "nickname",
                _ => "name",
            },
        ),
        "birthdate" => (readable(name), "date", "bday"),
        "website" => (readable(name), "url", "url"),
        other => (readable(other), "text", "off"),
    };
    let value = visit.form.text(name).to_owned();
    Field { value, is_required, ..Field::new(name, label, kind, autocomplete) }
}

/// An attribute's name as a label: `given_name` is "Given name".
fn readable(name: &str) -> String {
    let text = name.trim_start_matches("custom:").replace('_', " ");
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => text,
    }
}
