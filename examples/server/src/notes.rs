//! Notes in DynamoDB, in the form of `examples/web`.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use http::StatusCode;
use poolpass::dynamodb::{AttributeValue, ReturnValues, attribute};
use poolpass::verify::VerifiedToken;
use poolpass::{Client, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::failure::Failure;
use crate::note::{Changes, Draft, Note, PREFIX, Picture, StoredNote, key};
use crate::people::People;

const PAGE: u32 = 20;

/// Notes, newest first, and the id after which older ones follow.
#[derive(Serialize)]
pub(crate) struct Page {
    notes: Vec<Note>,
    older: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Start {
    older: Option<String>,
}

/// `GET /notes`, and `GET /notes?older=ID` for those that follow.
pub(crate) async fn list(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    start: Result<Query<Start>, QueryRejection>,
) -> Result<Json<Page>, Failure> {
    let Query(start) = start?;
    let client = people.client(&token)?;
    let me = client.identity_id().await?;
    let mine = attribute("pk").eq(&me).and(attribute("sk").begins_with(PREFIX));
    let mut query = client.dynamodb()?.query::<StoredNote>(mine).descending().page_size(PAGE);
    if let Some(id) = start.older {
        query = query.exclusive_start_key(key(&me, &id)?);
    }
    let page = query.page().await?;
    let has_older = page.last_evaluated_key.is_some();
    let notes: Vec<_> = page.items.into_iter().map(Note::from).collect();
    let older = notes.last().filter(|_| has_older).map(|note| note.id.clone());
    Ok(Json(Page { notes, older }))
}

/// `PUT /notes/ID`: writes or replaces a note.
pub(crate) async fn write(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Path(id): Path<String>,
    draft: Result<Json<Draft>, JsonRejection>,
) -> Result<Json<Note>, Failure> {
    let Json(Draft { text, place, pictures }) = draft?;
    let client = people.client(&token)?;
    let pk = client.identity_id().await?;
    key(&pk, &id)?;
    let note = StoredNote { pk, sk: id, text, place, pictures };
    client.dynamodb()?.put(&note).await?;
    Ok(Json(note.into()))
}

/// `PATCH /notes/ID`: changes a note that exists. Pictures are changed only if they are still those that the client has read; when the
/// answer was lost, the request can be sent again.
pub(crate) async fn change(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Path(id): Path<String>,
    changes: Result<Json<Changes>, JsonRejection>,
) -> Result<Json<Note>, Failure> {
    let Json(Changes { text, place, pictures }) = changes?;
    if text.is_none() && place.is_none() && pictures.is_none() {
        return Err(Failure::invalid_input("a change has a text, a place or pictures"));
    }
    let client = people.client(&token)?;
    let mut update = client.dynamodb()?.update(key(&client.identity_id().await?, &id)?);
    for (name, value) in [("text", text), ("place", place)] {
        if let Some(value) = value {
            update = update.set(name, value);
        }
    }
    let mut condition = attribute("pk").exists();
    if let Some(pictures) = pictures {
        let (from, to) = (stored(&pictures.from), stored(&pictures.to));
        update = update.set("pictures", to.clone());
        let now = || attribute("pictures");
        condition = condition.and(now().eq(from).or(now().eq(to)));
    }
    let update = update.condition(condition).return_old_on_condition_check_failure();
    let changed = update.return_values::<StoredNote>(ReturnValues::AllNew).await;
    match changed {
        Ok(Some(note)) => Ok(Json(note.into())),
        Err(error) if error.kind() != ErrorKind::ConditionFailed || error.item().is_some() => {
            Err(error.into())
        }
        Ok(None) | Err(_) => Err(Failure::not_found("there is no note with this id")),
    }
}

/// `DELETE /notes/ID`: deletes a note with its pictures. The note goes last, so that what fails half-way can be done again.
pub(crate) async fn delete(
    State(people): State<People>,
    Extension(token): Extension<VerifiedToken>,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let client = people.client(&token)?;
    let key = key(&client.identity_id().await?, &id)?;
    let table = client.dynamodb()?;
    let note: Option<StoredNote> = table.get(&key).consistent_read().await?;
    if let Some(note) = note {
        delete_pictures(&client, &note.pictures).await?;
        table.delete(key).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn delete_pictures(client: &Client, pictures: &[Picture]) -> Result<(), Failure> {
    if pictures.is_empty() {
        return Ok(());
    }
    let deleted = client.s3()?.delete_many(pictures.iter().map(|picture| &picture.key)).await?;
    match deleted.errors.into_iter().next() {
        Some((_, error)) => Err(error.into()),
        None => Ok(()),
    }
}

fn stored(pictures: &[Picture]) -> AttributeValue {
    AttributeValue::from(json!(pictures))
}
