//! The calls for identity providers, resource servers and linked users.

use serde_json::{Value, json};

use crate::{error::AwsError, user_pool::testing::TestPool};

fn google() -> Value {
    json!({
        "ProviderName": "Google",
        "ProviderType": "Google",
        "ProviderDetails": { "client_id": "c", "client_secret": "s", "authorize_scopes": "openid" },
        "AttributeMapping": { "email": "email" },
        "IdpIdentifiers": ["gmail.example"],
    })
}

fn saml(name: &str, identifier: &str) -> Value {
    json!({
        "ProviderName": name,
        "ProviderType": "SAML",
        "ProviderDetails": { "MetadataURL": "http://127.0.0.1:1/metadata" },
        "IdpIdentifiers": [identifier],
    })
}

fn with(mut input: Value, name: &str, value: Value) -> Value {
    input[name] = value;
    input
}

fn with_google() -> TestPool {
    let test = TestPool::new();
    test.admin("CreateIdentityProvider", google()).unwrap();
    test
}

fn code(result: Result<Value, AwsError>) -> String {
    result.unwrap_err().code.into_owned()
}

#[test]
fn a_provider_is_created_described_found_changed_and_deleted() {
    let test = with_google();
    let id = json!({ "ProviderName": "Google" });
    let described = test.admin("DescribeIdentityProvider", id.clone()).unwrap()["IdentityProvider"].clone();
    assert_eq!(described["AttributeMapping"], json!({ "email": "email", "username": "sub" }));
    assert_eq!(described["ProviderDetails"]["oidc_issuer"], "https://accounts.google.com");
    let found =
        test.admin("GetIdentityProviderByIdentifier", json!({ "IdpIdentifier": "gmail.example" })).unwrap();
    assert_eq!(found["IdentityProvider"]["ProviderName"], "Google");

    let change =
        json!({ "ProviderName": "Google", "AttributeMapping": { "name": "name" }, "IdpIdentifiers": [] });
    let changed = test.admin("UpdateIdentityProvider", change).unwrap()["IdentityProvider"].clone();
    assert_eq!(changed["AttributeMapping"], json!({ "name": "name", "username": "sub" }));
    assert_eq!(changed["ProviderDetails"], described["ProviderDetails"], "what is left out stays");
    let lost = test.admin("GetIdentityProviderByIdentifier", json!({ "IdpIdentifier": "gmail.example" }));
    assert_eq!(code(lost), "ResourceNotFoundException");

    let listed = test.admin("ListIdentityProviders", json!({})).unwrap();
    assert_eq!(listed["Providers"][0]["ProviderType"], "Google");
    test.admin("DeleteIdentityProvider", id.clone()).unwrap();
    assert_eq!(code(test.admin("DescribeIdentityProvider", id)), "ResourceNotFoundException");
}

#[test]
fn contradictory_providers_are_refused() {
    let test = with_google();
    for (input, expected) in [
        (google(), "DuplicateProviderException"),
        (saml("Corporate", "gmail.example"), "DuplicateProviderException"),
        (with(saml("Corporate", "c.example"), "ProviderDetails", json!({})), "InvalidParameterException"),
        (saml("Google", "c.example"), "DuplicateProviderException"),
        (saml("Facebook", "c.example"), "InvalidParameterException"),
        (saml("COGNITO", "c.example"), "InvalidParameterException"),
        (with(google(), "ProviderName", json!("Other")), "InvalidParameterException"),
        (
            with(saml("Corporate", "c.example"), "AttributeMapping", json!({ "custom:none": "x" })),
            "InvalidParameterException",
        ),
        (with(saml("Corporate", "c.example"), "ProviderType", json!("LDAP")), "InvalidParameterException"),
        (
            json!({
                "ProviderName": "Example", "ProviderType": "OIDC",
                "ProviderDetails": { "client_id": "c", "authorize_scopes": "openid" },
            }),
            "InvalidParameterException",
        ),
    ] {
        assert_eq!(code(test.admin("CreateIdentityProvider", input.clone())), expected, "{input}");
    }
}

#[test]
fn resource_servers_define_scopes_until_they_are_deleted() {
    let test = TestPool::new();
    let server =
        |scopes: Value| json!({ "Identifier": "https://notes.example", "Name": "Notes", "Scopes": scopes });
    let read = json!([{ "ScopeName": "read", "ScopeDescription": "Read" }]);
    test.admin("CreateResourceServer", server(read.clone())).unwrap();
    assert_eq!(code(test.admin("CreateResourceServer", server(read.clone()))), "InvalidParameterException");
    let client = |scope: &str| {
        test.admin(
            "CreateUserPoolClient",
            json!({
                "ClientName": "app", "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
                "AllowedOAuthScopes": ["openid", scope], "CallbackURLs": ["https://app.example/"],
            }),
        )
    };
    client("https://notes.example/read").unwrap();
    for wrong in ["https://notes.example/write", "https://notes.example", "read"] {
        assert_eq!(code(client(wrong)), "ScopeDoesNotExistException", "{wrong}");
    }
    let id = json!({ "Identifier": "https://notes.example" });
    let described = test.admin("DescribeResourceServer", id.clone()).unwrap();
    assert_eq!(described["ResourceServer"]["Scopes"], read);
    let listed = test.admin("ListResourceServers", json!({})).unwrap();
    assert_eq!(listed["ResourceServers"].as_array().unwrap().len(), 1);
    test.admin("UpdateResourceServer", server(json!([]))).unwrap();
    assert_eq!(code(client("https://notes.example/read")), "ScopeDoesNotExistException");
    test.admin("DeleteResourceServer", id.clone()).unwrap();
    assert_eq!(code(test.admin("DescribeResourceServer", id)), "ResourceNotFoundException");
}

fn link(test: &TestPool, username: &str, subject: &str) -> Result<Value, AwsError> {
    test.admin(
        "AdminLinkProviderForUser",
        json!({
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": username },
            "SourceUser": {
                "ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": subject,
            },
        }),
    )
}

fn identities(test: &TestPool, username: &str) -> Value {
    let user = test.admin("AdminGetUser", json!({ "Username": username })).unwrap();
    let attributes = user["UserAttributes"].as_array().unwrap();
    let found = attributes.iter().find(|attribute| attribute["Name"] == "identities");
    found.map_or(json!([]), |found| serde_json::from_str(found["Value"].as_str().unwrap()).unwrap())
}

#[test]
fn identities_are_linked_to_one_user_each_and_unlinked() {
    let test = with_google();
    test.add_user("ada", &[]);
    test.add_user("bob", &[]);
    link(&test, "ada", "1").unwrap();
    assert_eq!(identities(&test, "ada")[0]["userId"], "1");
    let message = |result: Result<Value, AwsError>| result.unwrap_err().message.into_owned();
    assert_eq!(message(link(&test, "ada", "1")), "SourceUser is already linked to DestinationUser");
    assert!(message(link(&test, "bob", "1")).starts_with("Merging is not currently supported"));
    assert_eq!(code(link(&test, "ghost", "2")), "UserNotFoundException");
    for subject in ["2", "3", "4", "5"] {
        link(&test, "ada", subject).unwrap();
    }
    assert_eq!(code(link(&test, "ada", "6")), "LimitExceededException");

    let source = json!({
        "User": { "ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1" },
    });
    test.admin("AdminDisableProviderForUser", source.clone()).unwrap();
    assert_eq!(identities(&test, "ada").as_array().unwrap().len(), 4);
    assert_eq!(code(test.admin("AdminDisableProviderForUser", source)), "UserNotFoundException");
    link(&test, "bob", "1").unwrap();
}

#[test]
fn a_user_of_the_pool_whose_password_is_disabled_cannot_sign_in_with_it() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    let native = json!({ "User": { "ProviderName": "Cognito", "ProviderAttributeValue": "ada" } });
    test.admin("AdminDisableProviderForUser", native).unwrap();
    let refused = test.sign_in("ada", crate::user_pool::testing::PASSWORD);
    assert_eq!(code(refused), "NotAuthorizedException");
}
