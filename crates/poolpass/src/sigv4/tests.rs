//! Tests of what is signed and what is refused. The signatures themselves are compared with botocore's.

use super::*;

#[test]
fn the_services_that_want_the_payloads_hash_in_a_header_get_it() {
    let region: Region = "eu-west-1".parse().unwrap();
    let credentials = Credentials::new("ASIAEXAMPLE", "secret", None, None);
    for (service, has_hash) in [
        ("s3", true),
        ("s3express", true),
        ("s3-object-lambda", true),
        ("s3-outposts", true),
        ("aoss", true),
        ("glacier", true),
        ("execute-api", false),
        ("dynamodb", false),
    ] {
        let mut request = http::Request::get("https://x.example/a//b").body(Bytes::new()).unwrap();
        let scope = Scope { service, region: &region };
        sign(&mut request, &scope, &credentials, SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(request.headers().contains_key("x-amz-content-sha256"), has_hash, "{service}");
    }
}

#[test]
fn a_time_that_no_signature_can_carry_is_an_error() {
    let region: Region = "eu-west-1".parse().unwrap();
    let credentials = Credentials::new("ASIAEXAMPLE", "secret", None, None);
    let mut request = http::Request::get("https://s3.eu-west-1.amazonaws.com/").body(Bytes::new()).unwrap();
    let never = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::MAX / 4);
    let scope = Scope { service: "s3", region: &region };
    let error = sign(&mut request, &scope, &credentials, never).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
}

fn credentials() -> Credentials {
    Credentials::new("ASIAEXAMPLE", "secret", Some("token/+=".to_owned()), None)
}

fn signed(service: &str, url: &str) -> Result<http::Request<Bytes>, Error> {
    let region: Region = "eu-west-1".parse().unwrap();
    let mut request = http::Request::get(url).body(Bytes::from_static(b"body")).unwrap();
    sign(&mut request, &Scope { service, region: &region }, &credentials(), SystemTime::UNIX_EPOCH)?;
    Ok(request)
}

fn presigned(service: &str, url: &str) -> Result<String, Error> {
    let region: Region = "eu-west-1".parse().unwrap();
    let scope = Scope { service, region: &region };
    let (uri, headers, expires_in) = (url.parse().unwrap(), HeaderMap::new(), Duration::from_secs(60));
    let now = SystemTime::UNIX_EPOCH;
    presign(&Method::GET, &uri, &headers, &scope, &credentials(), now, expires_in).map(|url| url.to_string())
}

#[test]
fn vpc_lattice_is_told_that_the_payload_is_not_signed() {
    let request = signed("vpc-lattice-svcs", "https://x.example/").unwrap();
    assert_eq!(request.headers()["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
}

#[test]
fn credentials_that_no_signature_can_carry_are_an_error_and_no_panic() {
    let long = "x".repeat(70_000);
    let region: Region = "eu-west-1".parse().unwrap();
    let scope = Scope { service: "s3", region: &region };
    let uri = "https://x.example/".parse().unwrap();
    let with = |id: &str, secret: &str, token: Option<&str>| {
        Credentials::new(id, secret, token.map(str::to_owned), None)
    };
    for (what, credentials) in [
        ("line feed in id", with("ASIA\nEXAMPLE", "secret", None)),
        ("empty id", with("", "secret", None)),
        ("space in id", with("ASIA EXAMPLE", "secret", None)),
        ("slash in id", with("ASIA/EXAMPLE", "secret", None)),
        ("letter beyond ASCII in id", with("ASIAÉ", "secret", None)),
        ("empty secret", with("ASIA", "", None)),
        ("line feed in secret", with("ASIA", "secret\n", None)),
        ("empty token", with("ASIA", "secret", Some(""))),
        ("line feed in token", with("ASIA", "secret", Some("a\nb"))),
        ("token without end", with("ASIA", "secret", Some(&long))),
        ("id without end", with(&long, "secret", None)),
        ("letter beyond ASCII in token", with("ASIA", "secret", Some("é"))),
    ] {
        let now = SystemTime::UNIX_EPOCH;
        let mut request = http::Request::get("https://x.example/").body(Bytes::new()).unwrap();
        let error = sign(&mut request, &scope, &credentials, now).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{what}");
        let (expires_in, headers) = (Duration::from_secs(60), HeaderMap::new());
        let error = presign(&Method::GET, &uri, &headers, &scope, &credentials, now, expires_in).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{what}");
    }
}

#[test]
fn a_scope_or_url_that_no_signature_can_carry_is_an_error_and_no_panic() {
    for service in ["", "s3\n", "s3/eu", "é", "a b"] {
        assert!(signed(service, "https://x.example/").is_err(), "{service:?}");
        assert!(presigned(service, "https://x.example/").is_err(), "{service:?}");
    }
    for url in ["/relative", "x.example:443", "https://x.example/?q=%FF", "https://x.example/?q=a+b"] {
        assert!(signed("s3", url).is_err(), "{url}");
        assert!(presigned("s3", url).is_err(), "{url}");
    }
    let is_refused =
        |outcome: Option<Error>| outcome.is_some_and(|error| error.kind() == crate::ErrorKind::InvalidInput);
    for long in [
        format!("https://x.example/{}", "x".repeat(65_400)),
        format!("https://x.example/?a={}", "{".repeat(40_000)),
    ] {
        assert!(is_refused(signed("s3", &long).err()));
        assert!(is_refused(presigned("s3", &long).err()));
    }
}

#[test]
fn what_is_presigned_already_is_refused() {
    assert!(presigned("s3", "https://x.example/?a=b&X-Amz-Date=x").is_err());
    assert!(presigned("s3", "https://x.example/?response-expires=x").is_ok());
}

#[test]
fn the_token_of_iot_is_appended_after_signing() {
    let iot = presigned("iotdevicegateway", "wss://x.example/mqtt").unwrap();
    assert!(iot.starts_with("wss://x.example/mqtt?X-Amz-Algorithm="), "{iot}");
    assert!(iot.ends_with("&X-Amz-Security-Token=token%2F%2B%3D"), "{iot}");
    let without_token = {
        let region: Region = "eu-west-1".parse().unwrap();
        let scope = Scope { service: "iotdevicegateway", region: &region };
        let credentials = Credentials::new("ASIAEXAMPLE", "secret", None, None);
        let (uri, expires_in) = ("wss://x.example/mqtt".parse().unwrap(), Duration::from_secs(60));
        let now = SystemTime::UNIX_EPOCH;
        presign(&Method::GET, &uri, &HeaderMap::new(), &scope, &credentials, now, expires_in)
            .unwrap()
            .to_string()
    };
    assert_eq!(iot, format!("{without_token}&X-Amz-Security-Token=token%2F%2B%3D"));
    let signed_token = presigned("execute-api", "wss://x.example/mqtt").unwrap();
    assert!(signed_token.contains("X-Amz-Security-Token"), "{signed_token}");
}

#[test]
fn what_changes_on_the_way_is_not_signed() {
    let region: Region = "eu-west-1".parse().unwrap();
    let try_with = |name: &'static str, value: &str| {
        let mut request =
            http::Request::get("https://x.example/").header(name, value).body(Bytes::new()).unwrap();
        let scope = Scope { service: "execute-api", region: &region };
        sign(&mut request, &scope, &credentials(), SystemTime::UNIX_EPOCH)?;
        Ok::<_, Error>(request.headers()["authorization"].to_str().unwrap().to_owned())
    };
    let with = |name, value| try_with(name, value).unwrap();
    for name in [
        "Cookie",
        "date",
        "x-forwarded-for",
        "Referer",
        "origin",
        "max-forwards",
        "te",
        "pragma",
        "user-agent",
    ] {
        assert_eq!(with(name, "a"), with("accept-encoding", "b"), "{name}");
    }
    let note = with("x-note", "a");
    assert!(note.contains(";x-note,"), "{note}");
    for same in [" a", "a ", "\ta", "a \t "] {
        assert_eq!(with("x-note", same), note, "{same:?}");
    }
    assert_eq!(try_with("x-note", "a\tb").unwrap_err().kind(), crate::ErrorKind::InvalidInput);
}
