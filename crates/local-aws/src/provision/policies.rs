//! The policies of the demo's two roles: those of `examples/infra/template.yaml`, so that the tests run with what is deployed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Policies, ProvisionError,
    template::{Created, Template},
};
use crate::account::ACCOUNT_ID;

const TEMPLATE: &str = include_str!("../../../../examples/infra/template.yaml");

/// The demo's resources, as policies name them.
pub(super) struct Resources<'a> {
    pub(super) region: &'a str,
    pub(super) bucket: &'a str,
    pub(super) table: &'a str,
}

/// A signed-in user has the objects below `private/IDENTITY_ID/` and the items whose partition key is the identity ID, may read
/// objects below `public/`, and may call the API.
pub(super) fn authenticated(resources: &Resources<'_>, policies: Policies) -> Result<Value, ProvisionError> {
    match policies {
        Policies::PerIdentity => per_identity("AuthenticatedRole", resources),
        Policies::Wide => Ok(wide(resources, &OBJECT_ACTIONS)),
    }
}

/// A guest has the items of its own partition and may read objects below `public/`.
pub(super) fn unauthenticated(
    resources: &Resources<'_>,
    policies: Policies,
) -> Result<Value, ProvisionError> {
    match policies {
        Policies::PerIdentity => per_identity("UnauthenticatedRole", resources),
        Policies::Wide => Ok(wide(resources, &["s3:GetObject"])),
    }
}

/// Lets the identities of one pool assume the role: `kind` is `authenticated` or `unauthenticated`.
pub(super) fn trust(identity_pool_id: &str, region: &str, kind: &str) -> Result<Value, ProvisionError> {
    let role = if kind == "authenticated" { "AuthenticatedRole" } else { "UnauthenticatedRole" };
    let created = BTreeMap::from([("IdentityPool".to_owned(), Created::new(identity_pool_id))]);
    Template::parse(TEMPLATE)?.property(role, "/AssumeRolePolicyDocument", region, created)
}

fn per_identity(role: &str, resources: &Resources<'_>) -> Result<Value, ProvisionError> {
    let Resources { region, bucket, table } = resources;
    let created = [
        ("Bucket", Created::new(*bucket).with("Arn", format!("arn:aws:s3:::{bucket}"))),
        (
            "Table",
            Created::new(*table).with("Arn", format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:table/{table}")),
        ),
    ];
    let created = created.map(|(name, created)| (name.to_owned(), created)).into();
    Template::parse(TEMPLATE)?.property(role, "/Policies/0/PolicyDocument", region, created)
}

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
