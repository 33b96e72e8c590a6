//! The query protocol of IAM, STS and Elastic Load Balancing: form-encoded requests, XML answers.

use std::collections::BTreeMap;

use http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use serde_json::{Value, json};

use crate::{
    error::AwsError,
    exchange::{Request, Response, full},
    route::Service,
};

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Parses the body, or the query of a GET request.
    pub(crate) fn of(request: &Request) -> Self {
        let form = match request.method {
            Method::GET => request.uri.query().unwrap_or_default().as_bytes(),
            _ => &request.body,
        };
        Self(url::form_urlencoded::parse(form).into_owned().collect())
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether the parameter, or a member of it, has a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        let is_of =
            |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.0.iter().any(|(key, value)| is_of(key) && !value.is_empty())
    }

    /// Whether the parameter is there without a value, which stands for an empty list.
    pub(crate) fn is_empty_list(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(String::is_empty)
    }

    /// The members of a list: `NAME.member.1` and so on.
    pub(crate) fn members(&self, name: &str) -> Vec<String> {
        (1..).map_while(|index| self.optional(&format!("{name}.member.{index}")).map(str::to_owned)).collect()
    }

    /// # Errors
    /// `ValidationError` if the parameter is missing.
    pub(crate) fn required(&self, name: &str) -> Result<&str, AwsError> {
        self.optional(name).ok_or_else(|| {
            let field: String =
                name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect();
            validation_error(format!(
                "1 validation error detected: Value null at '{field}' failed to satisfy constraint: Member \
                 must not be null"
            ))
        })
    }

    /// # Errors
    /// `ValidationError` if it is not a number in `range`.
    pub(crate) fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, AwsError> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(validation_error(format!(
                "1 validation error detected: Value '{text}' at '{name}' failed to satisfy constraint: \
                 Member must be between {} and {}",
                range.start(),
                range.end()
            ))),
        }
    }
}

/// The parameters that a client sends for an input without maps.
pub(crate) fn parameters_of(input: &Value) -> Vec<(String, String)> {
    fn add(name: &str, value: &Value, parameters: &mut Vec<(String, String)>) {
        match value {
            Value::Object(members) => {
                for (member, value) in members {
                    let name = if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
                    add(&name, value, parameters);
                }
            }
            Value::Array(elements) if elements.is_empty() => {
                parameters.push((name.to_owned(), String::new()));
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    add(&format!("{name}.member.{}", index + 1), element, parameters);
                }
            }
            Value::Null => {}
            Value::String(text) => parameters.push((name.to_owned(), text.clone())),
            other => parameters.push((name.to_owned(), other.to_string())),
        }
    }
    let mut parameters = Vec::new();
    add("", input, &mut parameters);
    parameters
}

pub(crate) fn validation_error(message: String) -> AwsError {
    AwsError::new("ValidationError", message)
}

/// The answer of an operation. In `result`, objects become elements and arrays become lists of `member`. An array that is called
/// `entry` is a map.
pub(crate) fn response(request: &Request, result: Result<Value, AwsError>) -> Response {
    let value = match result {
        Ok(value) => value,
        Err(error) => return error_response(request, &error),
    };
    let operation = &request.operation;
    let mut content = serde_json::Map::new();
    // An operation of IAM without a result has no element for it; one of load balancers has an empty one.
    let is_empty = value.as_object().is_none_or(serde_json::Map::is_empty);
    if !is_empty || request.service == Service::ElasticLoadBalancing {
        content.insert(format!("{operation}Result"), value);
    }
    content.insert("ResponseMetadata".to_owned(), json!({ "RequestId": request.request_id }));
    document(request, StatusCode::OK, &format!("{operation}Response"), &Value::Object(content))
}

pub(crate) fn error_response(request: &Request, error: &AwsError) -> Response {
    let fault = if error.status.is_server_error() { "Receiver" } else { "Sender" };
    let content = json!({
        "Error": { "Type": fault, "Code": error.code, "Message": error.message },
        "RequestId": request.request_id,
    });
    document(request, error.status, "ErrorResponse", &content)
}

fn document(request: &Request, status: StatusCode, root: &str, content: &Value) -> Response {
    let namespace = match request.service {
        Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
        Service::ElasticLoadBalancing => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    };
    let mut writer = Writer::new(Vec::new());
    // Writing to memory does not fail.
    let _ = write_document(&mut writer, root, namespace, content);
    let mut response = http::Response::new(full(writer.into_inner()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}

fn write_document(
    writer: &mut Writer<Vec<u8>>,
    root: &str,
    namespace: &str,
    content: &Value,
) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.write_event(Event::Start(BytesStart::new(root).with_attributes([("xmlns", namespace)])))?;
    write_content(writer, content)?;
    writer.write_event(Event::End(BytesEnd::new(root)))
}

fn write_content(writer: &mut Writer<Vec<u8>>, value: &Value) -> std::io::Result<()> {
    match value {
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| match value {
            Value::Array(entries) if name == "entry" => {
                entries.iter().try_for_each(|entry| write_element(writer, name, entry))
            }
            _ => write_element(writer, name, value),
        }),
        Value::Array(members) => {
            members.iter().try_for_each(|member| write_element(writer, "member", member))
        }
        Value::String(text) => writer.write_event(Event::Text(BytesText::new(text))),
        Value::Null => Ok(()),
        Value::Bool(_) | Value::Number(_) => {
            writer.write_event(Event::Text(BytesText::new(&value.to_string())))
        }
    }
}

fn write_element(writer: &mut Writer<Vec<u8>>, name: &str, value: &Value) -> std::io::Result<()> {
    if value.is_null() {
        return Ok(());
    }
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    write_content(writer, value)?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_escaped_xml() {
        let mut writer = Writer::new(Vec::new());
        let content = json!({ "Role": { "Name": "<&>", "Gone": null, "Tags": [1, true] } });
        write_document(&mut writer, "R", "urn:x", &content).unwrap();
        assert_eq!(
            String::from_utf8(writer.into_inner()).unwrap(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R xmlns=\"urn:x\"><Role><Name>&lt;&amp;&gt;</Name>\
             <Tags><member>1</member><member>true</member></Tags></Role></R>"
        );
    }
}
