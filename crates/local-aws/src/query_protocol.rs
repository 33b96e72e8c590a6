use crate::{
    aws_json,
    error::AwsError,
    server::{Request, Response},
};

pub(crate) fn error_response(_request: &Request, error: &AwsError) -> Response {
    aws_json::error_response(error)
}
