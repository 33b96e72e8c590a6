"""Signs a fixed table of requests with botocore and prints it, inputs and outcome, as JSON.

The SDK's tests read the table (tests/runner/data/sigv4_botocore.json) and must come to the same signatures.
"""

import datetime
import json
import sys
from unittest import mock
from urllib.parse import parse_qs, quote, urlsplit

import botocore
import botocore.auth
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from cases import CASES, FORMAT

PLAIN_CONFIG = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}


def main() -> None:
    table = {
        "format": FORMAT,
        "botocore": botocore.__version__,
        "cases": [case | {"expected": sign(case)} for case in CASES],
    }
    json.dump(table, sys.stdout, indent=2, ensure_ascii=False)
    print()


def sign(case: dict) -> dict:
    time = datetime.datetime.strptime(case["time"], "%Y-%m-%dT%H:%M:%SZ")
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda: time):
        if case["sign"] == "headers":
            return sign_headers(case)
        return presign_elsewhere(case) if case["s3"] is None else presign(case)


def sign_headers(case: dict) -> dict:
    signer_class = RecordingS3Signer if case["service"] == "s3" else RecordingSigner
    signer = signer_class(credentials(case), case["service"], case["region"])
    config = Config(s3={"payload_signing_enabled": case["payload"] == "signed"})
    request = AWSRequest(
        method=case["method"],
        url=case["url"],
        headers=dict(case["headers"]),
        data=case["body"].encode(),
    )
    request.context["client_config"] = config
    signer.add_auth(request)

    given = {name for name, _ in case["headers"]}
    authorization = request.headers["Authorization"]
    fields = dict(field.split("=", 1) for field in authorization.split(" ", 1)[1].split(", "))
    return {
        "headers": {name.lower(): value for name, value in request.headers.items() if name.lower() not in given},
        "signedHeaders": fields["SignedHeaders"].split(";"),
        "signature": fields["Signature"],
        "canonicalRequest": signer.canonical,
        "stringToSign": signer.to_sign,
    }


def presign(case: dict) -> dict:
    """Asks botocore's S3 client, so that the URL with its bucket and key is botocore's own too."""
    s3 = case["s3"]
    client = botocore.session.get_session().create_client(
        "s3",
        region_name=case["region"],
        endpoint_url=s3["endpoint"],
        aws_access_key_id=case["credentials"]["accessKeyId"],
        aws_secret_access_key=case["credentials"]["secretAccessKey"],
        aws_session_token=case["credentials"]["sessionToken"],
        config=Config(signature_version="s3v4", s3={"addressing_style": s3["addressing"]}, **PLAIN_CONFIG),
    )
    operation = {"GET": "get_object", "PUT": "put_object"}[case["method"]]
    parameters = {"Bucket": s3["bucket"], "Key": s3["key"]} | s3["parameters"]
    url = client.generate_presigned_url(operation, Params=parameters, ExpiresIn=case["expiresIn"])
    unsigned = url.split("?")[0]
    if unsigned != case["url"].split("?")[0]:
        raise SystemExit(f"{case['name']}: botocore's client asks for {unsigned}, the case for {case['url']}")
    query = parse_qs(urlsplit(url).query)
    return {
        "url": url,
        "signedHeaders": query["X-Amz-SignedHeaders"][0].split(";"),
        "signature": query["X-Amz-Signature"][0],
    }


def presign_elsewhere(case: dict) -> dict:
    appended = case["token"] == "appended"
    key = credentials(case)
    token = key.token
    if appended:
        key.token = None
    signer = botocore.auth.SigV4QueryAuth(key, case["service"], case["region"], expires=case["expiresIn"])
    request = AWSRequest(method=case["method"], url=case["url"], headers=dict(case["headers"]))
    signer.add_auth(request)
    query = parse_qs(urlsplit(request.url).query)
    return {
        "url": request.url + (f"&X-Amz-Security-Token={quote(token, safe='')}" if appended else ""),
        "signedHeaders": query["X-Amz-SignedHeaders"][0].split(";"),
        "signature": query["X-Amz-Signature"][0],
    }


def credentials(case: dict) -> Credentials:
    given = case["credentials"]
    return Credentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"])


class Recording:
    """Keeps what botocore signs, for whoever has to find out why a signature differs."""

    def canonical_request(self, request):
        self.canonical = super().canonical_request(request)
        return self.canonical

    def string_to_sign(self, request, canonical_request):
        self.to_sign = super().string_to_sign(request, canonical_request)
        return self.to_sign


class RecordingSigner(Recording, botocore.auth.SigV4Auth):
    pass


class RecordingS3Signer(Recording, botocore.auth.S3SigV4Auth):
    pass


if __name__ == "__main__":
    main()
