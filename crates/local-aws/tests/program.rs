//! The program: one line on standard output, and an end when it is told to.

#![expect(clippy::unwrap_used, reason = "clippy allows it in tests, but not in what they share")]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

fn start(arguments: &[&str]) -> (Child, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_local-aws"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let document = serde_json::from_str(&line).unwrap();
    child.stdout = Some(output.into_inner());
    (child, document)
}

/// Waits for the end: it must be a success, with nothing more on standard output.
fn ends(mut child: Child) {
    let mut rest = String::new();
    child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(rest, "");
}

#[test]
fn it_prints_its_endpoint_and_stops_when_its_input_ends() {
    let (mut child, document) = start(&["--until-eof"]);
    assert!(document["endpoint"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    drop(child.stdin.take());
    ends(child);
}

#[test]
fn it_prints_the_poolpass_json_of_its_demo_and_stops_on_sigterm() {
    let (child, document) = start(&["--demo"]);
    for pointer in ["/region", "/userPool/id", "/userPool/clientId", "/identityPool/id", "/s3/bucket"] {
        assert!(document.pointer(pointer).is_some_and(Value::is_string), "{pointer}");
    }
    let users = document["demo"]["users"].as_array().unwrap();
    assert!(users[0].get("totpSecret").is_none() && users[1]["totpSecret"].is_string());
    assert!(document["demo"]["secretClient"]["clientSecret"].is_string());
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    ends(child);
}

#[test]
fn a_port_that_is_taken_is_a_failure() {
    let (mut first, document) = start(&["--until-eof"]);
    let port = document["endpoint"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let second = Command::new(env!("CARGO_BIN_EXE_local-aws"))
        .args(["--port", &port])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("cannot listen"));
    drop(first.stdin.take());
    ends(first);
}
