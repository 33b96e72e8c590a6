//! `amplify_outputs.json`, as Amplify (Gen 2) writes it.
//!
//! The format: <https://docs.amplify.aws/react/reference/amplify_outputs/>.

use serde::Deserialize;

use super::{Config, unreadable};
use crate::error::Error;

/// Only Amplify's file says which version of its format it follows.
pub(super) fn is_one(json: &str) -> bool {
    #[derive(Deserialize)]
    struct Versioned {
        #[serde(rename = "version")]
        _version: String,
    }

    serde_json::from_str::<Versioned>(json).is_ok()
}

pub(super) fn parse(json: &str) -> Result<Config, Error> {
    let outputs: Outputs =
        serde_json::from_str(json).map_err(|error| unreadable("amplify_outputs.json", &error))?;
    let Some(auth) = outputs.auth else {
        return Err(Error::invalid_config("amplify_outputs.json: there is no \"auth\""));
    };
    let mut builder = Config::builder();
    if let (Some(id), Some(client_id)) = (auth.user_pool_id, auth.user_pool_client_id) {
        builder = builder.user_pool(id, client_id);
        builder.domain = auth.oauth.and_then(|oauth| oauth.domain);
    }
    builder.identity_pool = auth.identity_pool_id;
    // The bucket may be in a region of its own, and it is what the region is for: the pools' ids name theirs.
    builder.region = auth.aws_region;
    if let Some(storage) = outputs.storage {
        builder.bucket = storage.bucket_name;
        builder.region = storage.aws_region.or(builder.region);
    }
    builder.build()
}

/// The parts that Poolpass needs; Amplify's file has many more.
#[derive(Deserialize)]
struct Outputs {
    auth: Option<Auth>,
    storage: Option<Storage>,
}

#[derive(Deserialize)]
struct Auth {
    aws_region: Option<String>,
    user_pool_id: Option<String>,
    user_pool_client_id: Option<String>,
    identity_pool_id: Option<String>,
    oauth: Option<OAuth>,
}

#[derive(Deserialize)]
struct OAuth {
    domain: Option<String>,
}

#[derive(Deserialize)]
struct Storage {
    aws_region: Option<String>,
    bucket_name: Option<String>,
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
