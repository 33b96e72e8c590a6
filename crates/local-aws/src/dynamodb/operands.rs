//! Checks operands that the engine does not check: undefined placeholders, types, bounds and repeated operands. The engine looks
//! at operands only when it evaluates them for an item.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::expression::{Expression, Token, is_keyword};

const ATTRIBUTE_TYPES: [&str; 10] = ["N", "BS", "L", "B", "NULL", "M", "S", "SS", "NS", "BOOL"];

#[derive(Debug, PartialEq)]
enum Operand<'a> {
    Value(&'a str),
    /// The names and indexes of a document path.
    Path(Vec<Cow<'a, str>>),
}

/// # Errors
/// DynamoDB's message if a placeholder of the expression is undefined.
pub(super) fn placeholders(
    expression: &Expression<'_>,
    values: Option<&Map<String, Value>>,
) -> Result<(), String> {
    for token in expression.tokens() {
        match token {
            Token::Word(word) if word.starts_with('#') && expression.name(word).is_none() => {
                return Err(format!(
                    "An expression attribute name used in the document path is not defined; attribute name: {word}"
                ));
            }
            Token::Value(name) if !values.is_some_and(|values| values.contains_key(*name)) => {
                return Err(format!(
                    "An expression attribute value used in expression is not defined; attribute value: {name}"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// # Errors
/// DynamoDB's message if a condition or filter has operands that are invalid for every item.
pub(super) fn condition(
    expression: &Expression<'_>,
    values: Option<&Map<String, Value>>,
) -> Result<(), String> {
    let tokens = expression.tokens();
    let after = |index: usize| operand_after(expression, index);
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('=' | '<' | '>') => {
                let Some(operator) = comparison(tokens, index) else { continue };
                let (left, (right, _)) = (operand_before(expression, index), after(index + operator.len()));
                if operator != "=" && operator != "<>" {
                    ordered(operator, [&left, &right], values)?;
                }
                distinct(operator, &left, [&right])?;
            }
            Token::Word(word) if word.eq_ignore_ascii_case("BETWEEN") => {
                let left = operand_before(expression, index);
                let (low, next) = after(index + 1);
                let (high, _) = after(next + 1);
                ordered("BETWEEN", [&left, &low], values)?;
                ordered("BETWEEN", [&high, &None], values)?;
                bounds(&low, &high, values)?;
                distinct("BETWEEN", &left, [&low, &high])?;
            }
            Token::Word(word) if word.eq_ignore_ascii_case("IN") => {
                let left = operand_before(expression, index);
                let mut next = index + 1;
                while matches!(tokens.get(next), Some(Token::Symbol('(' | ','))) {
                    let (operand, end) = after(next + 1);
                    distinct("IN", &left, [&operand])?;
                    next = end.max(next + 1);
                }
            }
            Token::Word(word) if tokens.get(index + 1) == Some(&Token::Symbol('(')) => {
                let (first, comma) = after(index + 2);
                let (second, _) = after(comma + 1);
                match word.to_ascii_lowercase().as_str() {
                    "begins_with" => distinct("begins_with", &first, [&second])?,
                    "attribute_type" => attribute_type(&second, values)?,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The comparison that starts at `index`, or `None` if `index` is inside one.
fn comparison(tokens: &[Token<'_>], index: usize) -> Option<&'static str> {
    let at = |index: usize| tokens.get(index);
    let before = index.checked_sub(1).and_then(at);
    match (at(index)?, at(index + 1)) {
        (Token::Symbol('=' | '>'), _) if matches!(before, Some(Token::Symbol('<' | '>'))) => None,
        (Token::Symbol('<'), Some(Token::Symbol('='))) => Some("<="),
        (Token::Symbol('<'), Some(Token::Symbol('>'))) => Some("<>"),
        (Token::Symbol('>'), Some(Token::Symbol('='))) => Some(">="),
        (Token::Symbol('='), _) => Some("="),
        (Token::Symbol('<'), _) => Some("<"),
        (Token::Symbol('>'), _) => Some(">"),
        _ => None,
    }
}

/// The operand that ends before `index`, or `None` for a function.
fn operand_before<'a>(expression: &Expression<'a>, index: usize) -> Option<Operand<'a>> {
    let mut start = index;
    while let Some(before) = start.checked_sub(1) {
        match expression.tokens().get(before)? {
            Token::Word(word) if is_keyword(word) => break,
            Token::Value(name) if start == index => return Some(Operand::Value(name)),
            Token::Word(_) | Token::Index(_) | Token::Symbol('.' | '[' | ']') => start = before,
            _ => break,
        }
    }
    operand_after(expression, start).0
}

/// The operand that starts at `index` and the index after it, or `None` for a function.
fn operand_after<'a>(expression: &Expression<'a>, index: usize) -> (Option<Operand<'a>>, usize) {
    let tokens = expression.tokens();
    if let Some(Token::Value(name)) = tokens.get(index) {
        return (Some(Operand::Value(name)), index + 1);
    }
    let mut path = Vec::new();
    let mut end = index;
    while let Some(token) = tokens.get(end) {
        match token {
            Token::Word(word) if !is_keyword(word) => path.extend(expression.name(word).map(Cow::Borrowed)),
            Token::Index(position) => path.push(format!("[{position}]").into()),
            Token::Symbol('.' | '[' | ']') => {}
            _ => break,
        }
        end += 1;
    }
    let is_path = !path.is_empty() && tokens.get(end) != Some(&Token::Symbol('('));
    (is_path.then_some(Operand::Path(path)), end)
}

/// The type and the value behind a placeholder.
fn literal<'v>(
    operand: &Option<Operand<'_>>,
    values: Option<&'v Map<String, Value>>,
) -> Option<(&'v str, &'v Value)> {
    let Some(Operand::Value(name)) = operand else { return None };
    let (kind, value) = values?.get(*name)?.as_object()?.iter().next()?;
    Some((kind, value))
}

fn ordered(
    operator: &str,
    operands: [&Option<Operand<'_>>; 2],
    values: Option<&Map<String, Value>>,
) -> Result<(), String> {
    let unordered = operands
        .into_iter()
        .filter_map(|operand| literal(operand, values))
        .find(|(kind, _)| !matches!(*kind, "S" | "N" | "B"));
    match unordered {
        Some((kind, _)) => Err(wrong_type(operator, kind)),
        None => Ok(()),
    }
}

fn bounds(
    low: &Option<Operand<'_>>,
    high: &Option<Operand<'_>>,
    values: Option<&Map<String, Value>>,
) -> Result<(), String> {
    let (Some(low), Some(high)) = (literal(low, values), literal(high, values)) else { return Ok(()) };
    let needs = if low.0 != high.0 {
        "same data type for lower and upper bounds"
    } else if order_of(low) > order_of(high) {
        "upper bound to be greater than or equal to lower bound"
    } else {
        return Ok(());
    };
    let named = |(kind, value): (&str, &Value)| {
        format!("AttributeValue: {{{kind}:{}}}", value.as_str().unwrap_or_default())
    };
    Err(format!(
        "The BETWEEN operator requires {needs}; lower bound operand: {}, upper bound operand: {}",
        named(low),
        named(high)
    ))
}

/// A key that sorts as DynamoDB sorts values.
fn order_of((kind, value): (&str, &Value)) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    match kind {
        "N" => dynoxide::types::normalize_number_for_sort(text).into_bytes(),
        "B" => STANDARD.decode(text).unwrap_or_default(),
        _ => text.as_bytes().to_vec(),
    }
}

fn distinct<const N: usize>(
    operator: &str,
    first: &Option<Operand<'_>>,
    others: [&Option<Operand<'_>>; N],
) -> Result<(), String> {
    match first {
        Some(Operand::Path(path)) if others.contains(&first) => Err(format!(
            "The first operand must be distinct from the remaining operands for this operator or function; operator: \
             {operator}, first operand: [{}]",
            path.join(", ")
        )),
        _ => Ok(()),
    }
}

fn attribute_type(operand: &Option<Operand<'_>>, values: Option<&Map<String, Value>>) -> Result<(), String> {
    let Some((kind, value)) = literal(operand, values) else { return Ok(()) };
    let name = value.as_str().unwrap_or_default();
    if kind != "S" {
        return Err(wrong_type("attribute_type", kind));
    }
    if !ATTRIBUTE_TYPES.contains(&name) {
        let valid = ATTRIBUTE_TYPES.join(",");
        return Err(format!("Invalid attribute type name found; type: {name}, valid types: {{{valid}}}"));
    }
    Ok(())
}

fn wrong_type(operator: &str, kind: &str) -> String {
    format!(
        "Incorrect operand type for operator or function; operator or function: {operator}, operand type: {kind}"
    )
}
