//! S3.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::TryStreamExt;
use poolpass::Error;
use poolpass::platform::BoxFuture;
use poolpass::s3::{Bucket, ByteRange, GetOptions, UploadState};

use super::{Call, Operation, Probe, SIGNED_IN, Step, WITH_CREDENTIALS};
use crate::fixture::Fixture;

const CONTENT: &str = "hello, environment";
/// Two parts: of the least size that S3 takes, and of a few bytes.
const PART: usize = 5 * 1024 * 1024;
const LARGE: usize = PART + 10;

/// The object is there.
const STORED: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        bucket(fixture)?.put(key(fixture), CONTENT).await?;
        Ok(())
    })
};

/// An upload in parts was begun and interrupted.
const INTERRUPTED: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        let state = Arc::<Mutex<Option<UploadState>>>::default();
        let kept = Arc::clone(&state);
        // One part is there, then the connection fails.
        fixture.active_fault.begin(crate::transport::Plan {
            fault: "403 page",
            target: "CompleteMultipartUpload",
            once: false,
        });
        let upload = bucket(fixture)?
            .upload(key(fixture), large())
            .part_size(PART as u64)
            .on_resumable(move |state| *kept.lock().unwrap() = Some(state));
        let failed = upload.await;
        fixture.active_fault.end();
        anyhow::ensure!(failed.is_err(), "the upload was to be interrupted");
        let state = state.lock().unwrap().take().context("the upload has no state")?;
        fixture.keep(|kept| kept.upload = Some(state));
        Ok(())
    })
};

const IS_THERE: Probe =
    |fixture| Box::pin(async { Ok(u32::from(size(fixture).await? == Some(CONTENT.len() as u64))) });
const IS_GONE: Probe = |fixture| Box::pin(async { Ok(u32::from(size(fixture).await?.is_none())) });
const IS_UPLOADED: Probe =
    |fixture| Box::pin(async { Ok(u32::from(size(fixture).await? == Some(LARGE as u64))) });

const UPLOAD: Call = |fixture| {
    Box::pin(async { bucket(fixture)?.upload(key(fixture), large()).part_size(PART as u64).await.map(drop) })
};
const RESUME: Call =
    |fixture| Box::pin(async { bucket(fixture)?.resume_upload(upload(fixture), large()).await.map(drop) });

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Bucket.get", STORED, |fixture| get(fixture, GetOptions::default(), CONTENT)),
    Operation::new("Bucket.get a range", STORED, |fixture| {
        get(fixture, GetOptions { range: Some(ByteRange::Between(2, 8)), ..GetOptions::default() }, "llo, e")
    }),
    Operation::new("Bucket.head", STORED, |fixture| {
        Box::pin(async { bucket(fixture)?.head(key(fixture)).await.map(drop) })
    }),
    Operation::new("Bucket.list", STORED, |fixture| {
        Box::pin(async {
            bucket(fixture)?.list(key(fixture)).items().try_collect::<Vec<_>>().await.map(drop)
        })
    }),
    Operation::new("Bucket.list page", STORED, |fixture| {
        Box::pin(async { bucket(fixture)?.list(key(fixture)).page().await.map(drop) })
    }),
    Operation::new("Bucket.list pages", STORED, |fixture| {
        Box::pin(async {
            let pages = bucket(fixture)?.list(key(fixture)).pages();
            pages.try_collect::<Vec<_>>().await.map(drop)
        })
    }),
    Operation::new("Bucket.put", WITH_CREDENTIALS, |fixture| {
        Box::pin(async { bucket(fixture)?.put(key(fixture), CONTENT).await.map(drop) })
    })
    .done(IS_THERE),
    Operation::new("Bucket.put if absent", WITH_CREDENTIALS, |fixture| {
        Box::pin(async { bucket(fixture)?.put(key(fixture), CONTENT).if_absent().await.map(drop) })
    })
    .done(IS_THERE),
    Operation::new("Bucket.copy", STORED, |fixture| {
        Box::pin(async { bucket(fixture)?.copy(key(fixture), copy(fixture)).await.map(drop) })
    })
    .done(|fixture| Box::pin(async { Ok(u32::from(bucket(fixture)?.head(copy(fixture)).await.is_ok())) })),
    Operation::new("Bucket.delete", STORED, |fixture| {
        Box::pin(async { bucket(fixture)?.delete(&key(fixture)).await })
    })
    .done(IS_GONE),
    Operation::new("Bucket.deleteMany", STORED, |fixture| {
        Box::pin(async { bucket(fixture)?.delete_many([key(fixture)]).await.map(drop) })
    })
    .done(IS_GONE),
    Operation::new("Bucket.upload begins", WITH_CREDENTIALS, UPLOAD).done(IS_UPLOADED),
    Operation::new("Bucket.upload", WITH_CREDENTIALS, UPLOAD).done(IS_UPLOADED),
    Operation::new("Bucket.upload completes", WITH_CREDENTIALS, UPLOAD).done(IS_UPLOADED),
    Operation::new("Bucket.resumeUpload", INTERRUPTED, RESUME).done(IS_UPLOADED),
    Operation::new("Bucket.abortUpload", INTERRUPTED, |fixture| {
        Box::pin(async { bucket(fixture)?.abort_upload(&upload(fixture)).await })
    })
    .done(|fixture| {
        Box::pin(async {
            let resumed = bucket(fixture)?.resume_upload(upload(fixture), large()).await;
            Ok(u32::from(resumed.is_err_and(|error| error.kind() == poolpass::ErrorKind::NotFound)))
        })
    }),
    Operation::new("Bucket.privatePath", SIGNED_IN, |fixture| {
        Box::pin(async { bucket(fixture)?.private_path("note").await.map(drop) })
    }),
    Operation::new("Bucket.presignGet", SIGNED_IN, |fixture| {
        Box::pin(async {
            bucket(fixture)?.presign_get(key(fixture), Duration::from_secs(60)).await.map(drop)
        })
    }),
    Operation::new("Bucket.presignGet file name", SIGNED_IN, |fixture| {
        Box::pin(async {
            bucket(fixture)?
                .presign_get(key(fixture), Duration::from_secs(60))
                .file_name("note.txt")
                .await
                .map(drop)
        })
    }),
    Operation::new("Bucket.presignPut", SIGNED_IN, |fixture| {
        Box::pin(async {
            bucket(fixture)?.presign_put(key(fixture), Duration::from_secs(60)).await.map(drop)
        })
    }),
];

fn bucket(fixture: &Fixture) -> Result<Bucket, Error> {
    fixture.client.s3()
}

fn key(fixture: &Fixture) -> String {
    format!("matrix/{}", fixture.user)
}

fn copy(fixture: &Fixture) -> String {
    format!("copies/{}", fixture.user)
}

fn large() -> Bytes {
    Bytes::from(vec![b'x'; LARGE])
}

fn upload(fixture: &Fixture) -> UploadState {
    let kept = fixture.kept.lock().unwrap();
    kept.upload.clone().expect("the operation has prepared an upload")
}

fn get<'a>(
    fixture: &'a Fixture,
    options: GetOptions,
    content: &'static str,
) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let body = bucket(fixture)?.get(key(fixture)).options(options).await?.bytes().await?;
        fixture.keep(|kept| kept.wrong_data = body != content);
        Ok(())
    })
}

/// The size of the object, if it is there.
async fn size(fixture: &Fixture) -> Result<Option<u64>> {
    match bucket(fixture)?.head(key(fixture)).await {
        Ok(metadata) => Ok(Some(metadata.size.unwrap_or_default())),
        Err(error) if error.kind() == poolpass::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
