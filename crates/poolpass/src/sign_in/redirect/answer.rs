//! The URL of a redirect, as the app got it.

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The start of every state of ours, by which the answers to other libraries' redirects are told apart.
pub(super) const STATE_PREFIX: &str = "poolpass-";

/// The content of a redirect.
pub(super) struct RedirectAnswer {
    pub(super) state: SecretString,
    /// Who says so, where the server adds it (RFC 9207).
    pub(super) issuer: Option<String>,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    Code(SecretString),
    Refused {
        error: String,
        description: Option<String>,
    },
    /// A parameter occurs twice, or both an error and a code.
    Malformed,
}

impl RedirectAnswer {
    /// `None` for a URL that is no answer to a redirect of ours. The URL may be only its path and query.
    pub(super) fn read(url: &str) -> Option<Self> {
        let state = SecretString::from(parameter(url, "state")?);
        if !state.expose_secret().starts_with(STATE_PREFIX) {
            return None;
        }
        let (code, error) = (parameter(url, "code"), parameter(url, "error"));
        let is_doubled = ["state", "code", "error", "iss"].iter().any(|name| values(url, name).count() > 1);
        let outcome = match (code, error) {
            _ if is_doubled => Outcome::Malformed,
            (Some(code), None) => Outcome::Code(code.into()),
            (None, Some(error)) => {
                Outcome::Refused { error, description: parameter(url, "error_description") }
            }
            (Some(_), Some(_)) => Outcome::Malformed,
            (None, None) => return None,
        };
        Some(Self { state, issuer: parameter(url, "iss"), outcome })
    }
}

/// The value of a parameter in the query of a URL, if it has one.
pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let value = Zeroizing::new(values(url, name).next()?.replace('+', " "));
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned()).filter(|value| !value.is_empty())
}

fn values<'a>(url: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let url = url.split('#').next().unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(move |pair| {
        let (its_name, value) = pair.split_once('=')?;
        (its_name == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_to_a_redirect_of_ours_is_read() {
        for url in [
            "",
            "?",
            "https://app.example/",
            "https://app.example/?code=c",
            "https://app.example/?code=c&state=of-another-library",
            "https://app.example/?state=poolpass-1",
            "https://app.example/?code=&state=poolpass-1",
            "https://app.example/#code=c&state=poolpass-1",
            "https://app.example/?code=c&state=",
        ] {
            assert!(RedirectAnswer::read(url).is_none(), "{url}");
        }
    }

    #[test]
    fn code_and_error_are_read_from_whole_urls_and_from_paths() {
        for url in [
            "https://app.example/a?x=1&code=c%2Bd&state=poolpass-1",
            "/a?state=poolpass-1&code=c%2Bd#top",
            "my.app:/?code=c%2Bd&state=poolpass-1&iss=https%3A%2F%2Fi.example",
        ] {
            let answer = RedirectAnswer::read(url).unwrap();
            assert_eq!(answer.state.expose_secret(), "poolpass-1");
            assert!(matches!(answer.outcome, Outcome::Code(code) if code.expose_secret() == "c+d"), "{url}");
        }
        let url =
            "https://app.example/?error_description=user+said%20no&state=poolpass-1&error=access_denied";
        let Some(RedirectAnswer { outcome: Outcome::Refused { error, description }, .. }) =
            RedirectAnswer::read(url)
        else {
            panic!("it is an answer")
        };
        assert_eq!((error.as_str(), description.as_deref()), ("access_denied", Some("user said no")));
    }

    #[test]
    fn an_answer_that_says_two_things_is_malformed() {
        for query in [
            "code=a&code=b&state=poolpass-1",
            "code=a&error=b&state=poolpass-1",
            "code=a&state=poolpass-1&state=x",
        ] {
            let answer = RedirectAnswer::read(&format!("https://app.example/?{query}")).unwrap();
            assert!(matches!(answer.outcome, Outcome::Malformed), "{query}");
        }
    }
}
