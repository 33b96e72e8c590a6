//! Refreshes the tokens and signs out.

use anyhow::Result;
use poolpass::ErrorKind;

use crate::narrator::Narrator;
use crate::people::People;

pub(crate) async fn tell(people: &People, narrator: &mut Narrator) -> Result<()> {
    let People { laptop, phone, .. } = people;
    narrator.step("refresh the session", "GetTokensFromRefreshToken", laptop.refresh()).await?;
    narrator.step("sign out everywhere", "GlobalSignOut", laptop.sign_out_everywhere()).await?;
    let (ended, signed_out) = ([ErrorKind::SessionEnded], [ErrorKind::SignedOut]);
    let calls = "GetUser, GetTokensFromRefreshToken";
    narrator
        .refused("learn on the phone that the tokens are dead", calls, &ended, phone.account().attributes())
        .await?;
    narrator.refused("have no token left on the phone", "(none)", &signed_out, phone.id_token()).await?;
    narrator.refused("have no token left on the laptop", "(none)", &signed_out, laptop.id_token()).await
}
