//! `poolpass.json`, the one configuration file, the same in every language.

use super::{Config, Service, unfit};
use crate::error::Error;
use crate::json::{Object, ParseError};

const NAME: &str = "poolpass.json";

pub(super) fn parse(file: Object) -> Result<Config, Error> {
    let unfit = |error| unfit(NAME, error);
    let mut file = File(file);
    let mut builder = Config::builder();
    builder.region = file.0.maybe_text("region").map_err(unfit)?;
    file.section("userPool", |pool| {
        builder.user_pool_id = pool.maybe_text("id")?;
        builder.client_id = pool.maybe_text("clientId")?;
        builder.client_secret = pool.maybe_secret("clientSecret")?;
        builder.domain = pool.maybe_text("domain")?;
        Ok(())
    })?;
    file.section("identityPool", |pool| {
        builder.identity_pool = pool.maybe_text("id")?;
        Ok(())
    })?;
    file.section("endpoints", |endpoints| {
        for (name, service) in SERVICES {
            builder.endpoints.extend(endpoints.maybe_text(name)?.map(|url| (service, url)));
        }
        Ok(())
    })?;
    file.section("s3", |s3| {
        builder.bucket = s3.maybe_text("bucket")?;
        builder.force_path_style = s3.maybe_flag("forcePathStyle")?;
        Ok(())
    })?;
    file.section("dynamodb", |dynamodb| {
        builder.table = dynamodb.maybe_text("table")?;
        Ok(())
    })?;
    file.section("api", |api| {
        builder.api_url = api.maybe_text("url")?;
        Ok(())
    })?;
    // Read by tests and demonstrations only; local-aws writes it.
    drop(file.0.take("demo"));
    all_read("", &file.0)?;
    builder.build()
}

const SERVICES: [(&str, Service); 5] = [
    ("cognitoIdp", Service::CognitoIdp),
    ("cognitoIdentity", Service::CognitoIdentity),
    ("sts", Service::Sts),
    ("s3", Service::S3),
    ("dynamodb", Service::DynamoDb),
];

struct File(Object);

impl File {
    /// Reads all members of a section, if there is one.
    fn section(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Object) -> Result<(), ParseError>,
    ) -> Result<(), Error> {
        let unfit = |error| unfit(NAME, error);
        let Some(mut section) = self.0.maybe_object(name).map_err(unfit)? else { return Ok(()) };
        read(&mut section).map_err(unfit)?;
        all_read(name, &section)
    }
}

/// Members that nobody reads are misspelt.
fn all_read(section: &str, members: &Object) -> Result<(), Error> {
    match members.names().next() {
        None => Ok(()),
        Some(unknown) if section.is_empty() => {
            Err(Error::invalid_config(format!("{NAME}: there is no member \"{unknown}\"")))
        }
        Some(unknown) => {
            Err(Error::invalid_config(format!("{NAME}: \"{section}\" has no member \"{unknown}\"")))
        }
    }
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
    fn empty_texts_are_absent_and_half_a_user_pool_is_refused() {
        let config = Config::from_json(
            r#"{
              "region": "",
              "userPool": { "id": "", "clientId": "", "clientSecret": "", "domain": "" },
              "identityPool": { "id": "eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11" },
              "endpoints": { "cognitoIdp": "", "s3": "" },
              "s3": { "bucket": "", "forcePathStyle": null },
              "dynamodb": { "table": "" },
              "api": { "url": "" }
            }"#,
        )
        .unwrap();
        assert!(config.user_pool().is_none() && config.bucket().is_none() && config.table().is_none());
        for half in [
            r#"{ "userPool": { "id": "eu-west-1_A", "clientId": "" } }"#,
            r#"{ "userPool": { "id": "eu-west-1_A" } }"#,
            r#"{ "userPool": { "clientId": "c" } }"#,
            r#"{ "userPool": { "id": "", "clientId": "" }, "identityPool": { "id": "" } }"#,
            r#"{ "userPool": {} }"#,
            "{}",
        ] {
            let error = Config::from_json(half).unwrap_err();
            assert!(error.message().contains("user pool"), "{error}");
        }
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
        assert!(error.message().contains("clientSecret"), "{error}");
        assert!(!format!("{error} {error:?}").contains("987654321"), "{error:?}");
    }

    #[test]
    fn what_is_not_json_is_an_error() {
        assert!(Config::from_json("").is_err());
        assert!(Config::from_json("[]").is_err());
    }
}
