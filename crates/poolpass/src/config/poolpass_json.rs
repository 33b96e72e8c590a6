//! `poolpass.json`, the one configuration file, the same in every language.

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Config, Service, unreadable};
use crate::error::Error;

pub(super) fn parse(json: &str) -> Result<Config, Error> {
    let file: File = serde_json::from_str(json).map_err(|error| unreadable("poolpass.json", &error))?;
    let mut builder = Config::builder().force_path_style(file.s3.force_path_style);
    builder.region = file.region;
    if let Some(pool) = file.user_pool {
        builder = builder.user_pool(pool.id, pool.client_id);
        builder.client_secret = pool.client_secret;
        builder.domain = pool.domain;
    }
    builder.identity_pool = file.identity_pool.map(|pool| pool.id);
    builder.bucket = file.s3.bucket;
    builder.table = file.dynamodb.table;
    builder.api_url = file.api.url;
    let overrides = [
        (Service::CognitoIdp, file.endpoints.cognito_idp),
        (Service::CognitoIdentity, file.endpoints.cognito_identity),
        (Service::Sts, file.endpoints.sts),
        (Service::S3, file.endpoints.s3),
        (Service::DynamoDb, file.endpoints.dynamodb),
    ];
    builder.endpoints = overrides.into_iter().filter_map(|(service, url)| Some((service, url?))).collect();
    builder.build()
}

/// Unknown members are refused: a misspelt one would otherwise be ignored in silence.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    region: Option<String>,
    user_pool: Option<UserPool>,
    identity_pool: Option<IdentityPool>,
    #[serde(default)]
    endpoints: Endpoints,
    #[serde(default)]
    s3: S3,
    #[serde(default)]
    dynamodb: DynamoDb,
    #[serde(default)]
    api: Api,
    /// Users of the local demo, which are no configuration.
    #[serde(rename = "demo")]
    _demo: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserPool {
    id: String,
    client_id: String,
    client_secret: Option<SecretString>,
    domain: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityPool {
    id: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Endpoints {
    cognito_idp: Option<String>,
    cognito_identity: Option<String>,
    sts: Option<String>,
    s3: Option<String>,
    dynamodb: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct S3 {
    bucket: Option<String>,
    #[serde(default)]
    force_path_style: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct DynamoDb {
    table: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Api {
    url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Region;

    #[test]
    fn the_documented_file_is_read() {
        let config = Config::from_json(
            r#"{
              "region": "eu-west-1",
              "userPool": { "id": "eu-west-1_AbCdEfGhI", "clientId": "abc", "clientSecret": null,
                            "domain": "https://auth.example.com" },
              "identityPool": { "id": "eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11" },
              "endpoints": { "cognitoIdp": "http://127.0.0.1:1", "cognitoIdentity": null, "sts": null,
                             "s3": null, "dynamodb": null },
              "s3": { "bucket": "photos", "forcePathStyle": true },
              "dynamodb": { "table": "notes" },
              "api": { "url": null },
              "demo": { "users": [] }
            }"#,
        )
        .unwrap();
        let region: Region = "eu-west-1".parse().unwrap();
        assert_eq!(config.endpoint(Service::CognitoIdp, &region).to_string(), "http://127.0.0.1:1/");
        assert_eq!(config.endpoint(Service::S3, &region).to_string(), "https://s3.eu-west-1.amazonaws.com/");
        assert_eq!((config.bucket(), config.table()), (Some("photos"), Some("notes")));
        assert!(config.force_path_style());
        let pool = config.user_pool().unwrap();
        assert_eq!(pool.domain().unwrap().to_string(), "https://auth.example.com/");
        assert!(pool.client_secret().is_none());
    }

    #[test]
    fn a_misspelt_member_is_named() {
        let error = Config::from_json(r#"{ "region": "eu-west-1", "identitypool": {} }"#).unwrap_err();
        assert!(error.message().contains("identitypool"), "{error}");
    }

    #[test]
    fn a_secret_of_the_wrong_type_is_not_quoted() {
        let json = r#"{ "userPool": { "id": "eu-west-1_A", "clientId": "c", "clientSecret": 987654321 } }"#;
        let error = Config::from_json(json).unwrap_err();
        assert!(error.message().contains("line 1"), "{error}");
        assert!(!format!("{error} {error:?}").contains("987654321"), "{error:?}");
    }

    #[test]
    fn what_is_not_json_is_an_error() {
        assert!(Config::from_json("").is_err());
        assert!(Config::from_json("[]").is_err());
    }
}
