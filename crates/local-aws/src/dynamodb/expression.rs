//! As much of the expression language as policies need: which attributes an expression names, and which
//! partition keys a key condition asks for. The engine does the rest, and refuses what is malformed.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// An expression with the placeholders of its request.
pub(super) struct Expression<'a> {
    tokens: Vec<Token<'a>>,
    names: Option<&'a Map<String, Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// An attribute name, a keyword, a function, or a `#name`.
    Word(&'a str),
    /// A `:value`.
    Value(&'a str),
    Symbol(char),
}

impl<'a> Expression<'a> {
    pub(super) fn new(text: &'a str, names: Option<&'a Map<String, Value>>) -> Self {
        Self { tokens: tokens(text), names }
    }

    /// The names of the values that the attribute `key` is to be equal to.
    pub(super) fn equals(&self, key: &str) -> Vec<&'a str> {
        self.tokens
            .windows(3)
            .filter_map(|window| match window {
                [Token::Word(word), Token::Symbol('='), Token::Value(value)]
                    if self.name(word) == Some(key) =>
                {
                    Some(*value)
                }
                _ => None,
            })
            .collect()
    }

    /// The top-level attributes that the expression names.
    pub(super) fn attributes(&self) -> BTreeSet<String> {
        let is_function = |index: usize| self.tokens.get(index + 1) == Some(&Token::Symbol('('));
        let is_nested = |index: usize| {
            index.checked_sub(1).is_some_and(|before| self.tokens.get(before) == Some(&Token::Symbol('.')))
        };
        self.tokens
            .iter()
            .enumerate()
            .filter_map(|(index, token)| match token {
                Token::Word(word) if word.starts_with('#') && !is_nested(index) => self.name(word),
                Token::Word(word) if !is_nested(index) && !is_function(index) && !is_keyword(word) => {
                    Some(word)
                }
                _ => None,
            })
            .map(str::to_owned)
            .collect()
    }

    /// The names of the values that the expression uses.
    pub(super) fn values(&self) -> Vec<&'a str> {
        let value = |token: &Token<'a>| match token {
            Token::Value(name) => Some(*name),
            _ => None,
        };
        self.tokens.iter().filter_map(value).collect()
    }

    /// How many operators and functions there are, as DynamoDB counts them.
    pub(super) fn operators(&self) -> usize {
        let is_operator = |(index, token): (usize, &Token<'_>)| match token {
            Token::Word(word) => {
                let is_named =
                    ["AND", "OR", "NOT", "BETWEEN", "IN"].iter().any(|o| o.eq_ignore_ascii_case(word));
                is_named || self.tokens.get(index + 1) == Some(&Token::Symbol('('))
            }
            // `<=`, `>=` and `<>` are one operator.
            Token::Symbol('=' | '<' | '>' | '+') => !index
                .checked_sub(1)
                .is_some_and(|before| matches!(self.tokens.get(before), Some(Token::Symbol('<' | '>')))),
            _ => false,
        };
        self.tokens.iter().enumerate().filter(|entry| is_operator(*entry)).count()
    }

    /// How many operands the largest `IN` has.
    pub(super) fn most_in_operands(&self) -> usize {
        let is_in = |token: &Token<'_>| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("IN"));
        let starts = self.tokens.windows(2).enumerate();
        starts
            .filter(|(_, pair)| is_in(&pair[0]) && pair[1] == Token::Symbol('('))
            .map(|(index, _)| {
                let list = self.tokens.iter().skip(index + 2);
                1 + list
                    .take_while(|t| **t != Token::Symbol(')'))
                    .filter(|t| **t == Token::Symbol(','))
                    .count()
            })
            .max()
            .unwrap_or_default()
    }

    fn name(&self, word: &'a str) -> Option<&'a str> {
        if word.starts_with('#') {
            return self.names?.get(word)?.as_str();
        }
        Some(word)
    }
}

fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 9] = ["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"];
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let has_sigil = matches!(first, '#' | ':');
        if has_sigil || is_word(first) {
            let body = if has_sigil { rest.get(1..).unwrap_or_default() } else { rest };
            let length = body.find(|character| !is_word(character)).unwrap_or(body.len());
            let (word, after) = rest.split_at(length + usize::from(has_sigil));
            // A list index such as [0] is no attribute.
            match first {
                ':' => tokens.push(Token::Value(word)),
                '0'..='9' => {}
                _ => tokens.push(Token::Word(word)),
            }
            rest = after.trim_start();
        } else {
            tokens.push(Token::Symbol(first));
            rest = rest.strip_prefix(first).unwrap_or_default().trim_start();
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_equality_with_the_key_counts() {
        let names = json!({"#k": "pk", "#o": "other"});
        let equals = |text| Expression::new(text, names.as_object()).equals("pk");
        assert_eq!(equals("pk = :me"), [":me"]);
        assert_eq!(equals("(#k=:me) AND begins_with(sk, :prefix)"), [":me"]);
        assert_eq!(equals("pk = :me and pk = :you"), [":me", ":you"]);
        assert!(equals("sk = :me AND #o = :you AND #missing = :x").is_empty());
        assert!(equals("pk > :me").is_empty());
        assert!(equals("").is_empty());
        assert!(equals("pk =").is_empty());
    }

    #[test]
    fn attributes_are_the_first_part_of_a_path() {
        let names = json!({"#a": "secret"});
        let attributes =
            |text| Expression::new(text, names.as_object()).attributes().into_iter().collect::<Vec<_>>();
        assert_eq!(
            attributes("SET a.b[0].c = if_not_exists(d, :one) + :two REMOVE #a"),
            ["a", "d", "secret"]
        );
        assert_eq!(attributes("title, #a.#x, tags[3]"), ["secret", "tags", "title"]);
        assert_eq!(attributes("attribute_exists(pk) AND NOT size(é) BETWEEN :a AND :b"), ["pk", "é"]);
        assert!(attributes("::: ### [[[ ((").is_empty());
    }
}
