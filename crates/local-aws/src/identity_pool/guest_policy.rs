//! The session policy that Cognito gives guests in the enhanced flow, whatever their role allows: the services
//! of the developer guide's inline policy, and those of `AmazonCognitoUnAuthedIdentitiesSessionPolicy`. Guests of
//! the basic flow have none.

use serde_json::json;

use crate::{
    error::AwsError,
    iam::{Policy, PolicyKind},
};

const ACTIONS: [&str; 48] = [
    "appsync:*",
    "cloudwatch:*",
    "codewhisperer:GenerateRecommendations",
    "cognito-identity:*",
    "cognito-idp:*",
    "cognito-sync:*",
    "comprehend:*",
    "dynamodb:*",
    "execute-api:*",
    "firehose:*",
    "gamelift:*",
    "geo:*DevicePosition*",
    "geo:*Geofence",
    "geo:*Geofences",
    "geo:CalculateRoute*",
    "geo:GetMap*",
    "geo:GetPlace",
    "geo:SearchPlaceIndex*",
    "iot:*",
    "kinesis:*",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "lambda:*",
    "lex:*",
    "logs:*",
    "machinelearning:*",
    "mobileanalytics:*",
    "mobiletargeting:*",
    "personalize:*",
    "polly:*",
    "rekognition:*",
    "rum:PutRumEvents",
    "s3:*",
    "sagemaker:InvokeEndpoint",
    "sdb:*",
    "ses:*",
    "sns:*",
    "sqs:*",
    "textract:AnalyzeDocument",
    "textract:DetectDocumentText",
    "transcribe:*",
    "translate:*",
];

pub(super) fn policy() -> Result<Policy, AwsError> {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Action": ACTIONS.as_slice(), "Resource": "*" },
    });
    Policy::parse(&document.to_string(), PolicyKind::Identity).map_err(|error| AwsError::internal(&error))
}
