"""boto3 keeps objects under the user's own prefix."""

import io
import urllib.error
import urllib.request

import pytest
from boto3.s3.transfer import TransferConfig

KEYS = ["plain.txt", "summer holiday.jpg", "1+1=2 100%.txt", "%2F%20.txt", "日本語/🦀.txt", "a//b///c.txt", "!*'();:@&=$,?#[].txt"]
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def s3(backend, ada):
    return backend.client("s3", ada.credentials)


@pytest.mark.parametrize("name", KEYS)
def test_an_object_comes_back_as_it_was_put(backend, s3, ada, name):
    key = own(ada, name)
    s3.put_object(Bucket=backend.bucket, Key=key, Body=name.encode(), ContentType="text/plain", Metadata={"kind": "note"})
    answer = s3.get_object(Bucket=backend.bucket, Key=key)
    assert answer["Body"].read() == name.encode()
    assert answer["ContentType"] == "text/plain"
    assert answer["Metadata"] == {"kind": "note"}
    assert s3.head_object(Bucket=backend.bucket, Key=key)["ContentLength"] == len(name.encode())
    s3.delete_object(Bucket=backend.bucket, Key=key)
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=backend.bucket, Key=key)


def test_a_range_is_a_part_of_the_object(backend, s3, ada):
    s3.put_object(Bucket=backend.bucket, Key=own(ada, "range"), Body=b"0123456789")
    answer = s3.get_object(Bucket=backend.bucket, Key=own(ada, "range"), Range="bytes=3-5")
    assert answer["Body"].read() == b"345"


def test_a_copy_is_the_object(backend, s3, ada):
    s3.put_object(Bucket=backend.bucket, Key=own(ada, "copy me +%"), Body=b"copied")
    source = {"Bucket": backend.bucket, "Key": own(ada, "copy me +%")}
    s3.copy_object(Bucket=backend.bucket, Key=own(ada, "copy"), CopySource=source)
    assert s3.get_object(Bucket=backend.bucket, Key=own(ada, "copy"))["Body"].read() == b"copied"


def test_a_list_has_pages_and_folders(backend, s3, ada):
    names = [f"list/{number}.txt" for number in range(5)] + ["list/folder/x.txt"]
    for name in names:
        s3.put_object(Bucket=backend.bucket, Key=own(ada, name), Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=backend.bucket, Prefix=own(ada, "list/"), Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    pages = list(pages)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    folders = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
    assert len(pages) >= 3
    assert keys == [own(ada, name) for name in names[:5]]
    assert folders == [own(ada, "list/folder/")]


def test_a_large_object_goes_up_in_parts(backend, s3, ada):
    content = bytes(range(256)) * (12 * MEBIBYTE // 256) + b"end"
    parts = TransferConfig(multipart_threshold=5 * MEBIBYTE, multipart_chunksize=5 * MEBIBYTE, max_concurrency=3)
    s3.upload_fileobj(io.BytesIO(content), backend.bucket, own(ada, "large +%.bin"), Config=parts)
    head = s3.head_object(Bucket=backend.bucket, Key=own(ada, "large +%.bin"))
    assert head["ContentLength"] == len(content)
    assert head["ETag"].strip('"').endswith("-3")
    received = io.BytesIO()
    s3.download_fileobj(backend.bucket, own(ada, "large +%.bin"), received, Config=parts)
    assert received.getvalue() == content


def test_an_abandoned_upload_leaves_nothing(backend, s3, ada, refused):
    key = own(ada, "abandoned")
    upload = s3.create_multipart_upload(Bucket=backend.bucket, Key=key)["UploadId"]
    s3.upload_part(Bucket=backend.bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=backend.bucket, Key=key, UploadId=upload)
    with refused("NoSuchUpload"):
        s3.upload_part(Bucket=backend.bucket, Key=key, UploadId=upload, PartNumber=2, Body=b"x")
    with refused("NoSuchKey"):
        s3.get_object(Bucket=backend.bucket, Key=key)


def test_presigned_urls_put_and_get(backend, s3, ada):
    place = {"Bucket": backend.bucket, "Key": own(ada, "presigned +%/ø.txt")}
    put = s3.generate_presigned_url("put_object", Params=place | {"ContentType": "text/plain"}, ExpiresIn=60)
    fetch(put, method="PUT", body=b"by url", headers={"Content-Type": "text/plain"})
    get = s3.generate_presigned_url("get_object", Params=place, ExpiresIn=60)
    assert fetch(get) == b"by url"


@pytest.mark.parametrize("change", ["another key", "another method", "another content type", "a longer life"])
def test_a_presigned_url_is_good_for_nothing_else(backend, s3, ada, change):
    place = {"Bucket": backend.bucket, "Key": own(ada, "presigned.txt")}
    url = s3.generate_presigned_url("put_object", Params=place | {"ContentType": "text/plain"}, ExpiresIn=60)
    method, content_type = "PUT", "text/plain"
    match change:
        case "another key":
            url = url.replace("presigned.txt", "changed.txt")
        case "another method":
            method = "DELETE"
        case "another content type":
            content_type = "text/html"
        case "a longer life":
            url = url.replace("X-Amz-Expires=60", "X-Amz-Expires=600")
    with pytest.raises(urllib.error.HTTPError) as refusal:
        fetch(url, method=method, body=b"x", headers={"Content-Type": content_type})
    assert refusal.value.code == 403


def test_another_person_s_prefix_is_refused(backend, s3, bob, refused):
    with refused("AccessDenied"):
        s3.put_object(Bucket=backend.bucket, Key=own(bob, "note"), Body=b"")
    with refused("AccessDenied"):
        s3.get_object(Bucket=backend.bucket, Key=own(bob, "note"))
    with refused("AccessDenied"):
        s3.list_objects_v2(Bucket=backend.bucket, Prefix=own(bob, ""))
    with refused("AccessDenied"):
        s3.list_objects_v2(Bucket=backend.bucket)
    with refused("AccessDenied"):
        s3.create_multipart_upload(Bucket=backend.bucket, Key=own(bob, "note"))


def test_a_guest_is_kept_out_of_a_person_s_prefix(backend, guest, ada, refused):
    with refused("AccessDenied"):
        backend.client("s3", guest.credentials).get_object(Bucket=backend.bucket, Key=own(ada, "plain.txt"))


def test_a_presigned_url_gives_no_more_than_its_signer_has(backend, s3, bob):
    url = s3.generate_presigned_url("get_object", Params={"Bucket": backend.bucket, "Key": own(bob, "note")}, ExpiresIn=60)
    with pytest.raises(urllib.error.HTTPError) as refusal:
        fetch(url)
    assert refusal.value.code == 403


def test_bad_signatures_are_refused(backend, ada, refused):
    wrong = backend.client("s3", ada.credentials | {"aws_secret_access_key": "x" * 40})
    with refused("SignatureDoesNotMatch"):
        wrong.get_object(Bucket=backend.bucket, Key=own(ada, "plain.txt"))
    altered = backend.client("s3", ada.credentials | {"aws_session_token": ada.credentials["aws_session_token"] + "x"})
    with refused("InvalidToken", "InvalidAccessKeyId"):
        altered.get_object(Bucket=backend.bucket, Key=own(ada, "plain.txt"))


def own(identity, name: str) -> str:
    return f"private/{identity.id}/{name}"


def fetch(url: str, method: str = "GET", body: bytes | None = None, headers: dict | None = None) -> bytes:
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()
