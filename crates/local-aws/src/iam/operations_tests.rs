use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::{
    account::Account,
    test_support::{Answer, Draft, Keys, account},
};

async fn call(account: &Arc<Account>, keys: &Keys, operation: &str, parameters: &[(&str, &str)]) -> Answer {
    let draft = Draft::form(operation, "2010-05-08", parameters);
    draft.signed("iam", keys, account.clock.now()).send(account).await
}

fn trust() -> String {
    json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": "sts:AssumeRole",
    }})
    .to_string()
}

fn policy(action: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})
        .to_string()
}

#[tokio::test]
async fn a_role_is_made_read_changed_and_deleted() {
    let account = account();
    let root = Keys::root();
    let role = ("RoleName", "app");
    let document = ("AssumeRolePolicyDocument", trust());
    let created =
        call(&account, &root, "CreateRole", &[role, (document.0, &document.1), ("Path", "/demo/")]).await;
    assert_eq!(created.expect_ok().xml("Arn"), "arn:aws:iam::000000000000:role/demo/app");
    let again = call(&account, &root, "CreateRole", &[role, (document.0, &document.1)]).await;
    again.expect_error(409, "EntityAlreadyExists");
    let read = call(&account, &root, "GetRole", &[role]).await.expect_ok();
    let decoded = percent_decode_str(&read.xml("AssumeRolePolicyDocument")).decode_utf8_lossy().into_owned();
    assert_eq!(decoded, document.1);
    assert!(read.text().contains("<RequestId>request-id</RequestId>"), "{}", read.text());

    let name = ("PolicyName", "objects");
    let text = policy("s3:GetObject");
    call(&account, &root, "PutRolePolicy", &[role, name, ("PolicyDocument", &text)]).await.expect_ok();
    let read = call(&account, &root, "GetRolePolicy", &[role, name]).await.expect_ok().xml("PolicyDocument");
    assert_eq!(percent_decode_str(&read).decode_utf8_lossy(), text);
    let listed = call(&account, &root, "ListRolePolicies", &[role]).await.expect_ok();
    assert_eq!(listed.xml("member"), "objects");
    call(&account, &root, "DeleteRole", &[role]).await.expect_error(409, "DeleteConflict");
    call(&account, &root, "DeleteRolePolicy", &[role, name]).await.expect_ok();
    call(&account, &root, "GetRolePolicy", &[role, name]).await.expect_error(404, "NoSuchEntity");
    call(&account, &root, "DeleteRole", &[role]).await.expect_ok();
    call(&account, &root, "GetRole", &[role]).await.expect_error(404, "NoSuchEntity");
}

#[tokio::test]
async fn what_is_no_policy_or_no_role_name_is_refused() {
    let account = account();
    let root = Keys::root();
    let trust = trust();
    for (operation, parameters, code) in [
        (
            "CreateRole",
            vec![("RoleName", "a b"), ("AssumeRolePolicyDocument", trust.as_str())],
            "ValidationError",
        ),
        ("CreateRole", vec![("RoleName", "a")], "ValidationError"),
        (
            "CreateRole",
            vec![("RoleName", "a"), ("AssumeRolePolicyDocument", "{}")],
            "MalformedPolicyDocument",
        ),
        (
            "CreateRole",
            vec![("RoleName", "a"), ("AssumeRolePolicyDocument", &trust), ("MaxSessionDuration", "1")],
            "ValidationError",
        ),
        ("CreateUser", vec![("UserName", "a")], "InvalidAction"),
    ] {
        call(&account, &root, operation, &parameters).await.expect_error(400, code);
    }
    call(&account, &root, "CreateRole", &[("RoleName", "a"), ("AssumeRolePolicyDocument", &trust)])
        .await
        .expect_ok();
    let parameters = [("RoleName", "a"), ("PolicyName", "p"), ("PolicyDocument", trust.as_str())];
    call(&account, &root, "PutRolePolicy", &parameters).await.expect_error(400, "MalformedPolicyDocument");
}

#[tokio::test]
async fn iam_itself_is_subject_to_policies() {
    let account = account();
    let reader: Value = serde_json::from_str(&policy("iam:GetRole")).expect("JSON");
    let keys = Keys::session(&account, "eu-west-1:1", &reader);
    let trust = trust();
    let create = [("RoleName", "app"), ("AssumeRolePolicyDocument", trust.as_str())];
    call(&account, &keys, "CreateRole", &create).await.expect_error(403, "AccessDenied");
    call(&account, &Keys::root(), "CreateRole", &create).await.expect_ok();
    call(&account, &keys, "GetRole", &[("RoleName", "app")]).await.expect_ok();
    let unsigned = Draft::form("GetRole", "2010-05-08", &[("RoleName", "app")]);
    unsigned.send(&account).await.expect_error(403, "MissingAuthenticationToken");
}

#[tokio::test]
async fn policies_have_sizes_and_names() {
    let account = account();
    let root = Keys::root();
    let role = ("RoleName", "app");
    call(&account, &root, "CreateRole", &[role, ("AssumeRolePolicyDocument", &trust())]).await.expect_ok();
    let padded = |length: usize| {
        let fill = length - policy("s3:").len();
        policy(&format!("s3:{}", "x".repeat(fill)))
    };
    let put = async |name: &str, text: &str| {
        call(&account, &root, "PutRolePolicy", &[role, ("PolicyName", name), ("PolicyDocument", text)]).await
    };
    put("a", &padded(10_000)).await.expect_ok();
    put("b", &padded(240)).await.expect_ok();
    // White space does not count, and a policy takes its own place.
    put("b", &format!("{}{}", " ".repeat(500), padded(240))).await.expect_ok();
    let refused = put("b", &padded(241)).await.expect_error(409, "LimitExceeded");
    assert!(
        refused.text().contains("Maximum policy size of 10240 bytes exceeded for role app"),
        "{}",
        refused.text()
    );
    put("a b", &policy("s3:*")).await.expect_error(400, "ValidationError");

    let long = trust().replace("sts:AssumeRole", &format!("sts:{}", "x".repeat(2048)));
    let other = ("RoleName", "other");
    let create = call(&account, &root, "CreateRole", &[other, ("AssumeRolePolicyDocument", &long)]).await;
    assert!(create.expect_error(409, "LimitExceeded").text().contains("ACLSizePerRole: 2048"));
    call(&account, &root, "UpdateAssumeRolePolicy", &[role, ("PolicyDocument", &long)])
        .await
        .expect_error(409, "LimitExceeded");
    let nobody = trust().replace("arn:aws:iam::000000000000:root", "somebody");
    let create = call(&account, &root, "CreateRole", &[other, ("AssumeRolePolicyDocument", &nobody)]).await;
    create.expect_error(400, "MalformedPolicyDocument");
}

#[tokio::test]
async fn roles_are_listed_by_path() {
    let account = account();
    let root = Keys::root();
    for (name, path) in [("a", "/app/"), ("b", "/")] {
        let document = trust();
        let role = [("RoleName", name), ("Path", path), ("AssumeRolePolicyDocument", document.as_str())];
        call(&account, &root, "CreateRole", &role).await.expect_ok();
    }
    let listed = call(&account, &root, "ListRoles", &[("PathPrefix", "/app/")]).await.expect_ok().text();
    assert!(listed.contains("role/app/a") && !listed.contains("role/b"), "{listed}");
}

#[tokio::test]
async fn parameters_have_the_shapes_of_the_model() {
    let account = account();
    let trust = trust();
    let long = "d".repeat(1001);
    let create = [("RoleName", "app"), ("AssumeRolePolicyDocument", trust.as_str())];
    let with = |name, value| [create.as_slice(), &[(name, value)]].concat();
    for (operation, parameters, violation) in [
        ("CreateRole", with("Description", &long), "at 'description' failed"),
        ("CreateRole", with("MaxSessionDuration", "3599"), "'3599' at 'maxSessionDuration' failed"),
        ("CreateRole", with("Path", "app"), "at 'path' failed"),
        ("CreateRole", vec![create[1]], "Value null at 'roleName' failed"),
        ("GetRole", vec![("RoleName", "a b")], "Value 'a b' at 'roleName' failed"),
        ("ListRoles", vec![("MaxItems", "1001")], "'1001' at 'maxItems' failed"),
        ("GetRolePolicy", vec![create[0]], "Value null at 'policyName' failed"),
    ] {
        let answer = call(&account, &Keys::root(), operation, &parameters).await;
        let text = answer.expect_error(400, "ValidationError").xml("Message").replace("&apos;", "'");
        assert!(text.contains(violation), "{operation}: {text}");
    }
}

#[tokio::test]
async fn identity_providers_are_created_once_read_listed_and_deleted() {
    let account = account();
    let call = async |operation: &str, parameters: &[(&str, &str)]| {
        let draft = Draft::form(operation, "2010-05-08", parameters);
        draft.signed("iam", &Keys::root(), account.clock.now()).send(&account).await
    };
    let open_id = [
        ("Url", "https://login.example.com/tenant"),
        ("ClientIDList.member.1", "one"),
        ("ClientIDList.member.2", "two"),
    ];
    let arn = call("CreateOpenIDConnectProvider", &open_id).await.expect_ok().xml("OpenIDConnectProviderArn");
    assert_eq!(arn, "arn:aws:iam::000000000000:oidc-provider/login.example.com/tenant");
    call("CreateOpenIDConnectProvider", &open_id).await.expect_error(409, "EntityAlreadyExists");
    let found = call("GetOpenIDConnectProvider", &[("OpenIDConnectProviderArn", &arn)]).await.expect_ok();
    assert_eq!(found.xml("Url"), "login.example.com/tenant");
    assert!(found.text().contains("<member>one</member><member>two</member>"), "{}", found.text());
    for url in ["http://login.example.com", "login.example.com", "https://login.example.com?x=1"] {
        call("CreateOpenIDConnectProvider", &[("Url", url)]).await.expect_error(400, "InvalidInput");
    }

    let metadata = format!(
        "<EntityDescriptor><X509Certificate>{}</X509Certificate></EntityDescriptor>",
        "A".repeat(1000)
    );
    let saml = [("Name", "adfs"), ("SAMLMetadataDocument", metadata.as_str())];
    let saml_arn = call("CreateSAMLProvider", &saml).await.expect_ok().xml("SAMLProviderArn");
    assert_eq!(saml_arn, "arn:aws:iam::000000000000:saml-provider/adfs");
    for wrong in [
        "x".repeat(1000),
        metadata.replace("EntityDescriptor", "Something"),
        metadata.replace("X509Certificate", "Something"),
    ] {
        let broken = [("Name", "broken"), ("SAMLMetadataDocument", wrong.as_str())];
        call("CreateSAMLProvider", &broken).await.expect_error(400, "InvalidInput");
    }
    assert!(call("ListSAMLProviders", &[]).await.expect_ok().text().contains(&saml_arn));
    let listed = call("ListOpenIDConnectProviders", &[]).await.expect_ok();
    assert!(listed.text().contains(&arn) && !listed.text().contains(&saml_arn));

    // The ARN of the other kind names no provider of this kind.
    for (operation, name, arn) in [
        ("GetOpenIDConnectProvider", "OpenIDConnectProviderArn", &saml_arn),
        ("DeleteOpenIDConnectProvider", "OpenIDConnectProviderArn", &saml_arn),
        ("GetSAMLProvider", "SAMLProviderArn", &arn),
        ("DeleteSAMLProvider", "SAMLProviderArn", &arn),
    ] {
        call(operation, &[(name, arn.as_str())]).await.expect_error(400, "ValidationError");
    }

    call("DeleteOpenIDConnectProvider", &[("OpenIDConnectProviderArn", &arn)]).await.expect_ok();
    call("GetOpenIDConnectProvider", &[("OpenIDConnectProviderArn", &arn)])
        .await
        .expect_error(404, "NoSuchEntity");
    call("DeleteSAMLProvider", &[("SAMLProviderArn", &saml_arn)]).await.expect_ok();
}
