//! Patterns of the policy language: `*`, `?` and policy variables.

use super::context::Context;

/// One element of a resolved pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// Exactly this character.
    Literal(char),
    /// `?`: any one character.
    One,
    /// `*`: any number of characters.
    Any,
}

/// How the text of a pattern is interpreted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// `*` and `?` are wildcards. Otherwise they are ordinary characters.
    pub(crate) wildcards: bool,
    /// `${…}` is a policy variable, which only policies of version 2012-10-17 have.
    pub(crate) variables: bool,
}

/// A pattern whose variables have been replaced by the values of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Token>);

impl Pattern {
    /// Resolves `text` for the request that `context` describes.
    ///
    /// `None` when it names a variable that the request does not have, or that has several values: such a
    /// pattern matches nothing. The value of a variable is always literal, so that a `*` in a user name or an
    /// identity id never becomes a wildcard.
    pub(crate) fn resolve(text: &str, syntax: Syntax, context: &Context) -> Option<Self> {
        let mut tokens = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if syntax.variables
                && let Some(body) = rest.strip_prefix("${")
                && let Some((variable, after)) = body.split_once('}')
            {
                match variable {
                    "*" | "?" | "$" => tokens.extend(variable.chars().map(Token::Literal)),
                    _ => tokens.extend(variable_value(variable, context)?.chars().map(Token::Literal)),
                }
                rest = after;
                continue;
            }
            tokens.push(match next {
                '*' if syntax.wildcards => Token::Any,
                '?' if syntax.wildcards => Token::One,
                other => Token::Literal(other),
            });
            rest = rest.strip_prefix(next).unwrap_or_default();
        }
        Some(Self(tokens))
    }

    /// Whether the whole of `text` matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        glob(&self.0, &text, |a, b| a == b)
    }

    /// Whether the whole of `text` matches when the case of letters does not count.
    pub(crate) fn matches_ignoring_case(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        glob(&self.0, &text, |a, b| a == b || a.to_lowercase().eq(b.to_lowercase()))
    }

    /// The pattern as plain text, for operators that compare something other than characters.
    pub(crate) fn to_text(&self) -> String {
        self.0
            .iter()
            .map(|token| match token {
                Token::Literal(character) => *character,
                Token::One => '?',
                Token::Any => '*',
            })
            .collect()
    }
}

/// Whether the ARN pattern `text` matches `arn`. The first five fields are compared one by one, so that a
/// wildcard never reaches from one field into the next; the sixth, the resource, takes all that is left.
pub(crate) fn arn_matches(text: &str, arn: &str, syntax: Syntax, context: &Context) -> bool {
    if text == "*" {
        return true;
    }
    let mut expected: Vec<&str> = split_arn(text);
    let actual = split_arn(arn);
    if expected.first() != Some(&"arn") || actual.len() != 6 {
        return false;
    }
    // In an identity policy, omitted trailing fields match anything.
    expected.resize(6, "*");
    expected.iter().zip(actual).all(|(expected, actual)| {
        Pattern::resolve(expected, syntax, context).is_some_and(|pattern| pattern.matches(actual))
    })
}

/// Whether every variable in `text` has exactly one value in this request.
pub(crate) fn resolvable(text: &str, syntax: Syntax, context: &Context) -> bool {
    Pattern::resolve(text, syntax, context).is_some()
}

/// Splits an ARN at the colons outside of policy variables, into at most six fields.
fn split_arn(arn: &str) -> Vec<&str> {
    let mut fields = Vec::with_capacity(6);
    let mut rest = arn;
    while fields.len() < 5 {
        let Some(colon) = first_colon(rest) else { break };
        let (field, after) = rest.split_at(colon);
        fields.push(field);
        rest = after.strip_prefix(':').unwrap_or_default();
    }
    fields.push(rest);
    fields
}

fn first_colon(text: &str) -> Option<usize> {
    let mut inside_variable = false;
    let mut previous = ' ';
    for (index, character) in text.char_indices() {
        match character {
            '{' if previous == '$' => inside_variable = true,
            '}' => inside_variable = false,
            ':' if !inside_variable => return Some(index),
            _ => {}
        }
        previous = character;
    }
    None
}

/// The value of `${variable}` or of `${variable, 'default'}`.
fn variable_value<'a>(variable: &'a str, context: &'a Context) -> Option<&'a str> {
    let (name, default) = match variable.split_once(',') {
        Some((name, default)) => {
            (name.trim(), default.trim().strip_prefix('\'').and_then(|d| d.strip_suffix('\'')))
        }
        None => (variable, None),
    };
    if context.contains(name) { context.single(name) } else { default }
}

/// Matches in time proportional to the product of both lengths at worst: on a mismatch only the last `*` is
/// widened, since widening an earlier one could not help.
fn glob(pattern: &[Token], text: &[char], same: impl Fn(char, char) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    while let Some(&character) = text.get(t) {
        match pattern.get(p) {
            Some(Token::Any) => {
                last_any = Some((p, t));
                p += 1;
                continue;
            }
            Some(Token::One) => {
                p += 1;
                t += 1;
                continue;
            }
            Some(&Token::Literal(expected)) if same(expected, character) => {
                p += 1;
                t += 1;
                continue;
            }
            _ => {}
        }
        let Some((any, taken)) = last_any else { return false };
        last_any = Some((any, taken + 1));
        p = any + 1;
        t = taken + 1;
    }
    pattern.iter().skip(p).all(|token| *token == Token::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Syntax = Syntax { wildcards: true, variables: true };

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::resolve(pattern, FULL, &Context::default()).is_some_and(|p| p.matches(text))
    }

    #[test]
    fn wildcards_match_as_in_a_shell() {
        assert!(matches("private/*/a?.txt", "private/x/y/ab.txt"));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(!matches("a*b*c", "a-b-b"));
        assert!(!matches("a?c", "ac"));
        assert!(matches("ä?ü", "äöü"));
    }

    #[test]
    fn a_hostile_pattern_ends_in_polynomial_time() {
        let pattern = "*a".repeat(200);
        assert!(!matches(&pattern, &"a".repeat(199)));
        assert!(matches(&pattern, &"a".repeat(2000)));
    }

    #[test]
    fn the_value_of_a_variable_is_literal() {
        let mut context = Context::default();
        context.set("aws:username", "a*");
        let pattern =
            Pattern::resolve("home/${AWS:username}/*", FULL, &context).expect("the variable is there");
        assert!(pattern.matches("home/a*/x"));
        assert!(!pattern.matches("home/ab/x"));
    }

    #[test]
    fn a_missing_variable_matches_nothing_unless_it_has_a_default() {
        assert!(!matches("home/${aws:username}/*", "home/${aws:username}/x"));
        assert!(matches("home/${aws:username, 'nobody'}/*", "home/nobody/x"));
        assert!(matches("${*}${?}${$}", "*?$"));
        assert!(!matches("${*}", "anything"));
    }

    #[test]
    fn without_variables_the_text_is_literal() {
        let old = Syntax { wildcards: true, variables: false };
        let pattern = Pattern::resolve("${aws:username}", old, &Context::default()).expect("no variables");
        assert!(pattern.matches("${aws:username}"));
    }

    #[test]
    fn a_wildcard_stays_within_its_field_of_an_arn() {
        let context = Context::default();
        let arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/notes";
        assert!(arn_matches("arn:aws:dynamodb:*:*:table/*", arn, FULL, &context));
        assert!(arn_matches("arn:aws:dynamodb", arn, FULL, &context));
        assert!(!arn_matches("arn:aws:dynamodb:*", "arn:aws:s3:::bucket", FULL, &context));
        assert!(!arn_matches("arn:aws:s3:*:table/notes", arn, FULL, &context));
        assert!(!arn_matches("a*", arn, FULL, &context));
        assert!(arn_matches("arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y:z", FULL, &context));
    }

    #[test]
    fn a_colon_inside_a_variable_does_not_split_an_arn() {
        let mut context = Context::default();
        context.set("cognito-identity.amazonaws.com:sub", "eu-west-1:1234");
        assert!(arn_matches(
            "arn:aws:s3:::b/private/${cognito-identity.amazonaws.com:sub}/*",
            "arn:aws:s3:::b/private/eu-west-1:1234/x",
            FULL,
            &context
        ));
    }
}
