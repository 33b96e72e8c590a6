//! The part of the expression language that policies need: the attributes of an expression, and the partition keys of a key
//! condition. The engine handles the rest and rejects malformed expressions.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// An expression with the placeholders of its request.
pub(super) struct Expression<'a> {
    tokens: Vec<Token<'a>>,
    names: Option<&'a Map<String, Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// An attribute name, a keyword, a function, or a `#name`.
    Word(&'a str),
    /// A `:value`.
    Value(&'a str),
    /// The index into a list.
    Index(&'a str),
    Symbol(char),
}

impl<'a> Expression<'a> {
    pub(super) fn new(text: &'a str, names: Option<&'a Map<String, Value>>) -> Self {
        Self { tokens: tokens(text), names }
    }

    pub(super) fn tokens(&self) -> &[Token<'a>] {
        &self.tokens
    }

    /// The names of the values that the attribute `key` must equal.
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

    /// The values in the expression, each with the attribute before it.
    pub(super) fn values(&self) -> Vec<(Option<&'a str>, &'a str)> {
        let mut attribute = None;
        let mut values = Vec::new();
        for (index, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Word(word)
                    if !is_keyword(word) && self.tokens.get(index + 1) != Some(&Token::Symbol('(')) =>
                {
                    attribute = self.name(word);
                }
                Token::Value(name) => values.push((attribute, *name)),
                _ => {}
            }
        }
        values
    }

    /// The number of operators and functions, as DynamoDB counts them: a comparison is one; the `=` of `SET` is none.
    pub(super) fn operators(&self, assigns: bool) -> usize {
        let mut count = 0;
        let mut open_betweens = 0_usize;
        for (index, token) in self.tokens.iter().enumerate() {
            let next = self.tokens.get(index + 1);
            let previous = index.checked_sub(1).and_then(|before| self.tokens.get(before));
            let counts = match token {
                Token::Word(word) if word.eq_ignore_ascii_case("AND") && open_betweens > 0 => {
                    open_betweens -= 1;
                    false
                }
                Token::Word(word) => {
                    open_betweens += usize::from(word.eq_ignore_ascii_case("BETWEEN"));
                    let is_operator = ["AND", "OR", "NOT", "BETWEEN", "IN"];
                    is_operator.iter().any(|operator| operator.eq_ignore_ascii_case(word))
                        || next == Some(&Token::Symbol('('))
                }
                // `<=`, `>=` and `<>` are one operator.
                Token::Symbol('=' | '>') if matches!(previous, Some(Token::Symbol('<' | '>'))) => false,
                Token::Symbol('=') => !assigns,
                Token::Symbol('<' | '>' | '+' | '-') => true,
                _ => false,
            };
            count += usize::from(counts);
        }
        count
    }

    pub(super) fn functions(&self) -> impl Iterator<Item = &'a str> {
        self.tokens.windows(2).filter_map(|pair| match pair {
            [Token::Word(word), Token::Symbol('(')] if !is_keyword(word) => Some(*word),
            _ => None,
        })
    }

    /// A name that is no placeholder starts with a letter.
    pub(super) fn starting_with_underscore(&self) -> Option<&'a str> {
        self.tokens.iter().find_map(|token| match token {
            Token::Word(word) if word.starts_with('_') => Some(*word),
            _ => None,
        })
    }

    /// The number of levels in the longest document path.
    pub(super) fn deepest_path(&self) -> usize {
        let mut levels = 0;
        let mut deepest = 0;
        for (index, token) in self.tokens.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| self.tokens.get(before));
            if matches!(token, Token::Word(_) | Token::Index(_)) {
                let goes_on = matches!(before, Some(Token::Symbol('.' | '[')));
                levels = if goes_on { levels + 1 } else { 1 };
                deepest = deepest.max(levels);
            }
        }
        deepest
    }

    /// The number of operands in the largest `IN`.
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

    /// The meaning of a word: the name behind a placeholder, or the word itself.
    pub(super) fn name(&self, word: &'a str) -> Option<&'a str> {
        if word.starts_with('#') {
            return self.names?.get(word)?.as_str();
        }
        Some(word)
    }
}

pub(super) fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 9] = ["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"];
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let has_sigil = matches!(first, '#' | ':');
        if has_sigil || is_word(first) {
            let body = if has_sigil { rest.get(1..).unwrap_or_default() } else { rest };
            let length = body.find(|character| !is_word(character)).unwrap_or(body.len());
            let (word, after) = rest.split_at(length + usize::from(has_sigil));
            tokens.push(match first {
                ':' => Token::Value(word),
                '0'..='9' => Token::Index(word),
                _ => Token::Word(word),
            });
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
