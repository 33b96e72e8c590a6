//! Uses AWS as a guest.

use anyhow::Result;
use poolpass::ErrorKind;

use crate::narrator::Narrator;
use crate::setting::Setting;

pub(crate) async fn tell(setting: &Setting, narrator: &mut Narrator) -> Result<()> {
    let guest = setting.client()?;
    narrator
        .step("get an identity as a guest", "GetId, GetCredentialsForIdentity", async {
            guest.credentials().await?;
            guest.identity_id().await
        })
        .await?;
    let bucket = guest.s3()?;
    let key = bucket.private_path("guest.txt").await?;
    let refused = [ErrorKind::AccessDenied];
    narrator.refused("be refused to write as a guest", "PutObject", &refused, bucket.put(&key, "x")).await
}
