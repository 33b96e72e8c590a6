//! Uses DynamoDB: the user's own partition, and another user's.

use anyhow::{Result, ensure};
use poolpass::ErrorKind;
use poolpass::dynamodb::{Item, ReturnValues, attribute};
use serde::{Deserialize, Serialize};

use crate::people::People;
use crate::step_log::StepLog;

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Note {
    pk: String,
    sk: String,
    title: String,
    revision: u64,
}

const SOMEBODY_ELSE: &str = "eu-west-1:00000000-0000-4000-8000-000000000000";

pub(crate) async fn run(people: &People, log: &mut StepLog) -> Result<()> {
    let table = people.laptop.dynamodb()?;
    let me = &people.identity_id;

    for (sk, title) in [("note-1", "Bernoulli numbers"), ("note-2", "Punched cards")] {
        let note = Note { pk: me.clone(), sk: sk.to_owned(), title: title.to_owned(), revision: 1 };
        log.step(&format!("write the note {title:?}"), "PutItem", table.put(&note)).await?;
    }
    let query = table.query(attribute("pk").eq(me).and(attribute("sk").begins_with("note-")));
    let notes: Vec<Note> = log.step("query the own notes", "Query", query).await?;
    ensure!(notes.len() == 2, "expected two notes, got {notes:?}");

    let key = Item::new().with("pk", me).with("sk", "note-1");
    let update = table.update(&key).add("revision", 1).return_values::<Note>(ReturnValues::AllNew);
    let updated = log.step("count a revision up", "UpdateItem", update).await?;
    ensure!(updated.is_some_and(|note| note.revision == 2), "the revision was not counted");

    let foreign = Item::new().with("pk", SOMEBODY_ELSE).with("sk", "note-1");
    let refused = [ErrorKind::AccessDenied];
    log.refused("be refused another person's partition", "GetItem", &refused, table.get::<Note>(&foreign))
        .await?;

    for sk in ["note-1", "note-2"] {
        let key = Item::new().with("pk", me).with("sk", sk);
        log.step(&format!("delete {sk}"), "DeleteItem", table.delete(&key)).await?;
    }
    Ok(())
}
