#![allow(clippy::all, warnings)]
use crate::config::*;
use crate::s3::*;
use crate::scripted_aws::ScriptedAws;
use crate::*;
use bytes::Bytes;
use futures_util::TryStreamExt;
use serde_json::json;

fn b(a: &ScriptedAws) -> Bucket {
    a.client(|c| c.bucket("photos")).s3().unwrap()
}
async fn get(status: u16, h: &[(&str, &str)], body: &str, o: GetOptions) -> String {
    let mut a = ScriptedAws::default();
    for _ in 0..6 {
        a = a.answer_text(status, h, body);
    }
    let r = async { b(&a).get_with("a", o).await?.bytes().await }.await;
    let n = a.take_sent().len();
    format!("{:?} sent {n}", r.map_err(|e| format!("{:?}: {e}", e.kind())))
}
#[tokio::test(start_paused = true)]
async fn s3() {
    let r = |a, z| GetOptions { range: Some(ByteRange::Between(a, z)), ..Default::default() };
    let f = |a| GetOptions { range: Some(ByteRange::From(a)), ..Default::default() };
    let l = |a| GetOptions { range: Some(ByteRange::Last(a)), ..Default::default() };
    for (o, s, h, body) in [
        (r(5, 8), 206, vec![("content-range", "bytes 5-6/*")], "56"),
        (r(5, 8), 206, vec![("content-range", "bytes 5-7/nonsense")], "567"),
        (r(5, 8), 206, vec![("content-range", "bytes 5-7/-1")], "567"),
        (r(5, 8), 206, vec![("content-range", "bytes +5-7/10")], "567"),
        (r(5, 8), 206, vec![("content-range", "BYTES 5-7/10")], "567"),
        (r(5, 8), 206, vec![("content-range", "bytes=5-7/10")], "567"),
        (r(5, 8), 206, vec![("content-range", "bytes 5-7/10"), ("content-range", "bytes 0-2/10")], "567"),
        (
            r(5, 8),
            206,
            vec![("content-range", "bytes 5-7/10"), ("content-type", "multipart/byteranges; boundary=x")],
            "567",
        ),
        (r(5, 8), 206, vec![("content-range", "bytes 5-7/10")], ""),
        (r(5, 8), 206, vec![("content-range", "bytes 5-7/10")], "5678"),
        (r(5, 8), 206, vec![("content-range", "bytes 5-7/10")], "56"),
        (
            r(5, 8),
            206,
            vec![("content-range", "bytes 5-7/10"), ("content-length", "3"), ("content-length", "4")],
            "567",
        ),
        (f(7), 206, vec![("content-range", "bytes 7-7/*")], "7"),
        (l(3), 206, vec![("content-range", "bytes 0-2/*")], "012"),
        (l(3), 206, vec![("content-range", "bytes 0-0/1")], "0"),
        (f(0), 200, vec![], "0123456789"),
        (f(0), 200, vec![("content-length", "10")], "0123456789"),
        (
            r(0, 0xffff),
            206,
            vec![("content-range", "bytes 0-9/10"), ("content-encoding", "gzip")],
            "0123456789",
        ),
        (GetOptions::default(), 200, vec![("x-amz-checksum-crc32", "AAAAAA==")], "0123456789"),
        (
            GetOptions::default(),
            200,
            vec![("x-amz-checksum-crc32", "AAAAAA=="), ("content-length", "10")],
            "0123456789",
        ),
        (GetOptions::default(), 200, vec![("content-length", "12")], "0123456789"),
        (GetOptions::default(), 200, vec![("content-length", "5")], "0123456789"),
        (GetOptions::default(), 200, vec![("content-length", "-5")], "0123456789"),
        (GetOptions::default(), 200, vec![("content-length", "0")], ""),
        (GetOptions::default(), 200, vec![], "<Error><Code>NoSuchKey</Code></Error>"),
        (GetOptions::default(), 203, vec![], "0123456789"),
        (GetOptions::default(), 200, vec![("x-amz-delete-marker", "true")], ""),
        (
            GetOptions::default(),
            200,
            vec![
                ("content-encoding", "gzip"),
                ("content-length", "10"),
                ("x-amz-checksum-crc32", "AAAAAA=="),
            ],
            "0123456789",
        ),
        (GetOptions { if_match: Some("\"d\"".into()), ..Default::default() }, 200, vec![], "x"),
        (
            GetOptions { version_id: Some("v".into()), ..Default::default() },
            200,
            vec![("x-amz-version-id", "w")],
            "x",
        ),
    ] {
        let mut hh = vec![("etag", "\"e\"")];
        hh.extend(h.clone());
        println!("{:?} {s} {h:?} {body:?}: {}", o.range, get(s, &hh, body, o.clone()).await);
    }
    for xml in [
        "<ListBucketResult><IsTruncated>True</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>1</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
        "<ListBucketResult><IsTruncated>yes</IsTruncated></ListBucketResult>",
        "<ListBucketResult><NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
        "<ListBucketResult><IsTruncated> true </IsTruncated><NextContinuationToken> t </NextContinuationToken></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>1e3</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key></Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>99999999999999999999</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>1</Size><LastModified>+99999-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>",
        "<ListBucketResult><Contents/></ListBucketResult>",
        "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%zz</Key><Size>1</Size></Contents></ListBucketResult>",
        "\u{feff}<ListBucketResult></ListBucketResult>",
        "<?xml version='1.0'?><ListBucketResult><Error/></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a&#x1;b</Key><Size>1</Size></Contents></ListBucketResult>",
        "<Error><Code>SlowDown</Code></Error>",
        "<ListBucketResult><KeyCount>3</KeyCount></ListBucketResult>",
        "<ListBucketResult><Name>other</Name><Prefix>zz</Prefix></ListBucketResult>",
        "<ListAllMyBucketsResult/>",
        "<ListBucketResult",
        "null",
        "{}",
        "[]",
    ] {
        let mut a = ScriptedAws::default();
        for _ in 0..6 {
            a = a.answer_text(200, &[], xml);
        }
        let p = b(&a).list_page(&ListOptions::default()).await;
        println!(
            "list {xml}: {:?}",
            p.map(|p| (p.objects.iter().map(|o| (o.key.clone(), o.size)).collect::<Vec<_>>(), p.next))
                .map_err(|e| format!("{:?}: {e}", e.kind()))
        );
    }
    for (xml, op) in [
        ("<CopyObjectResult><ETag>&quot;e&quot;</ETag></CopyObjectResult>", "copy"),
        ("<CopyObjectResult><ETag> </ETag></CopyObjectResult>", "copy"),
        ("<Error><Code>InternalError</Code></Error>", "copy"),
        ("<s:Error xmlns:s='x'><s:Code>InternalError</s:Code></s:Error>", "copy"),
        ("\u{feff}<Error><Code>AccessDenied</Code></Error>", "copy"),
        ("<CopyObjectResult><ETag>e</ETag><ETag>f</ETag></CopyObjectResult>", "copy"),
        (
            "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>",
            "del",
        ),
        ("<DeleteResult><Error><Code>InternalError</Code></Error></DeleteResult>", "del"),
        ("<DeleteResult><Error><Key>a</Key></Error></DeleteResult>", "del"),
        ("<DeleteResult><Deleted><Key>b</Key></Deleted></DeleteResult>", "del"),
        ("<DeleteResult/>", "del"),
    ] {
        let mut a = ScriptedAws::default();
        for _ in 0..6 {
            a = a.answer_text(200, &[], xml);
        }
        if op == "copy" {
            println!(
                "copy {xml}: {:?} sent {}",
                b(&a).copy("a", "b").await.map_err(|e| format!("{:?}: {e}", e.kind())),
                a.take_sent().len()
            );
        } else {
            println!(
                "del {xml}: {:?}",
                b(&a).delete_many(["a"]).await.map_err(|e| format!("{:?}: {e}", e.kind()))
            );
        }
    }
    for (s, h, body) in [
        (200, vec![("etag", "")], ""),
        (200, vec![("etag", "\"e\"")], " "),
        (201, vec![("etag", "\"e\"")], ""),
        (200, vec![("x-amz-request-id", "1")], ""),
        (200, vec![("etag", "\"e\""), ("x-amz-checksum-crc32", "AAAAAA==")], ""),
        (200, vec![("etag", "\"e\""), ("x-amz-checksum-crc32", "nonsense")], ""),
        (200, vec![("etag", "\"e\""), ("x-amz-checksum-sha256", "AAAA")], ""),
        (200, vec![("etag", "\"e\"")], "<Error><Code>InternalError</Code></Error>"),
        (304, vec![], ""),
        (412, vec![], ""),
        (100, vec![], ""),
        (600, vec![], ""),
        (999, vec![], ""),
    ] {
        let mut a = ScriptedAws::default();
        for _ in 0..6 {
            a = a.answer_text(s, &h, body);
        }
        println!(
            "put {s} {h:?} {body:?}: {:?} sent {}",
            b(&a).put("a", "x").await.map_err(|e| format!("{:?}: {e}", e.kind())),
            a.take_sent().len()
        );
    }
    // resumes
    let whole = [("etag", "\"e\""), ("content-length", "10")];
    for (s, h, body) in [
        (206, vec![("etag", "\"e\""), ("content-range", "bytes 4-9/*")], "456789"),
        (206, vec![("content-range", "bytes 4-9/10")], "456789"),
        (206, vec![("etag", "W/\"e\""), ("content-range", "bytes 4-9/10")], "456789"),
        (
            206,
            vec![("etag", "\"e\""), ("content-range", "bytes 4-9/10"), ("x-amz-version-id", "other")],
            "456789",
        ),
        (
            206,
            vec![("etag", "\"e\""), ("content-range", "bytes 4-9/10"), ("content-encoding", "gzip")],
            "456789",
        ),
        (206, vec![("etag", "\"e\""), ("content-range", "bytes 4-9/10")], "45678"),
        (206, vec![("etag", "\"e\""), ("content-range", "bytes 4-9/10")], "4567890"),
        (200, vec![("etag", "\"e\""), ("content-length", "10")], "0123456789"),
        (416, vec![], "<Error><Code>InvalidRange</Code></Error>"),
        (412, vec![], ""),
        (304, vec![], ""),
        (404, vec![], "<Error><Code>NoSuchKey</Code></Error>"),
    ] {
        let mut a = ScriptedAws::default().answer_cut_off(200, &whole, "0123");
        for _ in 0..9 {
            a = a.answer_text(s, &h, body);
        }
        let r = async { b(&a).get("a").await?.bytes().await }.await;
        println!(
            "resume {s} {h:?} {body:?}: {:?} sent {}",
            r.map_err(|e| format!("{:?}: {e}", e.kind())),
            a.take_sent().len()
        );
    }
    let mut a = ScriptedAws::default().answer_cut_off(
        200,
        &[("etag", "\"e\""), ("content-length", "10"), ("x-amz-version-id", "v1")],
        "0123",
    );
    a = a.answer_text(
        206,
        &[("etag", "\"e\""), ("content-range", "bytes 4-9/10"), ("x-amz-version-id", "v2")],
        "456789",
    );
    let r = async { b(&a).get("a").await?.bytes().await }.await;
    println!("resume other version: {:?} {:?}", r.map_err(|e| e.to_string()), a.take_sent()[1].uri());
    // uploads
    for up in [
        "<InitiateMultipartUploadResult><UploadId> </UploadId></InitiateMultipartUploadResult>",
        "<InitiateMultipartUploadResult><Bucket>o</Bucket><Key>zz</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>",
        "<InitiateMultipartUploadResult><UploadId>u\n</UploadId></InitiateMultipartUploadResult>",
    ] {
        let mut a = ScriptedAws::default().answer_text(200, &[], up);
        a = a.answer_text(200, &[("etag", "\"1\"")], "").answer_text(200, &[("etag", "\"2\"")], "").answer_text(200, &[], "<CompleteMultipartUploadResult><ETag>e</ETag><Key>other</Key></CompleteMultipartUploadResult>");
        let r = b(&a).upload("k", vec![0u8; 6 << 20]).part_size(0).concurrency(1).await;
        println!(
            "upload {up}: {:?} {:?}",
            r.map_err(|e| e.to_string()),
            a.take_sent().iter().map(|r| r.uri().to_string()).collect::<Vec<_>>()
        );
    }
    for (ps, size) in
        [(u64::MAX, None), (0, Some(u64::MAX)), (5 << 20, Some(u64::MAX)), (u64::MAX - 5, Some(5))]
    {
        let mut a = ScriptedAws::default();
        let state: UploadState = serde_json::from_value(json!({"version":1,"bucket":"photos","key":"a","uploadId":"u","partSize":ps,"size":size,"wholeChecksum":true})).unwrap();
        for _ in 0..4 {
            a = a.answer_text(200, &[], "<ListPartsResult><UploadId>other</UploadId></ListPartsResult>");
        }
        let bb = b(&a);
        let r =
            tokio::spawn(
                async move { bb.resume_upload(state, vec![0u8; 5]).await.map_err(|e| e.to_string()) },
            )
            .await;
        println!("resume upload {ps} {size:?}: {r:?}");
    }
    let a = ScriptedAws::default();
    let bb = b(&a);
    println!(
        "part size max: {:?}",
        tokio::spawn(async move {
            bb.upload("k", vec![0u8; 5]).part_size(u64::MAX).await.map_err(|e| e.to_string())
        })
        .await
    );
}

#[tokio::test(start_paused = true)]
async fn refusals() {
    for (s, h, body) in [
        (404, vec![], r#"{"code":"NOTE_NOT_FOUND","message":"m"}"#),
        (403, vec![], r#"{"code":"E42"}"#),
        (401, vec![], r#"{"code":"bad_token"}"#),
        (409, vec![], r#"{"code":"x"}"#),
        (412, vec![], r#"{"code":"x"}"#),
        (429, vec![], r#"{"code":"x"}"#),
        (500, vec![], r#"{"code":"x"}"#),
        (503, vec![], r#"{"code":"x"}"#),
        (404, vec![], r#"{"code":404,"message":"m"}"#),
        (404, vec![], r#"{"Code":"NoSuchKey","Message":"m"}"#),
        (400, vec![("x-amzn-errortype", "")], r#"{"__type":"ThrottlingException"}"#),
        (400, vec![("x-amzn-errortype", "NotFoundException:http://x/#frag")], "{}"),
        (400, vec![("x-amzn-errortype", "com.amazonaws.x#AccessDeniedException:http://internal/y#z")], "{}"),
        (400, vec![("x-amzn-errortype", "  AccessDeniedException  ")], "{}"),
        (400, vec![("x-amzn-errortype", "AccessDeniedException,Other")], "{}"),
        (400, vec![], "\u{feff}{\"__type\":\"AccessDeniedException\"}"),
        (400, vec![], "\u{feff}<Error><Code>AccessDenied</Code></Error>"),
        (400, vec![], r#"{"__type":["AccessDeniedException"]}"#),
        (400, vec![], r#"{"__type":null,"code":"AccessDeniedException"}"#),
        (400, vec![], r#"{"__type":"","code":"AccessDeniedException"}"#),
        (400, vec![], r#"{"__type":"A","__type":"AccessDeniedException"}"#),
        (400, vec![], r#"{"error":{"code":"AccessDeniedException","message":"m"}}"#),
        (400, vec![], r#"{"message":{"a":1}}"#),
        (400, vec![], r#"{"Message":"A","message":"b"}"#),
        (400, vec![], r#"["x"]"#),
        (400, vec![], "null"),
        (400, vec![], "\"AccessDenied\""),
        (400, vec![], "<Error><Code> AccessDenied </Code><Message> m </Message></Error>"),
        (
            400,
            vec![],
            "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>",
        ),
        (
            400,
            vec![],
            "<ErrorResponse><Error><Code>Throttling</Code></Error><RequestId>r</RequestId></ErrorResponse>",
        ),
        (400, vec![], "<Error><Code/></Error>"),
        (400, vec![], "<soap:Fault xmlns:soap='x'><Code>AccessDenied</Code></soap:Fault>"),
        (400, vec![("x-amzn-query-error", "")], r#"{"__type":"a#QueueDoesNotExist"}"#),
        (400, vec![("x-amzn-query-error", ";Sender")], r#"{"__type":"a#AccessDeniedException"}"#),
        (400, vec![("x-amzn-query-error", "Throttling;Sender")], r#"{"__type":"a#Q"}"#),
        (200, vec![], r#"{"__type":"AccessDeniedException","message":"m"}"#),
        (301, vec![], ""),
        (302, vec![("location", "https://evil.example/")], ""),
        (307, vec![("location", "https://x")], ""),
        (304, vec![], ""),
        (418, vec![], ""),
        (405, vec![], ""),
        (505, vec![], ""),
        (599, vec![], ""),
        (403, vec![], r#"{"message":null}"#),
        (
            403,
            vec![],
            r#"{"Message":"User is not authorized to access this resource with an explicit deny"}"#,
        ),
        (403, vec![("x-amzn-errortype", "ForbiddenException")], r#"{"message":"Forbidden"}"#),
        (
            403,
            vec![("x-amzn-errortype", "MissingAuthenticationTokenException")],
            r#"{"message":"Missing Authentication Token"}"#,
        ),
        (401, vec![("x-amzn-errortype", "UnauthorizedException")], r#"{"message":"Unauthorized"}"#),
        (500, vec![("x-amzn-errortype", "InternalServerErrorException")], "{}"),
        (
            504,
            vec![("x-amzn-errortype", "InternalServerErrorException")],
            r#"{"message": "Endpoint request timed out"}"#,
        ),
        (413, vec![("x-amzn-errortype", "RequestTooLargeException")], "{}"),
        (400, vec![("retry-after", "99999999999999999999999")], r#"{"__type":"ThrottlingException"}"#),
        (503, vec![("retry-after", "-1")], ""),
        (400, vec![], r#"{"code":"Something went wrong: see https://x#y"}"#),
        (400, vec![], r#"{"code":"EC2ThrottledException"}"#),
        (400, vec![], r#"{"code":"PriorRequestNotComplete"}"#),
        (400, vec![], r#"{"code":"AllAccessDisabled"}"#),
    ] {
        let mk = || {
            let mut a = ScriptedAws::default();
            for _ in 0..9 {
                a = a.answer_text(s, &h, body);
            }
            a
        };
        let show = |e: Error| format!("{:?} code {:?}: {}", e.kind(), e.aws_code(), e.message());
        let a = mk();
        let r =
            a.client(|c| c.api_url("https://api.example/prod")).signed("execute-api").get("/x").send().await;
        let n = a.take_sent().len();
        let a2 = mk();
        let r2 = b(&a2).list_page(&ListOptions::default()).await;
        let n2 = a2.take_sent().len();
        let a3 = mk();
        let r3 = a3.client(|c| c).table("t").put(crate::dynamodb::Item::new().with("a", "b")).await;
        println!(
            "{s} {h:?} {body}\n    any {n} {:?}\n    s3  {n2} {:?}\n    ddb {} {:?}",
            r.map(|_| ()).map_err(show),
            r2.map(|_| ()).map_err(show),
            a3.take_sent().len(),
            r3.map(|_| ()).map_err(show)
        );
    }
}
