//! Refreshes the tokens and signs out.

use anyhow::Result;
use poolpass::ErrorKind;

use crate::people::People;
use crate::step_log::StepLog;

pub(crate) async fn run(people: &People, log: &mut StepLog) -> Result<()> {
    let People { laptop, phone, .. } = people;
    log.step("refresh the session", "GetTokensFromRefreshToken", laptop.refresh()).await?;
    log.step("sign out everywhere", "GlobalSignOut", laptop.sign_out_everywhere()).await?;
    let (ended, signed_out) = ([ErrorKind::SessionEnded], [ErrorKind::SignedOut]);
    let calls = "GetUser, GetTokensFromRefreshToken";
    log.refused("learn on the phone that the tokens are dead", calls, &ended, phone.account().attributes())
        .await?;
    log.refused("have no token left on the phone", "(none)", &signed_out, phone.id_token()).await?;
    log.refused("have no token left on the laptop", "(none)", &signed_out, laptop.id_token()).await
}
