//! Logins with the stand-in providers.

use serde_json::{Value, json};

use super::tests::{Fixture, expect_not_authorized, text};
use crate::test_support::{Draft, Keys};

const GOOGLE: &str = "accounts.google.com";
const OPEN_ID: &str = "127.0.0.1:4577/_providers/corporate";
const SAML: &str = "arn:aws:iam::000000000000:saml-provider/adfs";

/// A pool that accepts each kind of provider.
async fn fixture() -> Fixture {
    let fixture = Fixture::new(json!({})).await;
    let metadata =
        Draft::new("GET", "/_providers/saml-adfs/metadata").send(&fixture.account).await.expect_ok();
    fixture
        .iam("CreateSAMLProvider", &[("Name", "adfs"), ("SAMLMetadataDocument", metadata.text().as_str())])
        .await;
    let url = format!("http://{OPEN_ID}");
    fixture.iam("CreateOpenIDConnectProvider", &[("Url", &url), ("ClientIDList.member.1", "app")]).await;
    let update = json!({
        "IdentityPoolId": fixture.identity_pool,
        "IdentityPoolName": "app",
        "AllowUnauthenticatedIdentities": true,
        "CognitoIdentityProviders": [{"ProviderName": fixture.provider(), "ClientId": fixture.client}],
        "SupportedLoginProviders": {
            GOOGLE: "app",
            "appleid.apple.com": "app",
            "graph.facebook.com": "app",
            "www.amazon.com": "app",
        },
        "OpenIdConnectProviderARNs": [format!("arn:aws:iam::000000000000:oidc-provider/{OPEN_ID}")],
        "SamlProviderARNs": [SAML],
    });
    fixture.admin("UpdateIdentityPool", &update).await.expect_ok();
    fixture
}

impl Fixture {
    async fn iam(&self, operation: &str, parameters: &[(&str, &str)]) {
        let draft = Draft::form(operation, "2010-05-08", parameters);
        draft.signed("iam", &Keys::root(), self.account.clock.now()).send(&self.account).await.expect_ok();
    }

    /// A stand-in's token.
    async fn token_of(&self, stand_in: &str, input: Value) -> String {
        let draft = Draft::new("POST", &format!("/_providers/{stand_in}/token")).body(input.to_string());
        text(&draft.send(&self.account).await.expect_ok().json()["token"])
    }

    async fn get_id_by(&self, logins: Value) -> crate::test_support::Answer {
        self.call("GetId", &json!({ "IdentityPoolId": self.identity_pool, "Logins": logins })).await
    }
}

/// Each provider with its stand-in and the audience of its tokens.
const PROVIDERS: [(&str, &str, &str); 6] = [
    (GOOGLE, "google", "app"),
    ("appleid.apple.com", "apple", "app"),
    ("graph.facebook.com", "facebook", "app"),
    ("www.amazon.com", "amazon", "app"),
    (OPEN_ID, "corporate", "app"),
    (SAML, "saml-adfs", "urn:amazon:webservices"),
];

#[tokio::test]
async fn the_tokens_of_each_provider_lead_to_an_identity_until_they_expire() {
    let fixture = fixture().await;
    for (provider, stand_in, aud) in PROVIDERS {
        let token = fixture.token_of(stand_in, json!({ "sub": "ada", "aud": aud, "seconds": 60 })).await;
        let id = text(&fixture.get_id_by(json!({ provider: token })).await.expect_ok().json()["IdentityId"]);
        let again = fixture.token_of(stand_in, json!({ "sub": "ada", "aud": aud })).await;
        assert_eq!(fixture.get_id_by(json!({ provider: again })).await.json()["IdentityId"], id.as_str());
        let other = fixture.token_of(stand_in, json!({ "sub": "grace", "aud": aud })).await;
        assert_ne!(
            fixture.get_id_by(json!({ provider: other })).await.expect_ok().json()["IdentityId"],
            id.as_str()
        );

        let input = json!({ "IdentityId": id, "Logins": { provider: again } });
        let granted = fixture.call("GetCredentialsForIdentity", &input).await.expect_ok().json();
        let caller = fixture.caller(&granted["Credentials"]).await.expect_ok();
        assert!(caller.xml("Arn").contains(":assumed-role/authenticated/"), "{provider}");

        fixture.account.clock.advance_seconds(61);
        let answer = fixture.get_id_by(json!({ provider: token })).await;
        answer.expect_error(400, "NotAuthorizedException");
    }
}

#[tokio::test]
async fn foreign_tokens_are_refused() {
    let fixture = fixture().await;
    for (provider, stand_in, aud) in PROVIDERS {
        let foreign = fixture.token_of(stand_in, json!({ "sub": "ada", "aud": "another-app" })).await;
        let message = "Invalid login token. Incorrect token audience.";
        expect_not_authorized(fixture.get_id_by(json!({ provider: foreign })).await, message);
        let token = fixture.token_of(stand_in, json!({ "sub": "ada", "aud": aud })).await;
        // One character near the end, which belongs to a signature, is another one. An access token is opaque.
        let mut characters: Vec<char> = token.chars().collect();
        let place = characters.len() - 20;
        characters[place] = if characters[place] == 'A' { 'B' } else { 'A' };
        let forged: String = characters.into_iter().collect();
        for wrong in [forged.as_str(), "nonsense"] {
            fixture.get_id_by(json!({ provider: wrong })).await.expect_error(400, "NotAuthorizedException");
        }
        // The token of another provider.
        for (other, ..) in PROVIDERS.iter().filter(|(other, ..)| *other != provider) {
            fixture.get_id_by(json!({ *other: token })).await.expect_error(400, "NotAuthorizedException");
        }
    }
    let none = Fixture::new(json!({})).await;
    let token = none.token_of("google", json!({ "sub": "ada", "aud": "app" })).await;
    let message = "Token is not from a supported provider of this identity pool.";
    expect_not_authorized(none.get_id_by(json!({ GOOGLE: token })).await, message);
}

#[tokio::test]
async fn several_logins_are_one_identity_and_cannot_be_those_of_two() {
    let fixture = fixture().await;
    let google = fixture.token_of("google", json!({ "sub": "ada", "aud": "app" })).await;
    let facebook = fixture.token_of("facebook", json!({ "sub": "ada", "aud": "app" })).await;
    let id = text(&fixture.get_id_by(json!({ GOOGLE: google })).await.expect_ok().json()["IdentityId"]);
    let both = json!({ GOOGLE: google, "graph.facebook.com": facebook });
    assert_eq!(fixture.get_id_by(both).await.expect_ok().json()["IdentityId"], id.as_str());
    let alone = fixture.get_id_by(json!({ "graph.facebook.com": facebook })).await.expect_ok();
    assert_eq!(alone.json()["IdentityId"], id.as_str(), "the login was linked");

    let other = fixture.token_of("facebook", json!({ "sub": "grace", "aud": "app" })).await;
    fixture.get_id_by(json!({ "graph.facebook.com": other })).await.expect_ok();
    let two = json!({ GOOGLE: google, "graph.facebook.com": other });
    fixture.get_id_by(two).await.expect_error(400, "ResourceConflictException");
    // An identity has one login of a provider.
    let third = fixture.token_of("google", json!({ "sub": "alan", "aud": "app" })).await;
    let input = json!({ GOOGLE: third, "graph.facebook.com": facebook });
    fixture.get_id_by(input).await.expect_error(400, "ResourceConflictException");

    let unlink = json!({
        "IdentityId": id,
        "Logins": { GOOGLE: google },
        "LoginsToRemove": ["graph.facebook.com"],
    });
    fixture.call("UnlinkIdentity", &unlink).await.expect_ok();
    let apart = fixture.get_id_by(json!({ "graph.facebook.com": facebook })).await.expect_ok();
    assert_ne!(apart.json()["IdentityId"], id.as_str());
    assert_eq!(fixture.get_id_by(json!({ GOOGLE: google })).await.json()["IdentityId"], id.as_str());
}
