//! The policies of the demo's two roles.

use serde_json::{Value, json};

use super::Policies;

/// The demo's resources, as policies name them.
pub(super) struct Resources<'a> {
    pub(super) region: &'a str,
    pub(super) bucket: &'a str,
    pub(super) table: &'a str,
}

const IDENTITY: &str = "${cognito-identity.amazonaws.com:sub}";
const ITEM_ACTIONS: [&str; 8] = [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
];
const OBJECT_ACTIONS: [&str; 5] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
];

/// A signed-in user has the objects below `private/IDENTITY_ID/` and the items whose partition key is the identity ID, may read
/// objects below `public/`, and may call the API.
pub(super) fn authenticated(resources: &Resources<'_>, policies: Policies) -> Value {
    let Resources { bucket, .. } = resources;
    if policies == Policies::Wide {
        return wide(resources, &OBJECT_ACTIONS);
    }
    json!({ "Version": "2012-10-17", "Statement": [
        own_items(resources),
        public_objects(bucket),
        {
            "Sid": "OwnObjects",
            "Effect": "Allow",
            "Action": OBJECT_ACTIONS,
            "Resource": format!("arn:aws:s3:::{bucket}/private/{IDENTITY}/*"),
        },
        {
            "Sid": "OwnListing",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": format!("arn:aws:s3:::{bucket}"),
            "Condition": { "StringLike": { "s3:prefix": [
                format!("private/{IDENTITY}/*"), "public/*",
            ] } },
        },
        {
            "Sid": "Api",
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:*:*:*",
        },
    ] })
}

/// A guest has the items of its own partition and may read objects below `public/`.
pub(super) fn unauthenticated(resources: &Resources<'_>, policies: Policies) -> Value {
    if policies == Policies::Wide {
        return wide(resources, &["s3:GetObject"]);
    }
    json!({ "Version": "2012-10-17", "Statement": [own_items(resources), public_objects(resources.bucket)] })
}

/// Lets the identities of one pool assume the role: `kind` is `authenticated` or `unauthenticated`.
pub(super) fn trust(identity_pool_id: &str, kind: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": { "cognito-identity.amazonaws.com:aud": identity_pool_id },
            "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": kind },
        },
    }] })
}

fn own_items(resources: &Resources<'_>) -> Value {
    json!({
        "Sid": "OwnItems",
        "Effect": "Allow",
        "Action": ITEM_ACTIONS,
        "Resource": format!("arn:aws:dynamodb:{}:*:table/{}", resources.region, resources.table),
        "Condition": { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [IDENTITY] } },
    })
}

fn public_objects(bucket: &str) -> Value {
    json!({
        "Sid": "PublicObjects",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{bucket}/public/*"),
    })
}

fn wide(resources: &Resources<'_>, object_actions: &[&str]) -> Value {
    let Resources { region, bucket, table } = resources;
    json!({ "Version": "2012-10-17", "Statement": [
        {
            "Effect": "Allow",
            "Action": ITEM_ACTIONS,
            "Resource": format!("arn:aws:dynamodb:{region}:*:table/{table}"),
        },
        { "Effect": "Allow", "Action": object_actions, "Resource": format!("arn:aws:s3:::{bucket}/*") },
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": format!("arn:aws:s3:::{bucket}") },
    ] })
}
