//! The demo's bucket and table.

use std::time::Duration;

use http::Method;
use serde_json::json;

use super::{Client, ProvisionError};

/// The headers of S3's answers that a page may read: those that the SDK reads, and `author` as an example of user metadata. S3
/// does not allow a wildcard here.
const EXPOSED_HEADERS: [&str; 16] = [
    "Age",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Range",
    "Date",
    "ETag",
    "Last-Modified",
    "Retry-After",
    "x-amz-bucket-region",
    "x-amz-checksum-crc32",
    "x-amz-checksum-type",
    "x-amz-meta-author",
    "x-amz-request-id",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-version-id",
];

/// The body of CreateBucket in a region.
pub(super) fn create_location(region: &str) -> String {
    match region {
        "us-east-1" => String::new(),
        _ => format!(
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        ),
    }
}

pub(super) async fn create_bucket(client: &Client, bucket: &str) -> Result<(), ProvisionError> {
    client.s3("CreateBucket", Method::PUT, bucket, &[], create_location(&client.region)).await?;
    let exposed: String = EXPOSED_HEADERS.map(|name| format!("<ExposeHeader>{name}</ExposeHeader>")).concat();
    let cors = format!(
        "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><CORSRule>\
         <AllowedOrigin>*</AllowedOrigin><AllowedHeader>*</AllowedHeader>\
         <AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>\
         <AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>\
         <AllowedMethod>DELETE</AllowedMethod>{exposed}\
         <MaxAgeSeconds>3000</MaxAgeSeconds></CORSRule></CORSConfiguration>"
    );
    let digest = md5_of(&cors);
    client
        .s3("PutBucketCors", Method::PUT, &format!("{bucket}?cors="), &[("content-md5", &digest)], cors)
        .await?;
    let (key, content_type) = (format!("{bucket}/public/welcome.txt"), ("content-type", "text/plain"));
    client.s3("PutObject", Method::PUT, &key, &[content_type], "Everybody may read this.\n").await?;
    Ok(())
}

/// The digest that S3 requires with PutBucketCors.
pub(super) fn md5_of(text: &str) -> String {
    use base64::Engine;
    use s3s::crypto::Checksum;
    base64::engine::general_purpose::STANDARD.encode(s3s::crypto::Md5::checksum(text.as_bytes()))
}

pub(super) async fn create_table(client: &Client, table: &str) -> Result<(), ProvisionError> {
    let input = json!({
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "sk", "AttributeType": "S" },
        ],
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
    });
    client.json("dynamodb", "DynamoDB_20120810.CreateTable", &input).await?;
    wait_for_table(client, table).await
}

pub(super) async fn wait_for_table(client: &Client, table: &str) -> Result<(), ProvisionError> {
    const WAIT: Duration = Duration::from_millis(100);
    const TRIES: u32 = 600;

    for _ in 0..TRIES {
        let describe = json!({ "TableName": table });
        let answer = client.json("dynamodb", "DynamoDB_20120810.DescribeTable", &describe).await?;
        if answer["Table"]["TableStatus"] == "ACTIVE" {
            return Ok(());
        }
        tokio::time::sleep(WAIT).await;
    }
    Err(ProvisionError::unexpected("DescribeTable"))
}
