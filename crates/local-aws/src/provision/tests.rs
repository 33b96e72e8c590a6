use super::*;
use crate::{Fault, FaultRule, Options};

#[tokio::test]
async fn the_demo_is_complete_and_can_be_set_up_twice() {
    let aws = LocalAws::start(Options::default()).await.expect("a free port");
    let first = aws.demo().await.expect("a demo");
    let second = aws.demo().await.expect("another demo");
    assert_ne!(first["s3"]["bucket"], second["s3"]["bucket"]);
    assert_eq!(first["endpoints"]["s3"], aws.url());
    assert_eq!(first["api"]["url"], format!("{}/_api", aws.url()));
    assert_eq!(first["demo"]["users"].as_array().map(Vec::len), Some(2));
    assert!(first["demo"]["users"][0].get("totpSecret").is_none());
    assert!(first["demo"]["secretClient"]["clientSecret"].as_str().is_some_and(|secret| secret.len() > 40));
    aws.stop().await;
}

#[tokio::test]
async fn a_failure_names_the_operation() {
    let aws = LocalAws::start(Options::default()).await.expect("a free port");
    aws.faults().add(FaultRule {
        operation: "CreateBucket".into(),
        skip: 0,
        times: None,
        action: Fault::Throttle,
    });
    let error = aws.demo().await.expect_err("the bucket is refused");
    assert!(matches!(&error, ProvisionError::Refused { operation, status: 503, code, .. }
        if operation == "CreateBucket" && code == "SlowDown"));
    let wrong =
        demo(aws.url(), "eu-west-1", "test", "wrong", Policies::Wide).await.expect_err("a wrong secret");
    assert!(wrong.to_string().contains("InvalidSignatureException"), "{wrong}");
    let url = aws.url().to_owned();
    aws.stop().await;
    let error = demo(&url, "eu-west-1", "test", "test", Policies::Wide).await.expect_err("nobody listens");
    assert!(matches!(error, ProvisionError::Unsent { .. }));
}
