mod roles;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    test_support::{Answer, Draft, Keys, account},
};

const PASSWORD: &str = "Correct-Horse-1";

/// An identity pool with a user pool, created with AWS's operations.
pub(super) struct Fixture {
    pub(super) account: Arc<Account>,
    user_pool: String,
    pub(super) client: String,
    /// A client whose tokens the identity pool does not accept.
    other_client: String,
    pub(super) identity_pool: String,
}

impl Fixture {
    pub(super) async fn new(settings: Value) -> Self {
        let account = account();
        let mut fixture = Self {
            account,
            user_pool: String::new(),
            client: String::new(),
            other_client: String::new(),
            identity_pool: String::new(),
        };
        let pool = fixture.idp("CreateUserPool", &json!({"PoolName": "people"})).await.expect_ok().json();
        fixture.user_pool = text(&pool["UserPool"]["Id"]);
        fixture.client = fixture.create_client().await;
        fixture.other_client = fixture.create_client().await;
        for name in ["ada", "grace"] {
            let user =
                json!({"UserPoolId": fixture.user_pool, "Username": name, "MessageAction": "SUPPRESS"});
            fixture.idp("AdminCreateUser", &user).await.expect_ok();
            let password = json!({
                "UserPoolId": fixture.user_pool,
                "Username": name,
                "Password": PASSWORD,
                "Permanent": true,
            });
            fixture.idp("AdminSetUserPassword", &password).await.expect_ok();
        }
        let mut input = json!({
            "IdentityPoolName": "app",
            "AllowUnauthenticatedIdentities": true,
            "CognitoIdentityProviders": [{"ProviderName": fixture.provider(), "ClientId": fixture.client}],
        });
        for (name, value) in settings.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        let created = fixture.admin("CreateIdentityPool", &input).await.expect_ok().json();
        fixture.identity_pool = text(&created["IdentityPoolId"]);
        let mut roles = Map::new();
        for kind in ["authenticated", "unauthenticated"] {
            roles.insert(kind.to_owned(), fixture.create_role(kind, kind).await.into());
        }
        let input = json!({"IdentityPoolId": fixture.identity_pool, "Roles": roles});
        fixture.admin("SetIdentityPoolRoles", &input).await.expect_ok();
        fixture
    }

    async fn create_client(&self) -> String {
        let input = json!({
            "UserPoolId": self.user_pool,
            "ClientName": "app",
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        text(&self.idp("CreateUserPoolClient", &input).await.expect_ok().json()["UserPoolClient"]["ClientId"])
    }

    /// A role that identities of this kind may assume.
    pub(super) async fn create_role(&self, name: &str, kind: &str) -> String {
        let trust = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": self.identity_pool},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": kind},
            },
        }});
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", &trust.to_string())];
        let create = Draft::form("CreateRole", "2010-05-08", &parameters);
        create
            .signed("iam", &Keys::root(), self.account.clock.now())
            .send(&self.account)
            .await
            .expect_ok()
            .xml("Arn")
    }

    pub(super) fn provider(&self) -> String {
        format!("cognito-idp.eu-west-1.amazonaws.com/{}", self.user_pool)
    }

    pub(super) fn logins(&self, token: &str) -> Value {
        json!({ self.provider(): token })
    }

    async fn idp(&self, operation: &str, input: &Value) -> Answer {
        let draft = Draft::json(&format!("AWSCognitoIdentityProviderService.{operation}"), input);
        draft.signed("cognito-idp", &Keys::root(), self.account.clock.now()).send(&self.account).await
    }

    pub(super) async fn admin(&self, operation: &str, input: &Value) -> Answer {
        let draft = Draft::json(&format!("AWSCognitoIdentityService.{operation}"), input);
        draft.signed("cognito-identity", &Keys::root(), self.account.clock.now()).send(&self.account).await
    }

    /// An unsigned request, as apps send it.
    pub(super) async fn call(&self, operation: &str, input: &Value) -> Answer {
        Draft::json(&format!("AWSCognitoIdentityService.{operation}"), input).send(&self.account).await
    }

    async fn tokens(&self, name: &str, client: &str) -> Value {
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": client,
            "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD},
        });
        self.idp("InitiateAuth", &input).await.expect_ok().json()["AuthenticationResult"].clone()
    }

    pub(super) async fn id_token(&self, name: &str) -> String {
        text(&self.tokens(name, &self.client).await["IdToken"])
    }

    pub(super) async fn guest(&self) -> String {
        let input = json!({"IdentityPoolId": self.identity_pool});
        text(&self.call("GetId", &input).await.expect_ok().json()["IdentityId"])
    }

    pub(super) async fn get_id(&self, token: &str) -> Answer {
        let input = json!({"IdentityPoolId": self.identity_pool, "Logins": self.logins(token)});
        self.call("GetId", &input).await
    }

    pub(super) async fn credentials(&self, identity: &str, token: Option<&str>) -> Answer {
        let mut input = json!({"IdentityId": identity});
        if let Some(token) = token {
            input["Logins"] = self.logins(token);
        }
        self.call("GetCredentialsForIdentity", &input).await
    }

    pub(super) fn keys(&self, credentials: &Value) -> Keys {
        Keys {
            id: text(&credentials["AccessKeyId"]),
            secret: text(&credentials["SecretKey"]),
            token: credentials["SessionToken"].as_str().map(str::to_owned),
        }
    }

    pub(super) async fn caller(&self, credentials: &Value) -> Answer {
        let keys = self.keys(credentials);
        let draft = Draft::form("GetCallerIdentity", "2011-06-15", &[]);
        draft.signed("sts", &keys, self.account.clock.now()).send(&self.account).await
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}")).to_owned()
}

#[track_caller]
pub(super) fn expect_not_authorized(answer: Answer, message: &str) {
    let answer = answer.expect_error(400, "NotAuthorizedException");
    assert_eq!(answer.json()["message"], message);
}

#[tokio::test]
async fn who_signs_in_has_one_identity_and_the_authenticated_role() {
    let fixture = Fixture::new(json!({})).await;
    let token = fixture.id_token("ada").await;
    let id = text(&fixture.get_id(&token).await.expect_ok().json()["IdentityId"]);
    assert!(id.starts_with("eu-west-1:"));
    let again = fixture.id_token("ada").await;
    assert_eq!(fixture.get_id(&again).await.json()["IdentityId"], id.as_str());
    let other = fixture.id_token("grace").await;
    assert_ne!(fixture.get_id(&other).await.json()["IdentityId"], id.as_str());

    let answer = fixture.credentials(&id, Some(&token)).await.expect_ok().json();
    assert_eq!(answer["IdentityId"], id.as_str());
    let expiration = answer["Credentials"]["Expiration"].as_f64().expect("epoch seconds");
    assert!((expiration - fixture.account.clock.unix_seconds() as f64 - 3600.0).abs() < 5.0, "{expiration}");
    let caller = fixture.caller(&answer["Credentials"]).await.expect_ok();
    assert_eq!(
        caller.xml("Arn"),
        "arn:aws:sts::000000000000:assumed-role/authenticated/CognitoIdentityCredentials"
    );
    fixture.account.clock.advance_seconds(3600);
    fixture.caller(&answer["Credentials"]).await.expect_error(403, "ExpiredToken");
}

#[tokio::test]
async fn a_guest_has_the_guest_role_and_keeps_the_identity_on_signing_in() {
    let fixture = Fixture::new(json!({})).await;
    let guest = fixture.guest().await;
    assert_ne!(fixture.guest().await, guest);
    let answer = fixture.credentials(&guest, None).await.expect_ok().json();
    let caller = fixture.caller(&answer["Credentials"]).await.expect_ok();
    assert!(caller.xml("Arn").contains(":assumed-role/unauthenticated/"));

    let token = fixture.id_token("ada").await;
    let answer = fixture.credentials(&guest, Some(&token)).await.expect_ok().json();
    assert_eq!(answer["IdentityId"], guest.as_str());
    let caller = fixture.caller(&answer["Credentials"]).await.expect_ok();
    assert!(caller.xml("Arn").contains(":assumed-role/authenticated/"));
    assert_eq!(fixture.get_id(&token).await.json()["IdentityId"], guest.as_str());
    let forbidden = format!("Access to Identity '{guest}' is forbidden.");
    expect_not_authorized(fixture.credentials(&guest, None).await, &forbidden);
}

#[tokio::test]
async fn a_guest_who_turns_out_to_be_known_goes_on_as_who_they_are() {
    let fixture = Fixture::new(json!({})).await;
    let token = fixture.id_token("ada").await;
    let ada = text(&fixture.get_id(&token).await.expect_ok().json()["IdentityId"]);
    let guest = fixture.guest().await;
    let answer = fixture.credentials(&guest, Some(&token)).await.expect_ok().json();
    assert_eq!(answer["IdentityId"], ada.as_str());
    fixture.credentials(&guest, None).await.expect_error(400, "ResourceNotFoundException");
}

#[tokio::test]
async fn nobody_gets_the_credentials_of_another() {
    let fixture = Fixture::new(json!({})).await;
    let (ada, grace) = (fixture.id_token("ada").await, fixture.id_token("grace").await);
    let identity = text(&fixture.get_id(&ada).await.expect_ok().json()["IdentityId"]);
    let mismatch =
        "Logins don't match. Please include at least one valid login for this identity or identity pool.";
    expect_not_authorized(fixture.credentials(&identity, Some(&grace)).await, mismatch);
    fixture.get_id(&grace).await.expect_ok();
    expect_not_authorized(fixture.credentials(&identity, Some(&grace)).await, mismatch);
    let missing = "eu-west-1:00000000-0000-0000-0000-000000000000";
    let answer = fixture.credentials(missing, None).await.expect_error(400, "ResourceNotFoundException");
    assert_eq!(answer.json()["message"], format!("Identity '{missing}' not found."));
}

#[tokio::test]
async fn guests_are_refused_where_they_are_not_wanted() {
    let fixture = Fixture::new(json!({"AllowUnauthenticatedIdentities": false})).await;
    let message = "Unauthenticated access is not supported for this identity pool.";
    let input = json!({"IdentityPoolId": fixture.identity_pool});
    expect_not_authorized(fixture.call("GetId", &input).await, message);
    let input = json!({"IdentityPoolId": fixture.identity_pool, "Logins": {}});
    expect_not_authorized(fixture.call("GetId", &input).await, message);
    let token = fixture.id_token("ada").await;
    fixture.get_id(&token).await.expect_ok();
}

#[tokio::test]
async fn login_tokens_must_be_genuine_and_meant_for_the_pool() {
    let fixture = Fixture::new(json!({})).await;
    let tokens = fixture.tokens("ada", &fixture.client).await;
    let token = text(&tokens["IdToken"]);
    let mut parts: Vec<&str> = token.split('.').collect();
    let payload = URL_SAFE_NO_PAD.decode(parts[1]).expect("base64");
    let mut claims: Value = serde_json::from_slice(&payload).expect("JSON");
    claims["sub"] = "somebody-else".into();
    let forged_payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    parts[1] = &forged_payload;
    let forged = parts.join(".");
    let none = format!("{}.{forged_payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));

    let foreign = text(&fixture.tokens("ada", &fixture.other_client).await["IdToken"]);
    for (token, message) in [
        (forged.as_str(), "Invalid login token. Couldn't verify signed token."),
        (&foreign, "Invalid login token. Incorrect token audience."),
        ("nonsense", "Invalid login token. Not a valid OpenId Connect identity token."),
    ] {
        expect_not_authorized(fixture.get_id(token).await, message);
    }
    for token in [none.as_str(), tokens["AccessToken"].as_str().expect("a token")] {
        fixture.get_id(token).await.expect_error(400, "NotAuthorizedException");
    }
    fixture.get_id("").await.expect_error(400, "InvalidParameterException");
    for provider in ["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_000000000", "accounts.google.com"] {
        let input = json!({"IdentityPoolId": fixture.identity_pool, "Logins": {provider: token}});
        let message = "Token is not from a supported provider of this identity pool.";
        expect_not_authorized(fixture.call("GetId", &input).await, message);
    }
    let identity = text(&fixture.get_id(&token).await.expect_ok().json()["IdentityId"]);
    fixture.account.clock.advance_seconds(3601);
    for answer in [fixture.get_id(&token).await, fixture.credentials(&identity, Some(&token)).await] {
        let answer = answer.expect_error(400, "NotAuthorizedException");
        let message = text(&answer.json()["message"]);
        assert!(message.starts_with("Invalid login token. Token expired: "), "{message}");
    }
}

#[tokio::test]
async fn a_pool_can_ask_whether_the_person_is_still_signed_in() {
    let fixture = Fixture::new(json!({})).await;
    let check = |server_side: bool| {
        json!({
            "IdentityPoolId": fixture.identity_pool,
            "IdentityPoolName": "app",
            "AllowUnauthenticatedIdentities": true,
            "CognitoIdentityProviders": [{
                "ProviderName": fixture.provider(),
                "ClientId": fixture.client,
                "ServerSideTokenCheck": server_side,
            }],
        })
    };
    let tokens = fixture.tokens("ada", &fixture.client).await;
    let token = text(&tokens["IdToken"]);
    fixture.admin("UpdateIdentityPool", &check(true)).await.expect_ok();
    fixture.get_id(&token).await.expect_ok();
    fixture.idp("GlobalSignOut", &json!({"AccessToken": tokens["AccessToken"]})).await.expect_ok();
    fixture.get_id(&token).await.expect_error(400, "NotAuthorizedException");
    fixture.admin("UpdateIdentityPool", &check(false)).await.expect_ok();
    fixture.get_id(&token).await.expect_ok();
}

#[tokio::test]
async fn the_basic_flow_is_there_unless_it_was_forbidden() {
    let unsaid = Fixture::new(json!({})).await;
    let guest = unsaid.guest().await;
    unsaid.call("GetOpenIdToken", &json!({"IdentityId": guest})).await.expect_ok();

    let fixture = Fixture::new(json!({"AllowClassicFlow": false})).await;
    let guest = fixture.guest().await;
    let answer = fixture.call("GetOpenIdToken", &json!({"IdentityId": guest})).await;
    let answer = answer.expect_error(400, "InvalidParameterException");
    assert_eq!(answer.json()["message"], "Basic (classic) flow is not enabled, please use enhanced flow.");

    let fixture = Fixture::new(json!({"AllowClassicFlow": true})).await;
    let guest = fixture.guest().await;
    let answer = fixture.call("GetOpenIdToken", &json!({"IdentityId": guest})).await.expect_ok().json();
    let token = text(&answer["Token"]);
    let assume = |role: &str, token: &str| {
        let role = format!("arn:aws:iam::000000000000:role/{role}");
        let parameters =
            [("RoleArn", role.as_str()), ("RoleSessionName", "guest"), ("WebIdentityToken", token)];
        Draft::form("AssumeRoleWithWebIdentity", "2011-06-15", &parameters).send(&fixture.account)
    };
    let assumed = assume("unauthenticated", &token).await.expect_ok();
    assert_eq!(assumed.xml("SubjectFromWebIdentityToken"), guest);
    assert!(assumed.xml("AccessKeyId").starts_with("ASIA"));
    assume("authenticated", &token).await.expect_error(403, "AccessDenied");
    assume("missing", &token).await.expect_error(403, "AccessDenied");
    assume("unauthenticated", "x.y.z").await.expect_error(400, "InvalidIdentityToken");
    fixture.account.clock.advance_seconds(601);
    assume("unauthenticated", &token).await.expect_error(400, "ExpiredTokenException");
}

#[tokio::test]
async fn without_its_last_login_an_identity_is_out_of_reach() {
    let fixture = Fixture::new(json!({})).await;
    let (ada, grace) = (fixture.id_token("ada").await, fixture.id_token("grace").await);
    let identity = text(&fixture.get_id(&ada).await.expect_ok().json()["IdentityId"]);
    let unlink = |token: &str| {
        json!({
            "IdentityId": identity,
            "Logins": fixture.logins(token),
            "LoginsToRemove": [fixture.provider()],
        })
    };
    fixture.call("UnlinkIdentity", &unlink(&grace)).await.expect_error(400, "NotAuthorizedException");
    fixture.call("UnlinkIdentity", &unlink(&ada)).await.expect_ok();
    fixture.credentials(&identity, Some(&ada)).await.expect_error(400, "NotAuthorizedException");
    fixture.credentials(&identity, None).await.expect_error(400, "NotAuthorizedException");
    let new = text(&fixture.get_id(&ada).await.expect_ok().json()["IdentityId"]);
    assert_ne!(new, identity);
}

#[tokio::test]
async fn setting_up_is_for_who_may() {
    let fixture = Fixture::new(json!({})).await;
    let input = json!({"IdentityPoolId": fixture.identity_pool});
    fixture
        .call("DescribeIdentityPool", &input)
        .await
        .expect_error(400, "MissingAuthenticationTokenException");
    let described = fixture.admin("DescribeIdentityPool", &input).await.expect_ok().json();
    assert_eq!(described["CognitoIdentityProviders"][0]["ClientId"], fixture.client.as_str());
    let nothing = json!({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}});
    let keys = Keys::session(&fixture.account, "eu-west-1:1", &nothing);
    let draft = Draft::json("AWSCognitoIdentityService.DescribeIdentityPool", &input);
    let draft = draft.signed("cognito-identity", &keys, fixture.account.clock.now());
    draft.send(&fixture.account).await.expect_error(400, "AccessDeniedException");
    fixture.admin("DeleteIdentityPool", &input).await.expect_ok();
    fixture.admin("DescribeIdentityPool", &input).await.expect_error(400, "ResourceNotFoundException");
    fixture.call("GetId", &input).await.expect_error(400, "ResourceNotFoundException");
}

#[tokio::test]
async fn hostile_input_is_answered() {
    let fixture = Fixture::new(json!({})).await;
    for (operation, input) in [
        ("GetId", json!({})),
        ("GetId", json!([])),
        ("GetId", json!({"IdentityPoolId": "x"})),
        ("GetId", json!({"IdentityPoolId": fixture.identity_pool, "Logins": {"a": 1}})),
        ("GetId", json!({"IdentityPoolId": ":"})),
        ("GetCredentialsForIdentity", json!({"IdentityId": "../../x"})),
        ("GetCredentialsForIdentity", json!({"IdentityId": "\u{0}:\u{1f600}"})),
        ("UnlinkIdentity", json!({"IdentityId": "eu-west-1:0"})),
    ] {
        fixture.call(operation, &input).await.expect_error(400, "InvalidParameterException");
    }
    let answer = fixture.admin("Nonsense", &json!({})).await;
    answer.expect_error(400, "UnknownOperationException");
}

#[tokio::test]
async fn identity_pools_are_listed_page_by_page() {
    let fixture = Fixture::new(json!({})).await;
    for name in ["second", "third"] {
        let pool = json!({"IdentityPoolName": name, "AllowUnauthenticatedIdentities": false});
        fixture.admin("CreateIdentityPool", &pool).await.expect_ok();
    }
    let mut names = Vec::new();
    let mut input = json!({"MaxResults": 2});
    loop {
        let page = fixture.admin("ListIdentityPools", &input).await.expect_ok().json();
        names.extend(
            page["IdentityPools"]
                .as_array()
                .expect("a page")
                .iter()
                .map(|pool| text(&pool["IdentityPoolName"])),
        );
        let Some(token) = page["NextToken"].as_str() else { break };
        input["NextToken"] = token.into();
    }
    names.sort();
    assert_eq!(names, ["app", "second", "third"]);
    for wrong in [json!({}), json!({"MaxResults": 0}), json!({"MaxResults": 61})] {
        fixture.admin("ListIdentityPools", &wrong).await.expect_error(400, "InvalidParameterException");
    }
}
