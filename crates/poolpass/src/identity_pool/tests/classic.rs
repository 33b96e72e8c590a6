//! The classic flow.

use super::*;

const ROLE: &str = "arn:aws:iam::123456789012:role/app";
const TOKEN: &str = "eyJ.open-id.token";

fn flow() -> ClassicFlow {
    ClassicFlow { role_arn: ROLE.to_owned(), session_name: None, duration: None, policy: None }
}

/// STS's answer.
fn assumed() -> Value {
    "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIACLASSIC</AccessKeyId>\
     <SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2027-01-15T09:00:00Z</Expiration>\
     </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
        .into()
}

fn classic(operation: &str, input: &Value) -> (u16, Value) {
    match operation {
        "GetOpenIdToken" => (200, json!({ "IdentityId": input["IdentityId"], "Token": TOKEN })),
        "AssumeRoleWithWebIdentity" => (200, assumed()),
        _ => friendly(operation, input),
    }
}

/// A world in which STS answers so.
fn sts_answers(status: u16, answer: Value) -> World {
    World::new(move |operation, input| match operation {
        "AssumeRoleWithWebIdentity" => (status, answer.clone()),
        _ => classic(operation, input),
    })
}

fn refusal(code: &str, message: &str) -> Value {
    format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>").into()
}

async fn error_of(world: &World) -> Error {
    world.pool.with_classic_flow(flow()).current(Duration::ZERO).await.err().unwrap()
}

#[tokio::test]
async fn the_identity_pools_token_is_exchanged_for_the_credentials_of_the_role() {
    let world = World::new(classic);
    let options = ClassicFlow {
        session_name: Some("ada@example.com".to_owned()),
        duration: Some(Duration::from_secs(900)),
        policy: Some(r#"{"Version":"2012-10-17"}"#.to_owned()),
        ..flow()
    };
    assert_eq!(world.pool.shared.operations.sts.to_string(), "https://sts.eu-west-1.amazonaws.com/");
    let as_guest = world.pool.with_classic_flow(flow());
    assert_eq!(as_guest.credentials().await.unwrap().access_key_id(), "ASIACLASSIC");
    assert_eq!(world.key_id().await, "ASIA0", "the identity pool's own role has credentials of its own");
    world.signs_in("ada");
    world.pool.with_classic_flow(options).credentials().await.unwrap();
    let asked = world.cognito.asked.lock().unwrap();
    let of_sts: Vec<_> =
        asked.iter().filter(|(operation, _)| operation == "AssumeRoleWithWebIdentity").collect();
    assert_eq!(of_sts[0].1["RoleSessionName"], "eu-west-1.guest", "the identity id, without its colon");
    assert_eq!(of_sts[0].1["WebIdentityToken"], TOKEN);
    assert_eq!(of_sts[0].1["RoleArn"], ROLE);
    let options =
        ["RoleSessionName", "DurationSeconds", "Policy"].map(|name| of_sts[1].1[name].as_str().unwrap());
    assert_eq!(options, ["ada@example.com", "900", r#"{"Version":"2012-10-17"}"#]);
}

#[tokio::test]
async fn a_refusal_of_sts_says_what_to_do_and_keeps_its_code() {
    for (code, kind) in [
        ("AccessDenied", ErrorKind::AccessDenied),
        ("InvalidIdentityToken", ErrorKind::NotAuthorized),
        ("IDPRejectedClaim", ErrorKind::NotAuthorized),
        ("ExpiredTokenException", ErrorKind::NotAuthorized),
        ("IDPCommunicationError", ErrorKind::Unavailable),
        ("PackedPolicyTooLarge", ErrorKind::Aws),
        ("ValidationError", ErrorKind::Aws),
    ] {
        let error = error_of(&sts_answers(400, refusal(code, &format!("no {TOKEN}")))).await;
        assert_eq!((error.kind(), error.aws_code()), (kind, Some(code)));
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
    }
    let error = error_of(&sts_answers(403, refusal("AccessDenied", "Not authorized"))).await;
    assert!(error.message().contains("aud") && error.message().contains("amr"), "{error}");
}

#[tokio::test]
async fn a_pool_without_the_classic_flow_is_told_from_a_wrong_parameter() {
    for (message, kind) in [
        ("Basic (classic) flow is not enabled, please use enhanced flow.", ErrorKind::OperationNotEnabled),
        (
            "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
            ErrorKind::OperationNotEnabled,
        ),
        ("Something else.", ErrorKind::Aws),
    ] {
        let world = World::new(move |operation, input| match operation {
            "GetOpenIdToken" => refuse_saying("InvalidParameterException", message),
            _ => classic(operation, input),
        });
        let error = error_of(&world).await;
        assert_eq!((error.kind(), error.aws_code()), (kind, Some("InvalidParameterException")), "{message}");
    }
}

#[tokio::test]
async fn only_the_answer_of_sts_is_a_success() {
    for (status, answer, kind) in [
        (200, json!("<html>Welcome to our network</html>"), ErrorKind::InvalidResponse),
        (200, json!({}), ErrorKind::InvalidResponse),
        (200, json!(""), ErrorKind::InvalidResponse),
        (403, json!("<html>blocked</html>"), ErrorKind::InvalidResponse),
        (503, json!(""), ErrorKind::Unavailable),
        (400, refusal("Throttling", "slow down"), ErrorKind::Throttled),
    ] {
        assert_eq!(error_of(&sts_answers(status, answer.clone())).await.kind(), kind, "{status} {answer}");
    }
}
