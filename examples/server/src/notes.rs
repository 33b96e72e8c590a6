//! Notes in DynamoDB, in the form of `examples/web`.

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::StatusCode;
use poolpass::dynamodb::{Item, attribute};
use poolpass::verify::VerifiedToken;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::people::People;

/// The sort keys of notes.
const PREFIX: &str = "note#";
const PAGE: u32 = 20;

/// A note as the table has it.
#[derive(Serialize, Deserialize)]
struct StoredNote {
    pk: String,
    sk: String,
    #[serde(flatten)]
    draft: Draft,
}

/// The part of a note that a person writes.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Draft {
    text: String,
    place: String,
    #[serde(default)]
    pictures: Vec<Value>,
}

/// A note as the API shows it.
#[derive(Serialize)]
pub(crate) struct Note {
    id: String,
    #[serde(flatten)]
    draft: Draft,
}

/// Notes, newest first, and the id after which older ones follow.
#[derive(Serialize)]
pub(crate) struct Page {
    notes: Vec<Note>,
    older: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct From {
    older: Option<String>,
}

/// `GET /notes`, and `GET /notes?older=ID` for those that follow.
pub(crate) async fn list(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Query(from): Query<From>,
) -> Result<Json<Page>, Failure> {
    let client = people.client(&token)?;
    let me = client.identity_id().await?;
    let mine = attribute("pk").eq(&me).and(attribute("sk").begins_with(PREFIX));
    let mut query = client.dynamodb()?.query::<StoredNote>(mine).descending().page_size(PAGE);
    if let Some(id) = from.older {
        query = query.exclusive_start_key(key(&me, &id));
    }
    let page = query.page().await?;
    let has_older = page.last_evaluated_key.is_some();
    let notes: Vec<_> =
        page.items.into_iter().map(|StoredNote { sk, draft, .. }| Note { id: sk, draft }).collect();
    let older = notes.last().filter(|_| has_older).map(|note| note.id.clone());
    Ok(Json(Page { notes, older }))
}

/// `PUT /notes/ID`: writes or replaces a note.
pub(crate) async fn write(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Path(id): Path<String>,
    Json(draft): Json<Draft>,
) -> Result<Json<Note>, Failure> {
    let client = people.client(&token)?;
    let pk = client.identity_id().await?;
    client.dynamodb()?.put(&StoredNote { pk, sk: id.clone(), draft: draft.clone() }).await?;
    Ok(Json(Note { id, draft }))
}

/// `DELETE /notes/ID`.
pub(crate) async fn delete(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let client = people.client(&token)?;
    let me = client.identity_id().await?;
    client.dynamodb()?.delete(key(&me, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn key(me: &str, id: &str) -> Item {
    Item::new().with("pk", me).with("sk", id)
}
