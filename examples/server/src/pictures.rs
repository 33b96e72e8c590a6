//! Pictures in S3, below the prefix that is the person's own.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use poolpass::verify::VerifiedToken;

use crate::failure::Failure;
use crate::people::People;

const UNKNOWN_TYPE: &str = "application/octet-stream";

/// `GET /pictures/NAME`.
pub(crate) async fn read(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Failure> {
    let bucket = people.client(&token)?.s3()?;
    let picture = bucket.get(&bucket.private_path(&format!("pictures/{name}")).await?).await?;
    let content_type = picture.metadata().content_type.clone().unwrap_or_else(|| UNKNOWN_TYPE.to_owned());
    // A browser must not take a picture for a page.
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "sandbox".to_owned()),
    ];
    Ok((headers, picture.bytes().await?))
}

/// `PUT /pictures/NAME`.
pub(crate) async fn write(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Path(name): Path<String>,
    headers: HeaderMap,
    picture: Bytes,
) -> Result<StatusCode, Failure> {
    let bucket = people.client(&token)?.s3()?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let key = bucket.private_path(&format!("pictures/{name}")).await?;
    bucket.put(&key, picture).content_type(content_type.unwrap_or(UNKNOWN_TYPE)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /pictures/NAME`.
pub(crate) async fn delete(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    let bucket = people.client(&token)?.s3()?;
    bucket.delete(&bucket.private_path(&format!("pictures/{name}")).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}
