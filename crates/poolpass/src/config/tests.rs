use super::*;
use crate::error::ErrorKind;

#[test]
fn the_region_follows_from_the_pools() {
    let config = Config::builder().user_pool("ap-south-1_Ab1", "client").build().unwrap();
    assert_eq!(config.region().as_str(), "ap-south-1");
    let guest_only =
        Config::builder().identity_pool("us-east-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11").build().unwrap();
    assert_eq!(guest_only.region().as_str(), "us-east-1");
    assert!(guest_only.user_pool().is_none());
}

#[test]
fn what_cannot_work_is_refused_with_the_expected_form() {
    let refused = |builder: ConfigBuilder, expected: &str| {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.message().contains(expected), "{error}");
    };
    refused(Config::builder(), "a user pool");
    refused(Config::builder().region("eu-west-1"), "a user pool");
    refused(Config::builder().user_pool("nonsense", "client"), "eu-west-1_AbCdEfGhI");
    refused(Config::builder().user_pool("eu-west-1_A", "not a client"), "app client");
    refused(Config::builder().user_pool("eu-west-1_A", "c").region("Europe"), "eu-west-1");
    refused(Config::builder().user_pool("eu-west-1_A", ""), "app client");
    refused(Config::builder().user_pool("", "c"), "user pool");
    refused(Config::builder().user_pool("local_6mYJwLLY", "c"), "cognito-idp");
    let local =
        || Config::builder().user_pool("local_6mYJwLLY", "c").endpoint(Service::CognitoIdp, "http://x");
    refused(local().bucket("photos"), "s3");
    refused(local().table("notes"), "dynamodb");
    refused(local().identity_pool("local:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11"), "cognito-identity");
    refused(Config::builder().identity_pool("eu-west-1:no-uuid"), "eu-west-1:");
    refused(Config::builder().user_pool("eu-west-1_A", "c").bucket("No Bucket"), "bucket name");
    refused(Config::builder().user_pool("eu-west-1_A", "c").endpoint(Service::S3, "localhost"), "http");
}

#[test]
fn a_region_of_another_server_s_is_taken_where_the_addresses_are_given() {
    let services =
        [Service::CognitoIdp, Service::CognitoIdentity, Service::Sts, Service::S3, Service::DynamoDb];
    let builder = Config::builder()
        .user_pool("local_6mYJwLLY", "c")
        .identity_pool("local:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
        .bucket("photos")
        .table("notes");
    let builder = services
        .into_iter()
        .fold(builder, |builder, service| builder.endpoint(service, "http://127.0.0.1:1"));
    let config = builder.build().unwrap();
    assert_eq!(config.region().as_str(), "local");
    assert_eq!(config.user_pool().unwrap().id().pool_name(), "6mYJwLLY");
    for service in services {
        assert_eq!(config.endpoint(service, config.region()).to_string(), "http://127.0.0.1:1/");
    }
}

#[test]
fn an_empty_text_is_as_good_as_none() {
    let config = Config::builder()
        .region("")
        .user_pool("", " ")
        .client_secret("")
        .domain("")
        .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
        .endpoint(Service::S3, "")
        .bucket("")
        .table("")
        .api_url("")
        .build()
        .unwrap();
    assert_eq!(config.region().as_str(), "eu-west-1");
    assert!(config.user_pool().is_none() && config.bucket().is_none() && config.table().is_none());
    assert!(config.api_url().is_none() && !config.overrides(Service::S3));
}

#[test]
fn files_of_editors_and_shells_are_read_or_told_what_they_are() {
    let json = r#"{ "userPool": { "id": "eu-west-1_A", "clientId": "c" } }"#;
    let bom = format!("\u{feff}{json}");
    assert!(Config::from_json(&bom).is_ok());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("poolpass.json");
    let read = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        Config::from_file(&file)
    };
    assert!(read(bom.as_bytes()).is_ok());
    let le: Vec<u8> = bom.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = bom.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let bare: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for utf16 in [le, be, bare] {
        let error = read(&utf16).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.message().contains("UTF-16"), "{error}");
    }
    assert!(read(b"{ \"\xff\": 1 }").unwrap_err().message().contains("UTF-8"));
    let error = Config::from_json("const awsmobile = { };\nexport default awsmobile;").unwrap_err();
    assert!(error.message().contains("aws-exports.js"), "{error}");
}

#[test]
fn debug_shows_no_client_secret() {
    let config = Config::builder().user_pool("eu-west-1_A", "c").client_secret("hush").build().unwrap();
    assert!(!format!("{config:?}").contains("hush"));
}
