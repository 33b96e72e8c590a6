//! Uses AWS as a guest.

use anyhow::Result;
use poolpass::ErrorKind;

use crate::environment::Environment;
use crate::step_log::StepLog;

pub(crate) async fn run(environment: &Environment, log: &mut StepLog) -> Result<()> {
    let guest = environment.client()?;
    log.step("get an identity as a guest", "GetId, GetCredentialsForIdentity", async {
        guest.credentials().await?;
        guest.identity_id().await
    })
    .await?;
    let bucket = guest.s3()?;
    let key = bucket.private_path("guest.txt").await?;
    let refused = [ErrorKind::AccessDenied];
    log.refused("be refused to write as a guest", "PutObject", &refused, bucket.put(&key, "x")).await
}
