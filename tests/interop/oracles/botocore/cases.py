"""The requests that are signed, and what the fields of the table mean."""

from botocore.utils import percent_encode

FORMAT = {
    "name": "what the case is about; unique",
    "service": "the service in the credential scope",
    "region": "the region in the credential scope",
    "credentials": "accessKeyId, secretAccessKey, sessionToken (null for permanent credentials); none of them is real",
    "time": "the moment of signing, UTC",
    "sign": "headers: an Authorization header; query: a presigned URL",
    "expiresIn": "how long a presigned URL lives, in seconds; null when headers are signed",
    "method": "the HTTP method",
    "url": "the unsigned URL as it goes over the wire: percent-encoded, query in the order that is sent",
    "headers": "the headers of the unsigned request, lower case, all of them signed; host comes from the URL",
    "body": "the body, text in UTF-8; empty for none",
    "payload": "signed: the body's SHA-256 is signed; unsigned: UNSIGNED-PAYLOAD is, as in every presigned URL of S3",
    "token": "absent, or for presigned URLs outside of S3: signed, or appended after signing",
    "s3": "null, or the object as a caller names it: endpoint, addressing (virtual or path), bucket, key, parameters "
    "(of botocore's operation; the URL's query and the headers carry them)",
    "expected.headers": "what signing adds, names in lower case (sign = headers)",
    "expected.url": "the presigned URL (sign = query); the order of the query carries no meaning",
    "expected.signedHeaders": "the names of the signed headers, sorted",
    "expected.signature": "the signature, hexadecimal",
    "expected.canonicalRequest": "what was hashed (sign = headers)",
    "expected.stringToSign": "what was signed (sign = headers)",
}

TIME = "2026-03-01T12:34:56Z"
PERMANENT = {
    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "secretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "sessionToken": None,
}
TEMPORARY = {
    "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "secretAccessKey": "9drTJvcXLB89EXAMPLELB8923FB892xMFI/K7MD+",
    "sessionToken": "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCWV1LXdlc3QtMSJ+token/with+odd=chars==",
}
AWS = "https://s3.eu-west-1.amazonaws.com"
LOCAL = "http://127.0.0.1:4577"
BUCKET = "notes-example"
IDENTITY = "eu-west-1:11111111-2222-4333-8444-555555555555"


def case(name, service, method, url, *, headers=(), body="", credentials=TEMPORARY, region="eu-west-1", **other):
    return {
        "name": name,
        "service": service,
        "region": region,
        "credentials": credentials,
        "time": TIME,
        "sign": "headers",
        "expiresIn": None,
        "method": method,
        "url": url,
        "headers": [list(header) for header in headers],
        "body": body,
        "payload": "signed",
        "s3": None,
    } | other


def object_url(endpoint, addressing, key):
    scheme, host = endpoint.split("://")
    # S3 wants everything but unreserved characters and slashes encoded, once.
    path = percent_encode(key, safe="/~")
    return f"{scheme}://{BUCKET}.{host}/{path}" if addressing == "virtual" else f"{endpoint}/{BUCKET}/{path}"


def s3(name, method, key, *, query="", endpoint=AWS, addressing="virtual", parameters=None, **other):
    where = {"endpoint": endpoint, "addressing": addressing, "bucket": BUCKET, "key": key}
    url = object_url(endpoint, addressing, key) + query
    return case(name, "s3", method, url, s3=where | {"parameters": parameters or {}}, **other)


def presigned(name, method, key, *, expires_in=900, **other):
    return s3(name, method, key, sign="query", payload="unsigned", expiresIn=expires_in, **other)


def presigned_elsewhere(name, service, url, *, expires_in=60, token="signed", **other):
    """A GET of another service than S3, whose empty body is signed. `token`: signed, or appended after signing."""
    return case(name, service, "GET", url, sign="query", expiresIn=expires_in, token=token, **other)


def dynamodb(name, operation, body, **other):
    headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", f"DynamoDB_20120810.{operation}"),
    ]
    url = "https://dynamodb.eu-west-1.amazonaws.com/"
    return case(name, "dynamodb", "POST", url, headers=headers, body=body, **other)


def execute_api(name, method, path, **other):
    url = f"https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com{path}"
    return case(name, "execute-api", method, url, **other)


KEYS = {
    "spaces": f"private/{IDENTITY}/summer holiday.jpg",
    "plus and percent": f"private/{IDENTITY}/1+1=2 100%.txt",
    "a percent sequence that is no encoding": f"private/{IDENTITY}/%2F%20%zz",
    "letters beyond ASCII": f"private/{IDENTITY}/Ærøskøbing/日本語/🦀.txt",
    "a decomposed accent": f"private/{IDENTITY}/cafe\u0301.txt",
    "empty segments": f"private//{IDENTITY}///end/",
    "a leading slash": "/leading",
    "reserved characters": "private/!*'();:@&=+$,?#[]",
    "other punctuation": 'private/"<>\\^`{|}~-_.',
    "dots that are no segments": "private/..a/b../.c/...",
}

CASES = [
    s3("S3: get, permanent credentials", "GET", "public/hello.txt", credentials=PERMANENT),
    s3("S3: get, session token", "GET", "public/hello.txt"),
    *[s3(f"S3: get, key with {what}", "GET", key) for what, key in KEYS.items()],
    s3("S3: get, path style, port in host", "GET", KEYS["spaces"], endpoint=LOCAL, addressing="path"),
    s3("S3: get a range", "GET", "public/hello.txt", headers=[("range", "bytes=5-9")]),
    s3("S3: head", "HEAD", "public/hello.txt"),
    s3("S3: delete", "DELETE", KEYS["plus and percent"]),
    s3("S3: put an empty object", "PUT", "public/empty", headers=[("content-type", "application/octet-stream")]),
    s3(
        "S3: put text with metadata whose spaces are folded",
        "PUT",
        "public/hello.txt",
        headers=[
            ("content-type", "text/plain; charset=utf-8"),
            ("x-amz-meta-note", "  two  words   apart "),
            ("x-amz-server-side-encryption", "AES256"),
        ],
        body="hello, wörld\n",
    ),
    s3(
        "S3: copy",
        "PUT",
        "public/copy.txt",
        headers=[("x-amz-copy-source", f"/{BUCKET}/private/summer%20holiday%2B.jpg")],
    ),
    s3("S3: start a multipart upload, query without value", "POST", "public/large", query="?uploads"),
    s3(
        "S3: upload a part, query sorted by case",
        "PUT",
        "public/large",
        query="?uploadId=VXBsb2FkIElE-EXAMPLE.~_&partNumber=12",
        body="part",
    ),
    case(
        "S3: list, unsorted query with encoded values and an empty one",
        "s3",
        "GET",
        f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/?prefix=private%2Feu-west-1%3A1%2Fa%20b%2B&list-type=2"
        "&start-after=&max-keys=2&delimiter=%2F&continuation-token=1%2Babc%2F%3D%3D",
    ),
    case("S3: list, us-east-1", "s3", "GET", f"https://{BUCKET}.s3.us-east-1.amazonaws.com/?list-type=2", region="us-east-1"),
    presigned("S3: presigned get, permanent credentials", "GET", "public/hello.txt", credentials=PERMANENT),
    presigned("S3: presigned get, session token", "GET", "public/hello.txt"),
    *[presigned(f"S3: presigned get, key with {what}", "GET", key) for what, key in KEYS.items()],
    presigned("S3: presigned get, path style, port in host", "GET", KEYS["spaces"], endpoint=LOCAL, addressing="path"),
    presigned("S3: presigned get, one second", "GET", "public/hello.txt", expires_in=1),
    presigned("S3: presigned get, seven days", "GET", "public/hello.txt", expires_in=604800, credentials=PERMANENT),
    presigned(
        "S3: presigned get that names the download",
        "GET",
        "public/hello.txt",
        query="?response-content-disposition=attachment%3B%20filename%3D%22a%20b%2B.txt%22",
        parameters={"ResponseContentDisposition": 'attachment; filename="a b+.txt"'},
    ),
    presigned("S3: presigned put", "PUT", KEYS["letters beyond ASCII"]),
    presigned(
        "S3: presigned put, content type signed",
        "PUT",
        "public/hello.txt",
        headers=[("content-type", "text/plain; charset=utf-8")],
        parameters={"ContentType": "text/plain; charset=utf-8"},
    ),
    presigned_elsewhere(
        "STS: presigned, with a header",
        "sts",
        "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
        headers=[("x-k8s-aws-id", "cluster")],
    ),
    presigned_elsewhere(
        "execute-api: presigned WebSocket", "execute-api", "wss://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod?room=a%20b"
    ),
    presigned_elsewhere(
        "execute-api: presigned WebSocket, permanent credentials",
        "execute-api",
        "wss://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod",
        credentials=PERMANENT,
    ),
    presigned_elsewhere(
        "execute-api: presigned WebSocket of a domain of one's own, without a stage",
        "execute-api",
        "wss://chat.example.com/?room=%C3%A9%2B&Room=2&empty=",
    ),
    presigned_elsewhere(
        "execute-api: presigned WebSocket of another region, seven days",
        "execute-api",
        "wss://a1b2c3d4e5.execute-api.us-west-2.amazonaws.com/$default",
        region="us-west-2",
        expires_in=604800,
        credentials=PERMANENT,
    ),
    presigned_elsewhere(
        "execute-api: presigned WebSocket on a port of this machine", "execute-api", "ws://127.0.0.1:4577/prod"
    ),
    presigned_elsewhere(
        "execute-api: presigned @connections",
        "execute-api",
        "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/@connections/L0SM9cOFvHcCIhw%3D",
    ),
    presigned_elsewhere(
        "IoT: presigned WebSocket, token after signing",
        "iotdevicegateway",
        "wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt",
        token="appended",
    ),
    presigned_elsewhere(
        "IoT: presigned WebSocket, permanent credentials",
        "iotdevicegateway",
        "wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt",
        credentials=PERMANENT,
    ),
    dynamodb("DynamoDB: get item", "GetItem", '{"TableName":"notes","Key":{"pk":{"S":"' + IDENTITY + '"},"sk":{"S":"1"}}}'),
    dynamodb("DynamoDB: put item, permanent credentials", "PutItem", '{"TableName":"notes","Item":{"n":{"N":"1e-130"}}}', credentials=PERMANENT),
    dynamodb("DynamoDB: text beyond ASCII", "PutItem", '{"TableName":"notes","Item":{"text":{"S":"日本語 🦀\\n"}}}'),
    execute_api("execute-api: get", "GET", "/prod/notes"),
    execute_api("execute-api: root without a stage", "GET", "/"),
    execute_api("execute-api: path that is encoded twice", "GET", "/prod/notes/a%20b%2Fc%2B%C3%A9/~x"),
    execute_api("execute-api: empty segments are folded", "GET", "/prod//notes///1/"),
    execute_api("execute-api: unsorted, repeated and empty query", "GET", "/prod/notes?b=2&a=10&a=1&B=x&empty=&c=%20%2B%26&flag"),
    execute_api(
        "execute-api: post JSON",
        "POST",
        "/prod/notes",
        headers=[("content-type", "application/json"), ("x-api-key", "example")],
        body='{"text":"høi"}',
    ),
    execute_api("execute-api: post to @connections", "POST", "/prod/@connections/L0SM9cOFvHcCIhw%3D", body='{"text":"hi"}'),
    execute_api("execute-api: disconnect by @connections", "DELETE", "/prod/@connections/L0SM9cOFvHcCIhw="),
    execute_api("execute-api: permanent credentials", "DELETE", "/prod/notes/1", credentials=PERMANENT),
    case(
        "STS: form",
        "sts",
        "POST",
        "https://sts.eu-west-1.amazonaws.com/",
        headers=[("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
        body="Action=GetCallerIdentity&Version=2011-06-15",
    ),
]
