#![allow(clippy::all, warnings)]
use crate::config::*;
use crate::s3::*;
use crate::scripted_aws::ScriptedAws;
use crate::*;
use bytes::Bytes;
use serde_json::json;
use std::panic::catch_unwind;
use std::time::{Duration, SystemTime};

#[test]
fn endpoints() {
    for text in [
        "http://host:99999",
        "http://host:",
        "http://host:abc",
        "http://host:0080",
        "http://host:-1",
        "http://[::1",
        "http://[::g]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:1.2.3.4]/",
        "http://exa_mple/",
        "http://a..b/",
        "http://.a/",
        "http://127.0.0.1.:80/",
        "http://0x7f.1/",
        "http://1.2.3/",
        "http://2130706433/",
        "http://ex%41mple/",
        "http://münchen.example/",
        "https://a/#b",
        "https://a#b",
        "https://a/x/../y",
        "https://a/x/%2e%2E/y",
        "https://a/{x}",
        "https://a/\"x",
        "https://a/x%zz",
        "https://a/x y",
        "https://a/ü",
        " https://a",
        "https://a\n",
        "https://a/x//y",
        "https:///x",
        "https:a",
        "https:/a",
        "https://a/x\\y",
        "https://a\\b",
        "http://a;b/",
        "http://a,b",
        "http://a'b",
        "http://a*b/",
        "http://a!b",
        "http://a$b/",
        "http://(a)/",
        "http://-/",
        "http://[v1.a]/",
        "http://127.0.0.1:0/",
        "https://a:443:443",
        "https://a/|",
        "https://a/^",
        "https://xn--mnchen-3ya.example",
        "https://a:+80/",
        "http://a&b/",
        "http://a=b",
        "http://[fe80::1%25eth0]/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://a.0x1/",
        "http://~/",
        "https://a.example./x",
        "https://A.EXAMPLE:443",
    ] {
        let r = catch_unwind(|| {
            text.parse::<Endpoint>().map(|e| (e.to_string(), e.join("/k?q").map(|u| u.to_string())))
        });
        let real = reqwest::Url::parse(text).map(|u| u.to_string());
        match r {
            Ok(Ok(e)) => println!("ACC {text:?} -> {:?}  url: {real:?}", e.0),
            Ok(Err(_)) => println!("ref {text:?}   url: {real:?}"),
            Err(_) => println!("PANIC {text:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn signed_requests() {
    use http::Method;
    let aws = || ScriptedAws::default().answer(json!({}));
    let client =
        |aws: &ScriptedAws| aws.client(|c| c.api_url("https://api.example/prod")).signed("execute-api");
    for m in
        ["CONNECT", "TRACE", "get", "Get", "patch", "TRACK", "OPTIONS", "PROPFIND", "a b", "GET\n", "put"]
    {
        let Ok(method) = Method::from_bytes(m.as_bytes()) else {
            println!("method {m:?} not a method");
            continue;
        };
        let a = aws();
        let r = client(&a).request(method, "/x").send().await;
        println!(
            "method {m:?}: {:?} {:?}",
            r.map(|_| ()).map_err(|e| e.to_string()),
            a.take_sent().first().map(|r| (r.method().clone(), r.uri().to_string()))
        );
    }
    for (n, v) in [
        ("x-note", "\ta"),
        ("x-note", " a "),
        ("x-note", "a\tb"),
        ("x-note", ""),
        ("x-note", "a\0b"),
        ("x-note", "a\u{7f}b"),
        ("", "x"),
        ("X-AMZ-Content-SHA256", "UNSIGNED-PAYLOAD"),
        ("x-amz-target", "A.B"),
        ("date", "x"),
        ("cookie", "a=b"),
        ("X-Amzn-Trace-Id", "Root=1"),
        ("x-forwarded-for", "1.2.3.4"),
        ("max-forwards", "3"),
        ("user-agent", "x"),
        ("range", "bytes=0-1"),
        ("accept-encoding", "gzip"),
        ("x-amz-algorithm", "x"),
        ("x-amz-signature", "x"),
        ("X-Amz-Credential", "a"),
        (":path", "x"),
        ("content-encoding", "gzip"),
        ("proxy-foo", "x"),
        ("sec-fetch-mode", "x"),
        ("x-http-method-override", "CONNECT"),
        ("forwarded", "for=1"),
        ("transfer-encoding", "chunked"),
        ("Host ", "x"),
        ("set-cookie", "x"),
        ("pragma", "no-cache"),
        ("referer", "https://x"),
        ("from", "a@b"),
        ("origin", "https://a"),
    ] {
        let a = aws();
        let r = client(&a).post("/x").header(n, v).send().await;
        let sent = a.take_sent();
        println!(
            "header {n:?}={v:?}: {:?} {:?}",
            r.map(|_| ()).map_err(|e| e.to_string()),
            sent.first().map(|r| r.headers()["authorization"]
                .to_str()
                .unwrap()
                .split("SignedHeaders=")
                .nth(1)
                .unwrap()
                .split(',')
                .next()
                .unwrap()
                .to_owned())
        );
    }
    for u in [
        "/a?=b",
        "/a?b=",
        "/a?b",
        "/a?b=1&b=0&B=2",
        "/a?q=a%2Bb",
        "/a?q='",
        "/a?q=é&z=ÿ",
        "/a?x=%00",
        "/a%00b",
        "/a\tb",
        "/a\nb",
        "/a\0b",
        "/a?\u{7f}",
        "/a;b=c?d;e",
        "/a?b=c?d",
        "/a?b=#",
        "//",
        "///a//b/",
        "/%2F%2e%2f..",
        "/%2e%2e%2fa",
        "/a/%2e",
        "https://x.example:99999/",
        "https://x.example:/a",
        "https://[::1]:8/a",
        "https://x.example/a@b",
        "https://x.example?a=b@c",
        "https://x.example\\@evil/",
        "https://é.example/",
        "http://1.2.3/",
        "/a?X-Amz-Signature=1",
        "https://x..example/",
        "https://x.example:443/a",
        "HTTP://X.example:80?b",
        "/:@!$&'()*,=",
        "/a?q=%u00e9",
        "/ü%C3%BC",
        "/a?\u{feff}",
        "/\u{feff}a",
        " /a",
        "/a?b=%7E~",
        "/~a%7e",
        "/a?a%20b=c",
        "https:///a",
        "https://%61.example/",
        "http://x.example:80:80/",
    ] {
        let a = aws();
        let r = client(&a).get(u).send().await;
        let sent = a.take_sent().first().map(|r| r.uri().to_string());
        let real = sent
            .as_ref()
            .map(|s| reqwest::Url::parse(s).map(|u| u.to_string()).unwrap_or("UNPARSABLE".into()));
        let mark = if real.is_some() && real != sent { "DIFF" } else { "" };
        println!(
            "{mark} url {u:?}: {:?} {:?} {}",
            r.map(|_| ()).map_err(|e| e.to_string()),
            sent,
            if mark != "" { real.unwrap() } else { String::new() }
        );
    }
    for t in [
        Duration::ZERO,
        Duration::MAX,
        Duration::from_secs(u64::MAX / 2),
        Duration::from_secs(u64::MAX / 4096),
    ] {
        let a = aws();
        let c = client(&a);
        let h = tokio::spawn(async move { c.get("/x").timeout(t).send().await.map(|_| ()) });
        println!("timeout {t:?} {:?}", h.await.map_err(|e| e.to_string()));
    }
    for life in [
        Duration::MAX,
        Duration::from_millis(999),
        Duration::from_secs(1),
        Duration::from_secs(7 * 86400),
        Duration::from_secs(7 * 86400 + 1),
        Duration::new(7 * 86400, 1),
    ] {
        let a = aws();
        let b = a.client(|c| c.bucket("photos")).s3().unwrap();
        println!(
            "life {life:?} {:?}",
            b.presign_get("a", life)
                .await
                .map(|u| u.as_str().split("Expires=").nth(1).unwrap()[..7].to_owned())
                .map_err(|e| e.to_string())
        );
    }
}
