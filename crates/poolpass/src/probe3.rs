#![allow(clippy::all, warnings)]
use crate::config::*;
use crate::scripted_aws::ScriptedAws;
use crate::*;
use serde_json::json;
use std::time::{Duration, SystemTime};
#[test]
fn configs() {
    let p = r#""user_pool_id":"us-east-1_A","user_pool_client_id":"c""#;
    let list: Vec<String> = vec![
        "null".into(), "[]".into(), "7".into(), "\"x\"".into(), "true".into(), "".into(), "{}".into(), "{".into(), "{} {}".into(),
        r#"{"userPool":[]}"#.into(), r#"{"userPool":"eu-west-1_A"}"#.into(), r#"{"userPool":{"id":7,"clientId":"c"}}"#.into(), r#"{"userPool":{"id":"eu-west-1_A","clientId":["c"]}}"#.into(),
        r#"{"userPool":{"id":"eu-west-1_A","clientId":"c","id":"eu-west-1_B"}}"#.into(), r#"{"userPool":{"id":"eu-west-1_A","clientId":"c",}}"#.into(), r#"{/*x*/"userPool":{"id":"eu-west-1_A","clientId":"c"}}"#.into(), "// c\n{}".into(),
        r#"{"userPool":{"id":" eu-west-1_A","clientId":"c"}}"#.into(), r#"{"userPool":{"id":"eu-west-1_A\n","clientId":"c "}}"#.into(),
        r#"{"userPool":{"id":"eu-west-1_A","clientId":"c"},"region":7}"#.into(), r#"{"userPool":{"id":"eu-west-1_A","clientId":"c"},"s3":{"forcePathStyle":"true"}}"#.into(), r#"{"userPool":{"id":"eu-west-1_A","clientId":"c"},"s3":null,"api":null,"endpoints":null,"dynamodb":null,"identityPool":null}"#.into(),
        r#"{"userPool":{"id":"eu-west-1_A","clientId":"c"},"endpoints":{"cognito":"http://x"}}"#.into(), r#"{"userPool":{"id":"eu-west-1_A","clientId":"c"},"version":"1"}"#.into(), r#"{"userPool":{"id":"eu-west-1_A","clientId":"c"},"$schema":"x"}"#.into(),
        format!(r#"{{"version":"1.4","auth":{{{p}}}}}"#), format!(r#"{{"version":1.4,"auth":{{{p}}}}}"#), format!(r#"{{"version":" 1.4","auth":{{{p}}}}}"#), format!(r#"{{"version":"v1","auth":{{{p}}}}}"#), format!(r#"{{"version":"1","auth":[]}}"#), r#"{"version":"1","auth":null}"#.into(), r#"{"version":"1","auth":{}}"#.into(), r#"{"version":"1.3","storage":{"bucket_name":"photos","aws_region":"us-east-1"}}"#.into(),
        format!(r#"{{"version":"1.4","auth":{{{p},"oauth":null}},"storage":null}}"#), format!(r#"{{"version":"1.4","auth":{{{p},"oauth":[]}}}}"#), format!(r#"{{"version":"1.4","auth":{{{p},"oauth":{{"domain":"https://a.example/x?y"}}}}}}"#), format!(r#"{{"version":"1.4","auth":{{{p}}},"storage":{{"bucket_name":null,"aws_region":null}}}}"#), format!(r#"{{"version":"1.4","auth":{{{p}}},"storage":[]}}"#),
        format!(r#"{{"version":"1.4","auth":{{{p},"identity_pool_id":"us-east-1:not"}}}}"#), format!(r#"{{"version":"1.4","auth":{{{p},"aws_region":"US-EAST-1"}}}}"#),
        r#"{"auth":{"user_pool_id":"us-east-1_A","user_pool_client_id":"c"}}"#.into(),
        r#"{"auth":{"plugins":{"awsCognitoAuthPlugin":{}}}}"#.into(), r#"{"auth":{"plugins":{}}}"#.into(), r#"{"auth":null,"api":{}}"#.into(), r#"{"auth":{"plugins":{"awsCognitoAuthPlugin":{"CognitoUserPool":{"Default":{"PoolId":"us-east-1_A","AppClientId":"c","AppClientSecret":7}}}}}}"#.into(),
        r#"{"UserAgent":"x","Version":"1.0","auth":{"plugins":{"awsCognitoAuthPlugin":{"CognitoUserPool":{"Default":{"PoolId":"us-east-1_A","AppClientId":"c","Region":"us-east-1"}},"S3TransferUtility":{"Default":{"Bucket":"b-b","Region":""}}}}},"storage":{"plugins":{"awsS3StoragePlugin":{"bucket":"photos","region":"us-west-2","defaultAccessLevel":"guest"}}}}"#.into(),
        r#"{"Auth":{"Cognito":{"userPoolId":"us-east-1_A","userPoolClientId":"c","loginWith":{"oauth":null}}}}"#.into(), r#"{"Auth":{"Cognito":null,"userPoolId":"us-east-1_A","userPoolWebClientId":"c"}}"#.into(), r#"{"Auth":[]}"#.into(), r#"{"Auth":{"identityPoolId":"us-east-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11"},"Storage":{"S3":{"bucket":"photos"}}}"#.into(),
        r#"{"aws_project_region":"us-east-1"}"#.into(), r#"{"aws_user_pools_id":"us-east-1_A","aws_user_pools_web_client_id":"c"}"#.into(), r#"{"aws_project_region":"us-east-1","aws_user_pools_id":"us-east-1_A","aws_user_pools_web_client_id":"c","aws_mandatory_sign_in":"enable","aws_appsync_graphqlEndpoint":"x"}"#.into(), r#"{"aws_cognito_identity_pool_id":"us-east-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11"}"#.into(),
        "const awsmobile = {};".into(), "/* eslint-disable */\nconst a={}".into(), "export default {}".into(), "module.exports = {}".into(), "window.aws = {}".into(), "\"use strict\";\nObject.defineProperty(exports,'x')".into(), "awsconfig = {}".into(), "exports.x = {}".into(), "{ userPool: { id: 'x' } }".into(), "<?xml version=\"1.0\"?><plist/>".into(), "userPool:\n  id: x".into(), "(function(){})()".into(), "#!/bin/sh".into(),
        "\u{feff}\u{feff}{}".into(), "{\"a\":1}\u{0}".into(), format!("{}1{}", "[".repeat(10000), "]".repeat(10000)), format!("{{\"a\":{}", "{\"a\":".repeat(10000)), format!("{{\"userPool\":{{\"id\":\"{}\"}}}}", "x".repeat(1000000)).into(),
        r#"{"userPool":{"id":"eu-west-1_A","clientId":"c","domain":"a b"}}"#.into(), r#"{"userPool":{"id":"eu-west-1_A","clientId":"c","domain":"user:hush@x"}}"#.into(),r#"{"userPool":{"id":"eu-west-1_A","clientId":"c"},"api":{"url":"https://user:hush@x"}}"#.into(),
    ];
    for c in list {
        let r = std::panic::catch_unwind(|| Config::from_json(&c));
        let short: String = c.chars().take(150).collect();
        match r {
            Err(_) => println!("PANIC {short}"),
            Ok(Ok(c)) => println!(
                "OK  {short} -> {:?} {:?} {:?} {}",
                c.user_pool().map(|p| p.id().to_string()),
                c.identity_pool().map(|p| p.to_string()),
                c.bucket(),
                c.region()
            ),
            Ok(Err(e)) => println!("ERR {short} -> {}", e.to_string().chars().take(220).collect::<String>()),
        }
    }
    for id in [
        "eu-west-1_A",
        "local_A",
        "x_1",
        "us-gov-west-1_A",
        "eu-west-1_A_B",
        "eu-west-1__A",
        "EU-WEST-1_A",
        "eu-west-1_é",
        "a-b-c-d-e-1_x",
        &format!("eu-west-1_{}", "x".repeat(46)),
        "-_A",
        "0_A",
        "eu-west-1_A ",
        "us-east-1_my-pool",
    ] {
        println!(
            "pool {id}: {:?}",
            id.parse::<UserPoolId>().map(|i| i.pool_name().to_owned()).map_err(|e| e
                .message()
                .chars()
                .take(60)
                .collect::<String>())
        );
    }
    for id in [
        "eu-west-1:9F1D63D7-4C3E-4B0C-9D77-3B7E1F5D0A11",
        "local:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11",
        "eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11:x",
        "eu-west-1:9f1d63d74c3e4b0c9d773b7e1f5d0a11",
        "eu-west-1:{9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11}",
        ":9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11",
    ] {
        println!("ipool {id}: {:?}", id.parse::<IdentityPoolId>().is_ok());
    }
    for b in [
        "a..b",
        "-abc",
        "abc-",
        ".abc",
        "abc.",
        "192.168.1.1",
        "...",
        "..a",
        "xn--abc",
        "a_b",
        "my-ap-123-s3alias",
        "arn:aws:s3:us-east-1:1:accesspoint/x",
        "bucket--use1-az4--x-s3",
        "abc--ol-s3",
    ] {
        let c = ScriptedAws::default().client(|c| c);
        println!("bucket {b}: {:?}", c.bucket(b).map(|_| ()).map_err(|e| e.message().to_owned()));
    }
}
#[tokio::test(start_paused = true)]
async fn identities() {
    use crate::platform::*;
    #[derive(Debug, Clone)]
    struct T(serde_json::Value, serde_json::Value);
    impl Transport for T {
        fn send(&self, r: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            let t = r.headers()["x-amz-target"].to_str().unwrap().to_owned();
            let a = if t.ends_with("GetId") { self.0.clone() } else { self.1.clone() };
            Box::pin(async move { Ok(http::Response::new(Body::from(bytes::Bytes::from(a.to_string())))) })
        }
    }
    let id = json!({"IdentityId":"eu-west-1:g"});
    let creds = |k: &str, v: serde_json::Value| {
        let mut c = json!({"IdentityId":"eu-west-1:g","Credentials":{"AccessKeyId":"ASIA","SecretKey":"s","SessionToken":"t","Expiration":4_102_444_800_u64}});
        if k == "IdentityId" || k == "Credentials" {
            c[k] = v
        } else {
            c["Credentials"][k] = v
        };
        c
    };
    let mut cases = vec![];
    for v in [
        json!(""),
        json!(" "),
        json!(null),
        json!(7),
        json!("a\nb"),
        json!("../x"),
        json!("é"),
        json!("x".repeat(100000)),
        json!(["a"]),
    ] {
        cases.push((
            format!("GetId {}", v.to_string().chars().take(30).collect::<String>()),
            json!({"IdentityId": v}),
            creds("AccessKeyId", json!("ASIA")),
        ));
    }
    for (k, v) in [
        ("IdentityId", json!("")),
        ("IdentityId", json!(null)),
        ("IdentityId", json!("eu-west-1:other")),
        ("IdentityId", json!("a\nb")),
        ("Credentials", json!(null)),
        ("Credentials", json!([])),
        ("Expiration", json!("2026-01-01T00:00:00Z")),
        ("Expiration", json!("4102444800")),
        ("Expiration", json!(-1)),
        ("Expiration", json!(0)),
        ("Expiration", json!(4.1e12)),
        ("Expiration", json!(1e308)),
        ("Expiration", json!(253402300799u64)),
        ("Expiration", json!(253402300800u64)),
        ("Expiration", json!(u64::MAX)),
        ("Expiration", json!(null)),
        ("Expiration", json!(true)),
        ("Expiration", json!(4102444800.9999999)),
        ("SessionToken", json!(null)),
        ("SessionToken", json!("")),
        ("SecretKey", json!(7)),
        ("AccessKeyId", json!("A".repeat(129))),
        ("AccessKeyId", json!("AS=IA")),
        ("AccessKeyId", json!("AS;IA")),
        ("AccessKeyId", json!("AS\tIA")),
    ] {
        cases.push((
            format!("{k} {}", v.to_string().chars().take(30).collect::<String>()),
            id.clone(),
            creds(k, v),
        ));
    }
    for (n, a, b) in cases {
        let config = Config::builder()
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .build()
            .unwrap();
        let c = Client::builder(config).transport(T(a, b)).build().unwrap();
        let h = tokio::spawn(async move {
            let r = c.credentials().await;
            let i = c.identity_id().await;
            (
                r.map(|c| c.expiration()).map_err(|e| e.to_string().chars().take(120).collect::<String>()),
                i.map(|i| i.chars().take(20).collect::<String>()).map_err(|e| e.kind()),
            )
        });
        println!("{n}: {:?}", tokio::time::timeout(Duration::from_secs(1000), h).await);
    }
}
#[test]
fn srp_and_tokens() {
    use crate::srp::*;
    let n = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
    for b in [
        "0",
        "00",
        "1",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "0x1",
        "F",
        "f",
        "fF",
        "é",
        "１",
        "",
        &"f".repeat(800),
        &"0".repeat(900),
        &format!("000{}", &n[..767]),
        n,
        &n.to_lowercase(),
        &format!("{}E", &n[..767]),
        "g",
        "1g",
        "１２",
    ] {
        let s: String = b.chars().take(20).collect();
        println!(
            "B {s} {}: {:?}   salt {:?}",
            b.len(),
            ServerChallenge::parse(b, "ab").map(|_| ()),
            ServerChallenge::parse("ab", b).map(|_| ())
        );
    }
    let e = ClientEphemeral::new([9; 32]).unwrap();
    for salt in ["0", "00", "ff", &"f".repeat(100001)] {
        let c = ServerChallenge::parse("ab", salt).unwrap();
        println!(
            "salt {} {:?}",
            salt.len(),
            e.password_key(Identity::user("p", "u"), "pw", &c).map(|k| hex::encode(k.expose()))
        );
    }
    let c = ServerChallenge::parse("ab", "cd").unwrap();
    let k = e.password_key(Identity::user("p", "u"), "pw", &c).unwrap();
    for b in [
        "",
        "=",
        "A",
        "AA",
        "AA==",
        "AAA=",
        " AA==",
        "AA==\n",
        "AA",
        "_-8=",
        "/+8=",
        "AA===",
        "é",
        &"A".repeat(1 << 20),
    ] {
        println!(
            "block {:?} {:?}",
            b.chars().take(10).collect::<String>(),
            k.claim_signature(Identity::user("p", "u"), b, "t").map(|_| ())
        );
    }
}
