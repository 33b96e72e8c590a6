use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING};
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::super::{
    ALB_SESSION_COOKIE, AlbVerifier, AlbVerifierBuilder, VerifyErrorKind, expired_alb_cookies,
};
use super::*;
use crate::ErrorKind;

const ARN: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188";
const OTHER_ARN: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:999999999999:loadbalancer/app/evil/0000000000000000";
const KEY_ID: &str = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const KEYS: &str = "https://public-keys.auth.elb.eu-west-1.amazonaws.com";

fn header() -> Value {
    json!({
        "alg": "ES256", "kid": KEY_ID, "signer": ARN, "iss": ISSUER, "client": CLIENT, "exp": NOW + 120, "typ": "JWT"
    })
}

fn payload() -> Value {
    json!({ "sub": "8f0e", "username": "ada", "email": "ada@example.com", "exp": NOW + 120, "iss": ISSUER })
}

fn load_balancer() -> (EcKey, KeyServer) {
    let (key, server) = (EcKey::new(), KeyServer::default());
    server.put(&format!("{KEYS}/{KEY_ID}"), &key.pem());
    (key, server)
}

fn builder() -> AlbVerifierBuilder {
    AlbVerifier::builder().load_balancer(ARN).user_pool(POOL, [CLIENT])
}

fn verifier(server: &KeyServer) -> AlbVerifier {
    builder().transport(server.clone()).clock(FixedClock(NOW)).build().unwrap()
}

async fn outcome(verifier: &AlbVerifier, header: &str) -> Option<VerifyErrorKind> {
    verifier.verify(header).await.err().map(|error| error.kind())
}

#[tokio::test(start_paused = true)]
async fn a_header_of_the_own_load_balancer_says_who_it_is() {
    let (key, server) = load_balancer();
    let verifier = verifier(&server);
    let text = key.sign(&header(), &payload());
    assert!(text.contains('='), "the padding is part of what is signed");
    let user = verifier.verify(&text).await.unwrap();
    assert_eq!((user.sub(), user.username(), user.email()), ("8f0e", Some("ada"), Some("ada@example.com")));
    assert_eq!((user.client_id(), user.signer()), (CLIENT, ARN));
    assert_eq!(user.expires_at(), UNIX_EPOCH + Duration::from_secs(NOW + 120));
    assert!(!format!("{user:?}").contains("ada"));
    verifier.verify(&text).await.unwrap();
    assert_eq!(server.requests(), [format!("{KEYS}/{KEY_ID}")], "one fetch");
}

#[tokio::test(start_paused = true)]
async fn the_metadata_is_read_from_the_header_and_nowhere_else() {
    let (key, server) = load_balancer();
    let verifier = verifier(&server);
    let (signer, client) = (VerifyErrorKind::Signer, VerifyErrorKind::ClientId);
    for (name, value, expected) in [
        ("signer", json!(OTHER_ARN), signer),
        ("signer", Value::Null, signer),
        ("client", json!("another"), client),
        ("client", Value::Null, client),
        (
            "iss",
            json!("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"),
            VerifyErrorKind::Issuer,
        ),
        ("iss", Value::Null, VerifyErrorKind::Issuer),
        ("exp", json!(NOW), VerifyErrorKind::Expired),
        ("exp", Value::Null, VerifyErrorKind::Malformed),
        ("kid", Value::Null, VerifyErrorKind::Malformed),
        ("kid", json!("../../keys"), VerifyErrorKind::Malformed),
        ("kid", json!("a".repeat(65)), VerifyErrorKind::Malformed),
        ("kid", json!(""), VerifyErrorKind::Malformed),
        ("kid", json!("ffffffff-4b5a-6978-8796-a5b4c3d2e1f0"), VerifyErrorKind::UnknownKey),
        ("alg", json!("none"), VerifyErrorKind::Algorithm),
        ("alg", json!("RS256"), VerifyErrorKind::Algorithm),
    ] {
        let changed = with(header(), name, value.clone());
        // The payload cannot stand in for the header.
        let mut with_metadata = payload();
        for (name, value) in header().as_object().unwrap() {
            with_metadata[name] = value.clone();
        }
        for payload in [payload(), with_metadata] {
            assert_eq!(
                outcome(&verifier, &key.sign(&changed, &payload)).await,
                Some(expected),
                "{name} {value}"
            );
        }
    }
    for (name, value, expected) in [
        ("exp", json!(NOW - 1), VerifyErrorKind::Expired),
        ("iss", json!("https://evil.example"), VerifyErrorKind::Issuer),
        ("sub", Value::Null, VerifyErrorKind::Malformed),
    ] {
        let payload = with(payload(), name, value);
        assert_eq!(outcome(&verifier, &key.sign(&header(), &payload)).await, Some(expected), "{name}");
    }
    let bare = json!({ "sub": "8f0e" });
    assert_eq!(
        outcome(&verifier, &key.sign(&header(), &bare)).await,
        None,
        "the payload need not repeat them"
    );
}

#[tokio::test(start_paused = true)]
async fn only_the_signature_of_the_load_balancer_fits() {
    let (key, server) = load_balancer();
    let verifier = verifier(&server);
    let good = key.sign(&header(), &payload());
    assert_eq!(outcome(&verifier, &good).await, None);
    let (signed, _) = good.rsplit_once('.').unwrap();
    let stripped: String = good.chars().filter(|character| *character != '=').collect();
    let unpadded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed_unpadded = format!("{}.{}", unpadded(&header()), unpadded(&payload()));
    let signature = key.signature(&ECDSA_P256_SHA256_FIXED_SIGNING, &signed_unpadded);
    for (text, expected) in [
        (EcKey::new().sign(&header(), &payload()), VerifyErrorKind::Signature),
        (key.sign_in_der(&header(), &payload()), VerifyErrorKind::Signature),
        (stripped, VerifyErrorKind::Malformed),
        (format!("{signed_unpadded}.{}", URL_SAFE_NO_PAD.encode(&signature)), VerifyErrorKind::Malformed),
        (format!("{signed}.{}", URL_SAFE.encode([0; 64])), VerifyErrorKind::Signature),
        (format!("{signed}.{}", URL_SAFE.encode([0xff; 64])), VerifyErrorKind::Signature),
        (format!("{signed}.{}", URL_SAFE.encode(&signature[..63])), VerifyErrorKind::Signature),
        (format!("{signed}."), VerifyErrorKind::Malformed),
        (format!("{good}="), VerifyErrorKind::Malformed),
        (good.replacen("=.", "==.", 1), VerifyErrorKind::Malformed),
        (good.replacen('=', "", 1), VerifyErrorKind::Malformed),
        (good.replacen('=', "%3D", 1), VerifyErrorKind::Malformed),
        (token(&access_claims()), VerifyErrorKind::Malformed),
    ] {
        assert_eq!(outcome(&verifier, &text).await, Some(expected), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_a_key_of_the_curve_is_not_used() {
    let (key, server) = load_balancer();
    let rsa = RSA_KEYS[0].public_key();
    let rsa: PublicKeyX509Der<'_> = rsa.as_der().unwrap();
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let p384: PublicKeyX509Der<'_> = p384.public_key().as_der().unwrap();
    for document in [
        "",
        "<html>",
        &key.pem().replace("PUBLIC", "PRIVATE"),
        &pem(rsa.as_ref()),
        &pem(p384.as_ref()),
        &pem(&[0x30, 0x80]),
    ] {
        let verifier = verifier(&server);
        server.put(&format!("{KEYS}/{KEY_ID}"), document);
        let text = key.sign(&header(), &payload());
        assert_eq!(outcome(&verifier, &text).await, Some(VerifyErrorKind::KeysUnavailable), "{document}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_is_good_only_in_its_own_user_pool() {
    const OTHER_POOL: &str = "eu-west-1_Other0123";

    let (key, server) = load_balancer();
    let builder = builder().user_pool(OTHER_POOL, ["2example23456789"]);
    let verifier = builder.transport(server.clone()).clock(FixedClock(NOW)).build().unwrap();
    let other = format!("https://cognito-idp.eu-west-1.amazonaws.com/{OTHER_POOL}");
    for (issuer, client, expected) in [
        (ISSUER, CLIENT, None),
        (ISSUER, "2example23456789", Some(VerifyErrorKind::ClientId)),
        (&other, "2example23456789", None),
        (&other, CLIENT, Some(VerifyErrorKind::ClientId)),
    ] {
        let changed = with(with(header(), "iss", json!(issuer)), "client", json!(client));
        let text = key.sign(&changed, &with(payload(), "iss", json!(issuer)));
        assert_eq!(outcome(&verifier, &text).await, expected, "{issuer} {client}");
    }
}

#[tokio::test(start_paused = true)]
async fn invented_key_ids_do_not_flood_the_server() {
    let (key, server) = load_balancer();
    let verifier = verifier(&server);
    for attempt in 0..100 {
        let header = with(header(), "kid", json!(format!("{attempt:08}-4b5a-6978-8796-a5b4c3d2e1f0")));
        let text = key.sign(&header, &payload());
        assert_eq!(outcome(&verifier, &text).await, Some(VerifyErrorKind::UnknownKey));
    }
    assert_eq!(server.requests().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn the_keys_are_those_of_the_load_balancer_s_region() {
    for (partition, region, url) in [
        ("aws", "us-east-1", "https://public-keys.auth.elb.us-east-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "https://public-keys.auth.elb.cn-north-1.amazonaws.com.cn"),
        (
            "aws-us-gov",
            "us-gov-west-1",
            "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1",
        ),
    ] {
        let arn = ARN.replace("aws:", &format!("{partition}:")).replace("eu-west-1", region);
        let (key, server) = (EcKey::new(), KeyServer::default());
        server.put(&format!("{url}/{KEY_ID}"), &key.pem());
        let builder = builder().load_balancer(&arn).transport(server).clock(FixedClock(NOW));
        let text = key.sign(&with(header(), "signer", json!(arn)), &payload());
        assert_eq!(outcome(&builder.build().unwrap(), &text).await, None, "{region}");
    }
    let (key, server) = (EcKey::new(), KeyServer::default());
    server.put(&format!("http://127.0.0.1:4577/keys/{KEY_ID}"), &key.pem());
    let builder = builder().keys_url("http://127.0.0.1:4577/keys/").transport(server).clock(FixedClock(NOW));
    assert_eq!(outcome(&builder.build().unwrap(), &key.sign(&header(), &payload())).await, None);
}

#[test]
fn a_verifier_that_would_check_nothing_is_not_built() {
    let of = AlbVerifier::builder;
    for builder in [
        of(),
        of().load_balancer(ARN),
        of().user_pool(POOL, [CLIENT]),
        of().load_balancer(ARN).user_pool(POOL, [""; 0]),
        builder().user_pool(POOL, ["second"]),
        builder().load_balancer("*"),
        builder().load_balancer(ARN.replace("arn:", "urn:")),
        builder().load_balancer(ARN.replace("loadbalancer/app", "targetgroup")),
        builder().load_balancer(ARN.replace("elasticloadbalancing", "s3")),
        builder().keys_url("localhost"),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidConfig);
    }
}

#[test]
fn all_shards_of_the_cookie_expire() {
    let cookies = expired_alb_cookies(ALB_SESSION_COOKIE);
    for (shard, cookie) in cookies.iter().enumerate() {
        assert!(
            cookie.starts_with(&format!("AWSELBAuthSessionCookie-{shard}=; Expires=Thu, 01 Jan 1970")),
            "{cookie}"
        );
    }
}
