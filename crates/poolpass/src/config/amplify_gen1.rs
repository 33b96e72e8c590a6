//! Amplify's configuration before Gen 2: `amplifyconfiguration.json` of its mobile libraries, `awsconfiguration.json` of the SDKs before
//! them, and for JavaScript the object in `aws-exports.js` or given to `Amplify.configure`.

use super::{Config, ConfigBuilder, given, unfit};
use crate::error::Error;
use crate::json::{Object, ParseError};

/// Whether the file is one of them.
pub(super) fn is_one(file: &Object) -> bool {
    ["auth", "CognitoUserPool", "CredentialsProvider", "Auth"].iter().any(|member| file.has(member))
        || file.names().any(|member| member.starts_with("aws_"))
}

pub(super) fn parse(mut file: Object) -> Result<Config, Error> {
    let builder = read(&mut file).map_err(|error| unfit("the configuration of Amplify", error))?;
    builder.build()
}

fn read(file: &mut Object) -> Result<ConfigBuilder, ParseError> {
    if let Some(mut auth) = file.maybe_object("auth")? {
        let mut plugins = auth.maybe_object("plugins")?.ok_or(ParseError::Member(
            "\"plugins\" of amplifyconfiguration.json, or \"version\" of amplify_outputs.json,",
        ))?;
        let mut builder = plugin(&mut within(&mut plugins, &["awsCognitoAuthPlugin"])?)?;
        let mut storage = within(file, &["storage", "plugins", "awsS3StoragePlugin"])?;
        if let Some(bucket) = given(storage.maybe_text("bucket")?) {
            builder.bucket = Some(bucket);
            builder.region = given(storage.maybe_text("region")?).or(builder.region);
        }
        return Ok(builder);
    }
    if file.has("CognitoUserPool") || file.has("CredentialsProvider") {
        return plugin(file);
    }
    if file.has("Auth") {
        return javascript_library(file);
    }
    exports(file)
}

/// `awsCognitoAuthPlugin`, and the whole of an `awsconfiguration.json`.
fn plugin(plugin: &mut Object) -> Result<ConfigBuilder, ParseError> {
    let mut builder = Config::builder();
    let mut pool = within(plugin, &["CognitoUserPool", "Default"])?;
    builder.user_pool_id = pool.maybe_text("PoolId")?;
    builder.client_id = pool.maybe_text("AppClientId")?;
    builder.client_secret = pool.maybe_secret("AppClientSecret")?;
    builder.region = given(pool.maybe_text("Region")?);
    builder.domain = within(plugin, &["Auth", "Default", "OAuth"])?.maybe_text("WebDomain")?;
    let mut identities = within(plugin, &["CredentialsProvider", "CognitoIdentity", "Default"])?;
    builder.identity_pool = identities.maybe_text("PoolId")?;
    builder.region = builder.region.or(given(identities.maybe_text("Region")?));
    let mut transfer = within(plugin, &["S3TransferUtility", "Default"])?;
    builder.bucket = transfer.maybe_text("Bucket")?;
    builder.region = given(transfer.maybe_text("Region")?).or(builder.region);
    Ok(builder)
}

/// The object given to `Amplify.configure`.
fn javascript_library(file: &mut Object) -> Result<ConfigBuilder, ParseError> {
    let mut builder = Config::builder();
    let mut auth = file.object("Auth")?;
    // Since version 6 it is one level deeper, and its members have other names.
    let mut cognito = auth.maybe_object("Cognito")?.unwrap_or(auth);
    builder.user_pool_id = cognito.maybe_text("userPoolId")?;
    builder.client_id =
        given(cognito.maybe_text("userPoolClientId")?).or(cognito.maybe_text("userPoolWebClientId")?);
    builder.identity_pool = cognito.maybe_text("identityPoolId")?;
    builder.region = given(cognito.maybe_text("region")?);
    builder.domain = match cognito.maybe_object("loginWith")? {
        Some(mut login) => within(&mut login, &["oauth"])?.maybe_text("domain")?,
        None => within(&mut cognito, &["oauth"])?.maybe_text("domain")?,
    };
    let mut storage = within(file, &["Storage"])?;
    let mut s3 = storage.maybe_object("S3")?.or(storage.maybe_object("AWSS3")?).unwrap_or_default();
    builder.bucket = s3.maybe_text("bucket")?;
    builder.region = given(s3.maybe_text("region")?).or(builder.region);
    Ok(builder)
}

/// The object in `aws-exports.js`.
fn exports(file: &mut Object) -> Result<ConfigBuilder, ParseError> {
    let mut builder = Config::builder();
    builder.user_pool_id = file.maybe_text("aws_user_pools_id")?;
    builder.client_id = file.maybe_text("aws_user_pools_web_client_id")?;
    builder.identity_pool = file.maybe_text("aws_cognito_identity_pool_id")?;
    builder.domain = within(file, &["oauth"])?.maybe_text("domain")?;
    builder.bucket = file.maybe_text("aws_user_files_s3_bucket")?;
    builder.region = given(file.maybe_text("aws_user_files_s3_bucket_region")?)
        .or(given(file.maybe_text("aws_project_region")?))
        .or(given(file.maybe_text("aws_cognito_region")?));
    Ok(builder)
}

/// The object at the end of this path; empty where there is none.
fn within(object: &mut Object, path: &[&'static str]) -> Result<Object, ParseError> {
    let Some((first, rest)) = path.split_first() else { return Ok(std::mem::take(object)) };
    match object.maybe_object(first)? {
        Some(mut inner) => within(&mut inner, rest),
        None => Ok(Object::default()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const IDENTITY_POOL: &str = "us-east-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11";

    fn plugin() -> Value {
        json!({
            "UserAgent": "aws-amplify-cli/0.1.0",
            "Version": "0.1.0",
            "IdentityManager": { "Default": {} },
            "CredentialsProvider": { "CognitoIdentity": { "Default": { "PoolId": IDENTITY_POOL, "Region": "us-east-1" } } },
            "CognitoUserPool": { "Default": { "PoolId": "us-east-1_AbC", "AppClientId": "abc", "Region": "us-east-1" } },
            "Auth": { "Default": { "authenticationFlowType": "USER_SRP_AUTH", "OAuth": { "WebDomain": "a.example.com" } } },
            "S3TransferUtility": { "Default": { "Bucket": "photos", "Region": "us-west-2" } },
        })
    }

    #[test]
    fn each_of_amplify_s_older_files_is_read() {
        let mut storage_elsewhere = plugin();
        storage_elsewhere.as_object_mut().unwrap().remove("S3TransferUtility");
        let files = [
            plugin(),
            json!({
                "UserAgent": "aws-amplify-cli/2.0",
                "Version": "1.0",
                "auth": { "plugins": { "awsCognitoAuthPlugin": plugin() } },
            }),
            json!({
                "Version": "1.0",
                "auth": { "plugins": { "awsCognitoAuthPlugin": storage_elsewhere } },
                "storage": { "plugins": { "awsS3StoragePlugin": { "bucket": "photos", "region": "us-west-2" } } },
            }),
            json!({
                "aws_project_region": "us-east-1",
                "aws_cognito_identity_pool_id": IDENTITY_POOL,
                "aws_cognito_region": "us-east-1",
                "aws_user_pools_id": "us-east-1_AbC",
                "aws_user_pools_web_client_id": "abc",
                "oauth": { "domain": "a.example.com" },
                "aws_cognito_mfa_types": ["SMS"],
                "aws_user_files_s3_bucket": "photos",
                "aws_user_files_s3_bucket_region": "us-west-2",
            }),
            json!({
                "Auth": { "Cognito": {
                    "userPoolId": "us-east-1_AbC", "userPoolClientId": "abc", "identityPoolId": IDENTITY_POOL,
                    "loginWith": { "oauth": { "domain": "a.example.com" } },
                } },
                "Storage": { "S3": { "bucket": "photos", "region": "us-west-2" } },
            }),
            json!({
                "Auth": {
                    "region": "us-east-1", "userPoolId": "us-east-1_AbC", "userPoolWebClientId": "abc",
                    "identityPoolId": IDENTITY_POOL, "oauth": { "domain": "a.example.com" },
                },
                "Storage": { "AWSS3": { "bucket": "photos", "region": "us-west-2" } },
            }),
        ];
        for file in files {
            let config = Config::from_json(&file.to_string()).unwrap();
            let pool = config.user_pool().unwrap();
            assert_eq!((pool.id().as_str(), pool.client_id().as_str()), ("us-east-1_AbC", "abc"), "{file}");
            assert_eq!(pool.domain().unwrap().to_string(), "https://a.example.com/", "{file}");
            assert_eq!(config.identity_pool().unwrap().as_str(), IDENTITY_POOL, "{file}");
            assert_eq!((config.bucket(), config.region().as_str()), (Some("photos"), "us-west-2"), "{file}");
        }
    }

    #[test]
    fn what_they_leave_empty_is_absent_and_half_a_user_pool_is_refused() {
        let file = json!({
            "aws_project_region": "us-east-1", "aws_cognito_identity_pool_id": "", "aws_user_pools_id": "us-east-1_AbC",
            "aws_user_pools_web_client_id": "abc", "oauth": {}, "aws_user_files_s3_bucket_region": "",
        });
        let config = Config::from_json(&file.to_string()).unwrap();
        assert_eq!(
            (config.identity_pool(), config.bucket(), config.region().as_str()),
            (None, None, "us-east-1")
        );

        let mut half = file;
        half["aws_user_pools_web_client_id"] = json!("");
        assert!(Config::from_json(&half.to_string()).unwrap_err().message().contains("app client"));
        let mut half = plugin();
        half["CognitoUserPool"]["Default"].as_object_mut().unwrap().remove("AppClientId");
        assert!(Config::from_json(&half.to_string()).unwrap_err().message().contains("app client"));
        for auth in
            [r#"{ "plugins": [] }"#, r#"{ "user_pool_id": "us-east-1_AbC", "user_pool_client_id": "abc" }"#]
        {
            let error = Config::from_json(&format!(r#"{{ "auth": {auth} }}"#)).unwrap_err();
            assert!(error.message().contains("plugins"), "{error}");
        }
        let exports = r#"{ "aws_user_pools_id": "us-east-1_AbC", "aws_user_pools_web_client_id": "abc" }"#;
        assert!(Config::from_json(exports).unwrap().user_pool().is_some());
    }
}
