//! `{{…}}` in the strings of a scenario.

use std::future::Future;

use anyhow::{Result, bail};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

/// Replaces every `{{…}}` in `value` by what `lookup` finds for it.
///
/// # Errors
///
/// If `lookup` finds nothing, or when braces are left open.
pub(crate) fn fill<'a, L, F>(value: &'a Value, lookup: &'a L) -> BoxFuture<'a, Result<Value>>
where
    L: Fn(String) -> F + Sync,
    F: Future<Output = Result<Value>> + Send,
{
    Box::pin(async move {
        Ok(match value {
            Value::String(text) => fill_text(text, lookup).await?,
            Value::Array(values) => {
                let mut filled = Vec::with_capacity(values.len());
                for value in values {
                    filled.push(fill(value, lookup).await?);
                }
                Value::Array(filled)
            }
            Value::Object(members) => {
                let mut filled = Map::new();
                for (name, value) in members {
                    let Value::String(name) = fill_text(name, lookup).await? else {
                        bail!("{name} is not a name")
                    };
                    filled.insert(name, fill(value, lookup).await?);
                }
                Value::Object(filled)
            }
            other => other.clone(),
        })
    })
}

/// Braces may be nested; the innermost are filled first.
async fn fill_text<L, F>(text: &str, lookup: &L) -> Result<Value>
where
    L: Fn(String) -> F + Sync,
    F: Future<Output = Result<Value>> + Send,
{
    let mut text = text.to_owned();
    while let Some((head, after)) = text.split_once("}}") {
        let Some((before, name)) = head.rsplit_once("{{") else {
            bail!("too many closing braces in {text:?}")
        };
        let value = lookup(name.trim().to_owned()).await?;
        if before.is_empty() && after.is_empty() {
            return Ok(value);
        }
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text = format!("{before}{shown}{after}");
    }
    if text.contains("{{") {
        bail!("open braces in {text:?}");
    }
    Ok(Value::String(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn filled(value: Value) -> Result<Value> {
        let lookup = |name: String| async move {
            match name.as_str() {
                "n" => Ok(json!(7)),
                "word" => Ok(json!("x")),
                "letter" => Ok(json!("n")),
                other => bail!("no {other}"),
            }
        };
        fill(&value, &lookup).await
    }

    #[tokio::test]
    async fn a_lone_placeholder_keeps_its_type() {
        let value =
            filled(json!({ "a": "{{n}}", "b": "{{ word }}-{{n}}", "{{word}}": [true] })).await.unwrap();
        assert_eq!(value, json!({ "a": 7, "b": "x-7", "x": [true] }));
        assert_eq!(filled(json!("{{{{letter}}}}")).await.unwrap(), json!(7));
    }

    #[tokio::test]
    async fn what_is_unknown_or_open_is_an_error() {
        assert!(filled(json!("{{other}}")).await.is_err());
        assert!(filled(json!("a {{n")).await.is_err());
    }
}
