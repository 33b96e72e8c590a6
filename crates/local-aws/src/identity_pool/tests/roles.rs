//! The roles of identities: which one, and what it allows.

use serde_json::{Value, json};

use super::{Fixture, text};

#[tokio::test]
async fn roles_that_do_not_trust_the_pool_are_a_mistake_of_its_configuration() {
    let fixture = Fixture::new(json!({})).await;
    let guest = fixture.guest().await;
    let set = |role: &str| {
        let role = format!("arn:aws:iam::000000000000:role/{role}");
        json!({"IdentityPoolId": fixture.identity_pool, "Roles": {"unauthenticated": role}})
    };
    for role in ["authenticated", "missing"] {
        fixture.admin("SetIdentityPoolRoles", &set(role)).await.expect_ok();
        let answer = fixture.credentials(&guest, None).await;
        answer.expect_error(400, "InvalidIdentityPoolConfigurationException");
    }
    let wrong = json!({"IdentityPoolId": fixture.identity_pool, "Roles": {"admin": "x"}});
    fixture.admin("SetIdentityPoolRoles", &wrong).await.expect_error(400, "InvalidParameterException");
}

#[tokio::test]
async fn a_role_can_come_from_a_rule_or_from_the_token() {
    let fixture = Fixture::new(json!({})).await;
    let special = fixture.create_role("special", "authenticated").await;
    let roles =
        fixture.admin("GetIdentityPoolRoles", &json!({"IdentityPoolId": fixture.identity_pool})).await;
    let roles = roles.expect_ok().json()["Roles"].clone();
    let key = format!("{}:{}", fixture.provider(), fixture.client);
    let set = |mapping: Value| {
        let mappings = json!({ key.clone(): mapping });
        json!({"IdentityPoolId": fixture.identity_pool, "Roles": roles, "RoleMappings": mappings})
    };
    let rule = json!({
        "Type": "Rules",
        "AmbiguousRoleResolution": "AuthenticatedRole",
        "RulesConfiguration": {"Rules": [
            {"Claim": "cognito:username", "MatchType": "StartsWith", "Value": "gra", "RoleARN": special},
        ]},
    });
    fixture.admin("SetIdentityPoolRoles", &set(rule)).await.expect_ok();
    let role_of = async |name: &str, custom: Option<&str>| {
        let token = fixture.id_token(name).await;
        let identity = text(&fixture.get_id(&token).await.expect_ok().json()["IdentityId"]);
        let mut input = json!({"IdentityId": identity, "Logins": fixture.logins(&token)});
        if let Some(custom) = custom {
            input["CustomRoleArn"] = custom.into();
        }
        let answer = fixture.call("GetCredentialsForIdentity", &input).await;
        if !answer.status.is_success() {
            return answer.code();
        }
        fixture.caller(&answer.json()["Credentials"]).await.expect_ok().xml("Arn")
    };
    assert!(role_of("grace", None).await.contains("/special/"));
    assert!(role_of("ada", None).await.contains("/authenticated/"));

    let from_token = json!({"Type": "Token", "AmbiguousRoleResolution": "Deny"});
    fixture.admin("SetIdentityPoolRoles", &set(from_token)).await.expect_ok();
    assert_eq!(role_of("ada", None).await, "NotAuthorizedException");
    assert_eq!(role_of("ada", Some(&special)).await, "NotAuthorizedException");
    let group = json!({"UserPoolId": fixture.user_pool, "GroupName": "staff", "RoleArn": special});
    fixture.idp("CreateGroup", &group).await.expect_ok();
    let member = json!({"UserPoolId": fixture.user_pool, "GroupName": "staff", "Username": "ada"});
    fixture.idp("AdminAddUserToGroup", &member).await.expect_ok();
    assert!(role_of("ada", None).await.contains("/special/"));
    assert!(role_of("ada", Some(&special)).await.contains("/special/"));
}

#[tokio::test]
async fn guests_reach_few_services_whatever_their_role_allows() {
    let fixture = Fixture::new(json!({})).await;
    let guest = fixture.guest().await;
    let credentials =
        fixture.call("GetCredentialsForIdentity", &json!({"IdentityId": guest})).await.expect_ok();
    let key = text(&credentials.json()["Credentials"]["AccessKeyId"]);
    let session = fixture.account.sts.session(&key).expect("a session");
    let policy = session.policy.as_ref().expect("a session policy");
    let allowed = |action: &str| {
        crate::iam::evaluate([policy], action, "*", &crate::iam::Context::default())
            == crate::iam::Decision::Allowed
    };
    for action in ["dynamodb:GetItem", "s3:GetObject", "execute-api:Invoke", "rum:PutRumEvents"] {
        assert!(allowed(action), "{action}");
    }
    for action in ["sts:AssumeRole", "iam:CreateRole", "ec2:RunInstances", "sagemaker:CreateModel"] {
        assert!(!allowed(action), "{action}");
    }
}

#[tokio::test]
async fn role_mappings_are_checked_when_they_are_set() {
    let fixture = Fixture::new(json!({})).await;
    let role = "arn:aws:iam::000000000000:role/authenticated";
    let rule = json!({"Claim": "sub", "MatchType": "Equals", "Value": "x", "RoleARN": role});
    let rules = |count: usize| json!({"Rules": vec![rule.clone(); count]});
    let long_claim =
        json!({"Rules": [{"Claim": "c".repeat(65), "MatchType": "Equals", "Value": "x", "RoleARN": role}]});
    for (mapping, is_taken) in [
        (json!({"Type": "Token", "AmbiguousRoleResolution": "Deny"}), true),
        (json!({"Type": "Token"}), false),
        (json!({"Type": "Rules", "AmbiguousRoleResolution": "Deny"}), false),
        (json!({"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": rules(25)}), true),
        (json!({"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": rules(26)}), false),
        (
            json!({"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": long_claim}),
            false,
        ),
        (json!({"Type": "Rules", "RulesConfiguration": rules(1)}), false),
    ] {
        let provider = format!("{}:{}", fixture.provider(), fixture.client);
        let input = json!({"IdentityPoolId": fixture.identity_pool, "Roles": {"authenticated": role},
                           "RoleMappings": {provider: mapping}});
        let answer = fixture.admin("SetIdentityPoolRoles", &input).await;
        if is_taken {
            answer.expect_ok()
        } else {
            answer.expect_error(400, "InvalidParameterException")
        };
    }
}
