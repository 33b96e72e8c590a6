use crate::{
    account::Account,
    aws_json,
    error::AwsError,
    server::{Request, Response},
};

pub(crate) async fn handle(_account: &Account, request: &Request) -> Response {
    let message = format!("The operation {} is unknown.", request.operation);
    aws_json::error_response(&AwsError::new("UnknownOperationException", message))
}
