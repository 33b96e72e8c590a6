//! `amplify_outputs.json`, as Amplify (Gen 2) writes it.
//!
//! The format: <https://docs.amplify.aws/react/reference/amplify_outputs/>. What Poolpass has no use for is ignored, `data`, `custom` and
//! `storage.buckets` among it.

use super::{Config, ConfigBuilder, given, unfit};
use crate::error::Error;
use crate::json::{Object, ParseError};

const NAME: &str = "amplify_outputs.json";

/// Whether the file is one: a `poolpass.json` has no version.
pub(super) fn is_one(file: &Object) -> bool {
    file.has("version") && !file.has("userPool") && !file.has("identityPool")
}

pub(super) fn parse(mut file: Object) -> Result<Config, Error> {
    let version = file.take("version").unwrap_or_default();
    let version = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
    if version.split('.').next() != Some("1") {
        return Err(Error::invalid_config(format!(
            "{NAME}: its format has the version {version}, and Poolpass reads version 1: update Poolpass, or write a poolpass.json"
        )));
    }
    let builder = read(&mut file).map_err(|error| unfit(NAME, error))?;
    builder.build()
}

fn read(file: &mut Object) -> Result<ConfigBuilder, ParseError> {
    let mut auth = file.object("auth")?;
    let mut builder = Config::builder();
    builder.user_pool_id = auth.maybe_text("user_pool_id")?;
    builder.client_id = auth.maybe_text("user_pool_client_id")?;
    let mut oauth = auth.maybe_object("oauth")?.unwrap_or_default();
    builder.domain = oauth.maybe_text("domain")?;
    builder.identity_pool = auth.maybe_text("identity_pool_id")?;
    // The bucket may be in a region of its own, and it is what the region is for: the pools' ids name theirs.
    builder.region = given(auth.maybe_text("aws_region")?);
    if let Some(mut storage) = file.maybe_object("storage")? {
        builder.bucket = storage.maybe_text("bucket_name")?;
        builder.region = given(storage.maybe_text("aws_region")?).or(builder.region);
    }
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amplify_project_needs_no_second_configuration() {
        let config = Config::from_json(
            r#"{
              "version": "1.4",
              "auth": {
                "user_pool_id": "us-east-1_AbC", "aws_region": "us-east-1", "user_pool_client_id": "abc",
                "identity_pool_id": "us-east-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11",
                "mfa_methods": ["TOTP"], "username_attributes": ["email"],
                "oauth": { "identity_providers": ["GOOGLE"], "domain": "abc.auth.us-east-1.amazoncognito.com",
                           "scopes": ["openid"], "redirect_sign_in_uri": [], "redirect_sign_out_uri": [],
                           "response_type": "code" }
              },
              "storage": { "aws_region": "us-west-2", "bucket_name": "photos", "buckets": [] },
              "data": { "url": "https://example.com/graphql" }
            }"#,
        )
        .unwrap();
        assert_eq!(config.region().as_str(), "us-west-2");
        assert_eq!(config.user_pool().unwrap().id().region().as_str(), "us-east-1");
        assert_eq!(
            config.user_pool().unwrap().domain().unwrap().to_string(),
            "https://abc.auth.us-east-1.amazoncognito.com/"
        );
        assert_eq!(config.bucket(), Some("photos"));
    }

    #[test]
    fn a_version_that_is_not_known_is_named() {
        let auth = r#""auth": { "user_pool_id": "us-east-1_A", "user_pool_client_id": "c" }"#;
        for known in [r#""1""#, r#""1.9""#, "1", "1.1"] {
            assert!(Config::from_json(&format!(r#"{{ "version": {known}, {auth} }}"#)).is_ok(), "{known}");
        }
        for unknown in [r#""2""#, r#""10.1""#, "2", r#""""#, "null", "[]"] {
            let error = Config::from_json(&format!(r#"{{ "version": {unknown}, {auth} }}"#)).unwrap_err();
            assert!(error.message().contains("version"), "{error}");
        }
    }

    #[test]
    fn empty_texts_are_absent_and_half_a_user_pool_is_refused() {
        let read = |client_id: &str| {
            Config::from_json(&format!(
                r#"{{ "version": "1.4", "auth": {{ "aws_region": "", "user_pool_id": "us-east-1_A", "user_pool_client_id": {client_id},
                   "identity_pool_id": "", "oauth": {{ "domain": "" }} }}, "storage": {{ "aws_region": "", "bucket_name": "" }} }}"#
            ))
        };
        let config = read(r#""c""#).unwrap();
        assert_eq!((config.region().as_str(), config.bucket()), ("us-east-1", None));
        assert!(config.identity_pool().is_none() && config.user_pool().unwrap().domain().is_none());
        for half in [r#""""#, "null"] {
            let error = read(half).unwrap_err();
            assert!(error.message().contains("app client"), "{error}");
        }
    }

    #[test]
    fn outputs_without_auth_are_refused() {
        let error = Config::from_json(r#"{ "version": "1" }"#).unwrap_err();
        assert!(error.message().contains("auth"), "{error}");
    }
}
