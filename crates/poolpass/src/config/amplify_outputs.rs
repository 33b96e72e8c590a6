//! `amplify_outputs.json`, as Amplify (Gen 2) writes it.
//!
//! The format: <https://docs.amplify.aws/react/reference/amplify_outputs/>. What Poolpass has no use for is ignored, `data`, `custom` and
//! `storage.buckets` among it.

use super::{Config, ConfigBuilder, unfit};
use crate::error::Error;
use crate::json::{Misfit, Object};

/// Whether the file is one: a `poolpass.json` has no version.
pub(super) fn is_one(file: &Object) -> bool {
    file.has_text("version")
}

pub(super) fn parse(mut file: Object) -> Result<Config, Error> {
    let builder = read(&mut file).map_err(|misfit| unfit("amplify_outputs.json", misfit))?;
    builder.build()
}

fn read(file: &mut Object) -> Result<ConfigBuilder, Misfit> {
    let mut auth = file.object("auth")?;
    let mut builder = Config::builder();
    if let (Some(id), Some(client_id)) =
        (auth.maybe_text("user_pool_id")?, auth.maybe_text("user_pool_client_id")?)
    {
        builder = builder.user_pool(id, client_id);
        let mut oauth = auth.maybe_object("oauth")?.unwrap_or_default();
        builder.domain = oauth.maybe_text("domain")?;
    }
    builder.identity_pool = auth.maybe_text("identity_pool_id")?;
    // The bucket may be in a region of its own, and it is what the region is for: the pools' ids name theirs.
    builder.region = auth.maybe_text("aws_region")?;
    if let Some(mut storage) = file.maybe_object("storage")? {
        builder.bucket = storage.maybe_text("bucket_name")?;
        builder.region = storage.maybe_text("aws_region")?.or(builder.region);
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
    fn outputs_without_auth_are_refused() {
        let error = Config::from_json(r#"{ "version": "1" }"#).unwrap_err();
        assert!(error.message().contains("auth"), "{error}");
    }
}
