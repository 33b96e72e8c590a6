//! The challenge of an API that wants a stronger or more recent authentication (RFC 9470).

use std::time::Duration;

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use http_auth::ChallengeParser;

use crate::error::StepUpRequirement;

/// Reads which authentication the header `WWW-Authenticate` asks for, if it does.
pub(super) fn required(headers: &HeaderMap) -> Option<StepUpRequirement> {
    headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| of_header(value.to_str().ok()?))
}

fn of_header(value: &str) -> Option<StepUpRequirement> {
    for challenge in ChallengeParser::new(value) {
        let challenge = challenge.ok()?;
        let parameter = |wanted: &str| {
            let mut parameters = challenge.params.iter();
            let found = parameters.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.to_unescaped())
        };
        if parameter("error").as_deref() != Some("insufficient_user_authentication") {
            continue;
        }
        let levels = parameter("acr_values").unwrap_or_default();
        return Some(StepUpRequirement {
            acr_values: levels.split_whitespace().map(ToOwned::to_owned).collect(),
            max_age: parameter("max_age").and_then(|age| age.parse().ok()).map(Duration::from_secs),
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_levels_and_the_age_are_read_from_the_challenge() {
        let requirement = of_header(
            "Bearer error=\"insufficient_user_authentication\", error_description=\"a \\\"stronger\\\" level\", \
             acr_values=\"urn:cognito:loa:3 gold\", max_age=300",
        )
        .unwrap();
        assert_eq!(requirement.acr_values(), ["urn:cognito:loa:3", "gold"]);
        assert_eq!(requirement.max_age(), Some(Duration::from_secs(300)));

        let other = "Basic realm=\"a, b\", DPoP error=\"insufficient_user_authentication\", max_age=\"5\"";
        let requirement = of_header(other).unwrap();
        assert_eq!(requirement.acr_values(), [] as [&str; 0]);
        assert_eq!(requirement.max_age(), Some(Duration::from_secs(5)));
    }

    #[test]
    fn any_other_header_asks_for_no_other_authentication() {
        for value in [
            "",
            "Bearer",
            "Bearer error=\"invalid_token\", acr_values=\"gold\"",
            "Bearer scope=\"\" error=\"invalid_token\" error_description=\"the token has expired\"",
            "Bearer realm=\"insufficient_user_authentication\"",
            "Bearer error=\"insufficient_user_authentication",
            ",,,=\"",
        ] {
            assert!(of_header(value).is_none(), "{value}");
        }
        let strange = "Bearer error=insufficient_user_authentication, max_age=\"-1\", acr_values=\"  \"";
        let requirement = of_header(strange).unwrap();
        assert_eq!((requirement.acr_values().len(), requirement.max_age()), (0, None));
    }
}
