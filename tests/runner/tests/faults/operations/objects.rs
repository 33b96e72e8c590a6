//! S3.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::TryStreamExt;
use poolpass::Error;
use poolpass::platform::BoxFuture;
use poolpass::s3::{Bucket, ByteRange, GetOptions, ListOptions, PutOptions, UploadState};

use super::{Call, Operation, Probe, SIGNED_IN, Step, WITH_CREDENTIALS};
use crate::stage::Stage;

const CONTENT: &str = "hello, world";
/// Two parts: of the least size that S3 takes, and of a few bytes.
const PART: usize = 5 * 1024 * 1024;
const LARGE: usize = PART + 10;

/// The object is there.
const STORED: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        bucket(stage)?.put(&key(stage), CONTENT).await?;
        Ok(())
    })
};

/// An upload in parts was begun and interrupted.
const INTERRUPTED: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        let state = Arc::<Mutex<Option<UploadState>>>::default();
        let kept = Arc::clone(&state);
        // One part is there, then the connection fails.
        stage.active_fault.begin(crate::transport::Plan {
            fault: "403 page",
            target: "CompleteMultipartUpload",
            once: false,
        });
        let upload = bucket(stage)?
            .upload(key(stage), large())
            .part_size(PART as u64)
            .on_resumable(move |state| *kept.lock().unwrap() = Some(state));
        let failed = upload.await;
        stage.active_fault.end();
        anyhow::ensure!(failed.is_err(), "the upload was to be interrupted");
        let state = state.lock().unwrap().take().context("the upload has no state")?;
        stage.keep(|kept| kept.upload = Some(state));
        Ok(())
    })
};

const IS_THERE: Probe =
    |stage| Box::pin(async { Ok(u32::from(size(stage).await? == Some(CONTENT.len() as u64))) });
const IS_GONE: Probe = |stage| Box::pin(async { Ok(u32::from(size(stage).await?.is_none())) });
const IS_UPLOADED: Probe =
    |stage| Box::pin(async { Ok(u32::from(size(stage).await? == Some(LARGE as u64))) });

const UPLOAD: Call = |stage| {
    Box::pin(async { bucket(stage)?.upload(key(stage), large()).part_size(PART as u64).await.map(drop) })
};
const RESUME: Call =
    |stage| Box::pin(async { bucket(stage)?.resume_upload(upload(stage), large()).await.map(drop) });

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Bucket.get", STORED, |stage| get(stage, GetOptions::default(), CONTENT)),
    Operation::new("Bucket.get a range", STORED, |stage| {
        get(
            stage,
            GetOptions { range: Some(ByteRange::Between(2, 8)), ..GetOptions::default() },
            &CONTENT[2..8],
        )
    }),
    Operation::new("Bucket.head", STORED, |stage| {
        Box::pin(async { bucket(stage)?.head(&key(stage)).await.map(drop) })
    }),
    Operation::new("Bucket.list", STORED, |stage| {
        Box::pin(async { bucket(stage)?.list(key(stage)).items().try_collect::<Vec<_>>().await.map(drop) })
    }),
    Operation::new("Bucket.list page", STORED, |stage| {
        Box::pin(async { bucket(stage)?.list(key(stage)).page().await.map(drop) })
    }),
    Operation::new("Bucket.list pages", STORED, |stage| {
        Box::pin(async {
            let pages = bucket(stage)?.list(key(stage)).pages();
            pages.try_collect::<Vec<_>>().await.map(drop)
        })
    }),
    Operation::new("Bucket.put", WITH_CREDENTIALS, |stage| {
        Box::pin(async { bucket(stage)?.put(&key(stage), CONTENT).await.map(drop) })
    })
    .done(IS_THERE),
    Operation::new("Bucket.put if absent", WITH_CREDENTIALS, |stage| {
        Box::pin(async { bucket(stage)?.put(key(stage), CONTENT).if_absent().await.map(drop) })
    })
    .done(IS_THERE),
    Operation::new("Bucket.copy", STORED, |stage| {
        Box::pin(async { bucket(stage)?.copy(&key(stage), &copy(stage)).await.map(drop) })
    })
    .done(|stage| Box::pin(async { Ok(u32::from(bucket(stage)?.head(&copy(stage)).await.is_ok())) })),
    Operation::new("Bucket.delete", STORED, |stage| {
        Box::pin(async { bucket(stage)?.delete(&key(stage)).await })
    })
    .done(IS_GONE),
    Operation::new("Bucket.deleteMany", STORED, |stage| {
        Box::pin(async { bucket(stage)?.delete_many([key(stage)]).await.map(drop) })
    })
    .done(IS_GONE),
    Operation::new("Bucket.upload begins", WITH_CREDENTIALS, UPLOAD).done(IS_UPLOADED),
    Operation::new("Bucket.upload", WITH_CREDENTIALS, UPLOAD).done(IS_UPLOADED),
    Operation::new("Bucket.upload completes", WITH_CREDENTIALS, UPLOAD).done(IS_UPLOADED),
    Operation::new("Bucket.resumeUpload", INTERRUPTED, RESUME).done(IS_UPLOADED),
    Operation::new("Bucket.abortUpload", INTERRUPTED, |stage| {
        Box::pin(async { bucket(stage)?.abort_upload(&upload(stage)).await })
    })
    .done(|stage| {
        Box::pin(async {
            let resumed = bucket(stage)?.resume_upload(upload(stage), large()).await;
            Ok(u32::from(resumed.is_err_and(|error| error.kind() == poolpass::ErrorKind::NotFound)))
        })
    }),
    Operation::new("Bucket.privatePath", SIGNED_IN, |stage| {
        Box::pin(async { bucket(stage)?.private_path("note").await.map(drop) })
    }),
    Operation::new("Bucket.presignGet", SIGNED_IN, |stage| {
        Box::pin(async { bucket(stage)?.presign_get(&key(stage), Duration::from_secs(60)).await.map(drop) })
    }),
    Operation::new("Bucket.presignGet file name", SIGNED_IN, |stage| {
        Box::pin(async {
            bucket(stage)?
                .presign_get(key(stage), Duration::from_secs(60))
                .file_name("note.txt")
                .await
                .map(drop)
        })
    }),
    Operation::new("Bucket.presignPut", SIGNED_IN, |stage| {
        Box::pin(async { bucket(stage)?.presign_put(key(stage), Duration::from_secs(60)).await.map(drop) })
    }),
];

fn bucket(stage: &Stage) -> Result<Bucket, Error> {
    stage.client.s3()
}

fn key(stage: &Stage) -> String {
    format!("matrix/{}", stage.user)
}

fn copy(stage: &Stage) -> String {
    format!("copies/{}", stage.user)
}

fn large() -> Bytes {
    Bytes::from(vec![b'x'; LARGE])
}

fn upload(stage: &Stage) -> UploadState {
    let kept = stage.kept.lock().unwrap();
    kept.upload.clone().expect("the operation has prepared an upload")
}

fn get<'a>(stage: &'a Stage, options: GetOptions, content: &'static str) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let body = bucket(stage)?.get(key(stage)).options(options).await?.bytes().await?;
        stage.keep(|kept| kept.wrong_data = body != content);
        Ok(())
    })
}

/// The size of the object, if it is there.
async fn size(stage: &Stage) -> Result<Option<u64>> {
    match bucket(stage)?.head(&key(stage)).await {
        Ok(metadata) => Ok(Some(metadata.size.unwrap_or_default())),
        Err(error) if error.kind() == poolpass::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
