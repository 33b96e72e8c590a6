//! Developer-authenticated identities, principal tags, and what keeps the basic flow out.

use serde_json::{Value, json};

use super::tests::{Fixture, expect_not_authorized, text};
use crate::test_support::{Answer, Draft};

const BACKEND: &str = "login.example";

async fn fixture() -> Fixture {
    Fixture::new(json!({ "DeveloperProviderName": BACKEND })).await
}

impl Fixture {
    /// GetOpenIdTokenForDeveloperIdentity.
    async fn backend_token(&self, changes: Value) -> Answer {
        let mut input = json!({ "IdentityPoolId": self.identity_pool, "Logins": { BACKEND: "user-1" } });
        for (name, value) in changes.as_object().expect("an object") {
            input[name] = value.clone();
        }
        self.admin("GetOpenIdTokenForDeveloperIdentity", &input).await
    }

    async fn credentials_by(&self, identity: &str, token: &str) -> Answer {
        let input = json!({ "IdentityId": identity, "Logins": { "cognito-identity.amazonaws.com": token } });
        self.call("GetCredentialsForIdentity", &input).await
    }

    async fn link_login(&self, user: &str, token: &str) -> String {
        let mut logins = self.logins(token);
        logins[BACKEND] = user.into();
        id_and_token(&self.backend_token(json!({ "Logins": logins })).await.expect_ok()).0
    }

    /// Another identity pool of the same backend.
    async fn other_pool(&self) -> Value {
        let input = json!({
            "IdentityPoolName": "other",
            "AllowUnauthenticatedIdentities": true,
            "DeveloperProviderName": BACKEND,
        });
        self.admin("CreateIdentityPool", &input).await.expect_ok().json()["IdentityPoolId"].clone()
    }

    async fn look_up(&self, user: &str) -> Answer {
        let input = json!({ "IdentityPoolId": self.identity_pool, "DeveloperUserIdentifier": user });
        self.admin("LookupDeveloperIdentity", &input).await
    }
}

fn id_and_token(answer: &Answer) -> (String, String) {
    (text(&answer.json()["IdentityId"]), text(&answer.json()["Token"]))
}

#[tokio::test]
async fn the_backend_vouches_for_its_users() {
    let fixture = fixture().await;
    let (id, token) = id_and_token(&fixture.backend_token(json!({})).await.expect_ok());
    let again = id_and_token(&fixture.backend_token(json!({})).await.expect_ok());
    assert_eq!(again.0, id);
    let answer = fixture.credentials_by(&id, &token).await.expect_ok().json();
    let caller = fixture.caller(&answer["Credentials"]).await.expect_ok();
    assert!(caller.xml("Arn").contains(":assumed-role/authenticated/"));

    let (other, foreign) =
        id_and_token(&fixture.backend_token(json!({ "Logins": { BACKEND: "user-2" } })).await.expect_ok());
    assert_ne!(other, id);
    fixture.credentials_by(&id, &foreign).await.expect_error(400, "NotAuthorizedException");
    fixture.credentials(&id, None).await.expect_error(400, "NotAuthorizedException");
    fixture.account.clock.advance_seconds(901);
    let message = "Invalid login token. Token expired.";
    expect_not_authorized(fixture.credentials_by(&id, &token).await, message);
    let get_id = json!({
        "IdentityPoolId": fixture.identity_pool,
        "Logins": { "cognito-identity.amazonaws.com": token },
    });
    fixture.call("GetId", &get_id).await.expect_error(400, "NotAuthorizedException");
}

#[tokio::test]
async fn only_the_backend_gets_tokens_for_its_users() {
    let fixture = fixture().await;
    let input = json!({ "IdentityPoolId": fixture.identity_pool, "Logins": { BACKEND: "user-1" } });
    let unsigned = fixture.call("GetOpenIdTokenForDeveloperIdentity", &input).await;
    unsigned.expect_error(400, "MissingAuthenticationTokenException");
    for logins in [json!({}), json!({ "other.example": "user-1" })] {
        fixture
            .backend_token(json!({ "Logins": logins }))
            .await
            .expect_error(400, "InvalidParameterException");
    }
    let without = Fixture::new(json!({})).await;
    without.backend_token(json!({})).await.expect_error(400, "InvalidParameterException");
    // A guest's token of GetOpenIdToken proves nothing here.
    let guest = fixture.guest().await;
    let answer = fixture.call("GetOpenIdToken", &json!({ "IdentityId": guest })).await.expect_ok();
    let (_, token) = id_and_token(&answer);
    let message = "Invalid login token. Incorrect token audience.";
    expect_not_authorized(fixture.credentials_by(&guest, &token).await, message);
    // Neither does the token of a backend's user in another identity pool.
    let elsewhere = json!({ "IdentityPoolId": fixture.other_pool().await });
    let (_, token) = id_and_token(&fixture.backend_token(elsewhere).await.expect_ok());
    expect_not_authorized(fixture.credentials_by(&guest, &token).await, message);
}

#[tokio::test]
async fn the_backend_names_only_identities_that_are_its_user_s_or_free() {
    let fixture = fixture().await;
    let (id, _) = id_and_token(&fixture.backend_token(json!({})).await.expect_ok());
    let again = fixture.backend_token(json!({ "IdentityId": id })).await.expect_ok();
    assert_eq!(id_and_token(&again).0, id);

    let guest_elsewhere = json!({ "IdentityPoolId": fixture.other_pool().await });
    let guest_elsewhere =
        text(&fixture.call("GetId", &guest_elsewhere).await.expect_ok().json()["IdentityId"]);
    let unlink = json!({
        "IdentityId": id,
        "IdentityPoolId": fixture.identity_pool,
        "DeveloperProviderName": BACKEND,
        "DeveloperUserIdentifier": "user-1",
    });
    fixture.admin("UnlinkDeveloperIdentity", &unlink).await.expect_ok();
    for forbidden in [guest_elsewhere, id] {
        let message = format!("Access to Identity '{forbidden}' is forbidden.");
        expect_not_authorized(fixture.backend_token(json!({ "IdentityId": forbidden })).await, &message);
    }
}

#[tokio::test]
async fn logins_of_two_identities_cannot_be_brought_together() {
    let fixture = fixture().await;
    let (ada, grace) = (fixture.id_token("ada").await, fixture.id_token("grace").await);
    let first = fixture.link_login("user-1", &ada).await;
    fixture.link_login("user-2", &grace).await;

    // An identity that the backend names, with its own login and with that of another.
    let mut input = json!({ "IdentityId": first, "Logins": fixture.logins(&ada) });
    input["Logins"][BACKEND] = "user-1".into();
    assert_eq!(id_and_token(&fixture.backend_token(input.clone()).await.expect_ok()).0, first);
    input["IdentityId"] = fixture.guest().await.into();
    input["Logins"][BACKEND] = "user-3".into();
    fixture.backend_token(input).await.expect_error(400, "ResourceConflictException");

    let merge = async |destination: &str| {
        let input = json!({
            "IdentityPoolId": fixture.identity_pool,
            "DeveloperProviderName": BACKEND,
            "SourceUserIdentifier": "user-1",
            "DestinationUserIdentifier": destination,
        });
        fixture.admin("MergeDeveloperIdentities", &input).await
    };
    merge("user-1").await.expect_error(400, "InvalidParameterException");
    merge("user-2").await.expect_error(400, "ResourceConflictException");
    merge("nobody").await.expect_error(400, "ResourceNotFoundException");
    let found = fixture.look_up("user-1").await.expect_ok().json();
    assert_eq!(found["IdentityId"], first.as_str(), "nothing was merged");
}

#[tokio::test]
async fn the_backends_user_and_other_logins_are_one_identity() {
    let fixture = fixture().await;
    let guest = fixture.guest().await;
    let (id, _) = id_and_token(&fixture.backend_token(json!({ "IdentityId": guest })).await.expect_ok());
    assert_eq!(id, guest, "the guest keeps the identity");
    let token = fixture.id_token("ada").await;
    let mut logins = fixture.logins(&token);
    logins[BACKEND] = "user-1".into();
    let (linked, _) = id_and_token(&fixture.backend_token(json!({ "Logins": logins })).await.expect_ok());
    assert_eq!(linked, id);
    assert_eq!(fixture.get_id(&token).await.expect_ok().json()["IdentityId"], id.as_str());

    let other = fixture.guest().await;
    fixture
        .backend_token(json!({ "IdentityId": other }))
        .await
        .expect_error(400, "DeveloperUserAlreadyRegisteredException");
    logins[BACKEND] = "user-2".into();
    fixture.backend_token(json!({ "Logins": { BACKEND: "user-2" } })).await.expect_ok();
    fixture.backend_token(json!({ "Logins": logins })).await.expect_error(400, "ResourceConflictException");
}

#[tokio::test]
async fn merged_users_have_one_identity_and_the_old_id_leads_to_it() {
    let fixture = fixture().await;
    let (source, token) = id_and_token(&fixture.backend_token(json!({})).await.expect_ok());
    let user_2 = json!({ "Logins": { BACKEND: "user-2" } });
    let (destination, _) = id_and_token(&fixture.backend_token(user_2.clone()).await.expect_ok());
    let merge = json!({
        "IdentityPoolId": fixture.identity_pool,
        "DeveloperProviderName": BACKEND,
        "SourceUserIdentifier": "user-1",
        "DestinationUserIdentifier": "user-2",
    });
    let mut wrong = merge.clone();
    wrong["DeveloperProviderName"] = "other.example".into();
    fixture.admin("MergeDeveloperIdentities", &wrong).await.expect_error(400, "InvalidParameterException");
    let merged = fixture.admin("MergeDeveloperIdentities", &merge).await.expect_ok().json();
    assert_eq!(merged["IdentityId"], destination.as_str());
    let answer = fixture.credentials_by(&source, &token).await.expect_ok().json();
    assert_eq!(answer["IdentityId"], destination.as_str(), "AWS answers with the other id");
    let found = fixture.look_up("user-1").await.expect_ok().json();
    assert_eq!(found["DeveloperUserIdentifierList"], json!(["user-1", "user-2"]));

    let unlink = json!({
        "IdentityId": destination,
        "IdentityPoolId": fixture.identity_pool,
        "DeveloperProviderName": BACKEND,
        "DeveloperUserIdentifier": "user-1",
    });
    let mut of_other = unlink.clone();
    of_other["IdentityPoolId"] = fixture.other_pool().await;
    fixture.admin("UnlinkDeveloperIdentity", &of_other).await.expect_error(400, "NotAuthorizedException");
    fixture.admin("UnlinkDeveloperIdentity", &unlink).await.expect_ok();
    fixture.admin("UnlinkDeveloperIdentity", &unlink).await.expect_error(400, "ResourceNotFoundException");
    fixture.look_up("user-1").await.expect_error(400, "ResourceNotFoundException");
    assert_eq!(id_and_token(&fixture.backend_token(user_2).await.expect_ok()).0, destination);
}

#[tokio::test]
async fn claims_become_tags_that_policies_see_if_the_role_lets_sessions_be_tagged() {
    let fixture = fixture().await;
    let map = json!({
        "IdentityPoolId": fixture.identity_pool,
        "IdentityProviderName": fixture.provider(),
        "PrincipalTags": { "person": "cognito:username" },
    });
    let set = fixture.admin("SetPrincipalTagAttributeMap", &map).await.expect_ok().json();
    assert_eq!(set["PrincipalTags"], map["PrincipalTags"]);
    let token = fixture.id_token("ada").await;
    let id = text(&fixture.get_id(&token).await.expect_ok().json()["IdentityId"]);
    let refused = fixture.credentials(&id, Some(&token)).await;
    refused.expect_error(400, "InvalidIdentityPoolConfigurationException");

    let trust = |action: Value| {
        json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": action,
        }})
    };
    let update = |document: Value| {
        let document = document.to_string();
        fixture
            .account
            .iam
            .update("authenticated", |role| {
                role.trust = crate::iam::Role::trust_policy(&document)?;
                role.put_policy(
                    "own",
                    &json!({"Version": "2012-10-17", "Statement": {
                        "Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*",
                        "Condition": {"StringEquals": {"aws:PrincipalTag/person": "ada"}},
                    }})
                    .to_string(),
                )
            })
            .expect("the role");
    };
    update(trust(json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"])));
    for (name, allowed) in [("ada", true), ("grace", false)] {
        let token = fixture.id_token(name).await;
        let id = text(&fixture.get_id(&token).await.expect_ok().json()["IdentityId"]);
        let granted = fixture.credentials(&id, Some(&token)).await.expect_ok().json();
        let keys = fixture.keys(&granted["Credentials"]);
        let draft = Draft::json("DynamoDB_20120810.ListTables", &json!({}));
        let answer =
            draft.signed("dynamodb", &keys, fixture.account.clock.now()).send(&fixture.account).await;
        assert_eq!(answer.status.is_success(), allowed, "{name}: {}", answer.text());
    }

    // The token of the basic flow carries them too.
    let input = json!({ "IdentityId": id, "Logins": fixture.logins(&token) });
    let (_, open_id) = id_and_token(&fixture.call("GetOpenIdToken", &input).await.expect_ok());
    let assume = |token: &str| {
        let parameters = [
            ("RoleArn", "arn:aws:iam::000000000000:role/authenticated"),
            ("RoleSessionName", "me"),
            ("WebIdentityToken", token),
        ];
        Draft::form("AssumeRoleWithWebIdentity", "2011-06-15", &parameters).send(&fixture.account)
    };
    assert_eq!(assume(&open_id).await.expect_ok().xml("PackedPolicySize"), "1");
    update(trust(json!("sts:AssumeRoleWithWebIdentity")));
    assume(&open_id).await.expect_error(403, "AccessDenied");
}

#[tokio::test]
async fn the_basic_flow_is_not_for_pools_that_map_roles() {
    let fixture = fixture().await;
    let key = format!("{}:{}", fixture.provider(), fixture.client);
    let input = json!({
        "IdentityPoolId": fixture.identity_pool,
        "Roles": { "authenticated": "arn:aws:iam::000000000000:role/authenticated" },
        "RoleMappings": { key: { "Type": "Token", "AmbiguousRoleResolution": "Deny" } },
    });
    fixture.admin("SetIdentityPoolRoles", &input).await.expect_ok();
    let guest = fixture.guest().await;
    let answer = fixture.call("GetOpenIdToken", &json!({ "IdentityId": guest })).await;
    let message = text(&answer.expect_error(400, "InvalidParameterException").json()["message"]);
    assert!(message.contains("not supported with RoleMappings"), "{message}");
}

#[tokio::test]
async fn a_session_policy_and_tags_have_a_common_limit() {
    let fixture = fixture().await;
    let tags = json!({ "PrincipalTags": { "team": "x".repeat(200) } });
    let (_, token) = id_and_token(&fixture.backend_token(tags).await.expect_ok());
    let policy = json!({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
    .to_string();
    let policy = format!("{policy}{}", " ".repeat(2000 - policy.len()));
    let parameters = [
        ("RoleArn", "arn:aws:iam::000000000000:role/authenticated"),
        ("RoleSessionName", "me"),
        ("WebIdentityToken", token.as_str()),
        ("Policy", policy.as_str()),
    ];
    let draft = Draft::form("AssumeRoleWithWebIdentity", "2011-06-15", &parameters);
    draft.send(&fixture.account).await.expect_error(400, "PackedPolicyTooLarge");
}
