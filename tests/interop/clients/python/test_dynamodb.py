"""boto3 keeps items under the user's own partition key."""

from decimal import Decimal

import boto3
import pytest
from boto3.dynamodb.conditions import Key
from backend import ROOT


@pytest.fixture(scope="module")
def names(backend) -> tuple[str, str]:
    """The table's partition and sort key."""
    table = backend.client("dynamodb", ROOT).describe_table(TableName=backend.table)["Table"]
    keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
    return keys["HASH"], keys["RANGE"]


@pytest.fixture(scope="module")
def table(backend, ada):
    return open_table(backend, ada)


def test_an_item_comes_back_as_it_was_put(table, ada, names):
    item = key(ada, names, "item") | {
        "text": "日本語 🦀",
        "exact": Decimal("0.1234567890123456789012345678901234567"),
        "large": Decimal("12345678901234567890123456789012345678"),
        "bytes": b"\x00\xff",
        "set": {"a", "b"},
        "nested": {"list": [Decimal(1), None, True, {"deep": "x"}]},
    }
    table.put_item(Item=item)
    answer = table.get_item(Key=key(ada, names, "item"), ConsistentRead=True)["Item"]
    answer["bytes"] = answer["bytes"].value
    assert answer == item


def test_an_update_counts(table, ada, names):
    table.put_item(Item=key(ada, names, "counter") | {"n": 1})
    answer = table.update_item(
        Key=key(ada, names, "counter"),
        UpdateExpression="SET n = n + :one",
        ExpressionAttributeValues={":one": 1},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"]["n"] == 2


def test_a_condition_that_fails_changes_nothing(table, ada, names, refused):
    table.put_item(Item=key(ada, names, "once") | {"n": 1})
    with refused("ConditionalCheckFailedException"):
        table.put_item(Item=key(ada, names, "once") | {"n": 2}, ConditionExpression=f"attribute_not_exists({names[0]})")
    assert table.get_item(Key=key(ada, names, "once"))["Item"]["n"] == 1


def test_a_query_finds_one_s_own_items_in_order_and_pages(table, ada, names):
    for number in range(5):
        table.put_item(Item=key(ada, names, f"page-{number}"))
    condition = Key(names[0]).eq(ada.id) & Key(names[1]).begins_with("page-")
    found, start = [], {}
    while True:
        page = table.query(KeyConditionExpression=condition, Limit=2, **start)
        found += [item[names[1]] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == [f"page-{number}" for number in range(5)]


def test_a_deleted_item_is_gone(table, ada, names):
    table.put_item(Item=key(ada, names, "gone"))
    table.delete_item(Key=key(ada, names, "gone"))
    assert "Item" not in table.get_item(Key=key(ada, names, "gone"))


def test_a_batch_of_one_s_own_items_goes_through(backend, table, ada, names):
    with table.batch_writer() as batch:
        for number in range(3):
            batch.put_item(Item=key(ada, names, f"batch-{number}"))
    keys = [key(ada, names, f"batch-{number}") for number in range(3)]
    answer = resource(backend, ada).batch_get_item(RequestItems={backend.table: {"Keys": keys}})
    assert len(answer["Responses"][backend.table]) == 3


def test_another_person_s_partition_is_refused(table, bob, names, refused):
    with refused("AccessDeniedException"):
        table.get_item(Key=key(bob, names, "item"))
    with refused("AccessDeniedException"):
        table.put_item(Item=key(bob, names, "item"))
    with refused("AccessDeniedException"):
        table.query(KeyConditionExpression=Key(names[0]).eq(bob.id))
    with refused("AccessDeniedException"):
        table.delete_item(Key=key(bob, names, "item"))


def test_a_batch_is_refused_for_one_foreign_key(backend, ada, bob, names, refused):
    keys = [key(ada, names, "item"), key(bob, names, "item")]
    with refused("AccessDeniedException"):
        resource(backend, ada).batch_get_item(RequestItems={backend.table: {"Keys": keys}})
    puts = [{"PutRequest": {"Item": item}} for item in keys]
    with refused("AccessDeniedException"):
        resource(backend, ada).batch_write_item(RequestItems={backend.table: puts})


def test_a_scan_is_refused(table, refused):
    with refused("AccessDeniedException"):
        table.scan()


def test_a_guest_is_kept_out_of_a_person_s_partition(backend, guest, ada, names, refused):
    with refused("AccessDeniedException"):
        open_table(backend, guest).get_item(Key=key(ada, names, "item"))


def test_bad_signatures_are_refused(backend, ada, names, refused):
    wrong = ada.credentials | {"aws_secret_access_key": "x" * 40}
    with refused("InvalidSignatureException"):
        backend.client("dynamodb", wrong).describe_table(TableName=backend.table)
    without_token = {name: value for name, value in ada.credentials.items() if name != "aws_session_token"}
    with refused("UnrecognizedClientException"):
        backend.client("dynamodb", without_token).describe_table(TableName=backend.table)


def open_table(backend, identity):
    return resource(backend, identity).Table(backend.table)


def resource(backend, identity):
    return boto3.resource(
        "dynamodb",
        region_name=backend.region,
        endpoint_url=backend.endpoints["dynamodb"],
        **identity.credentials,
    )


def key(identity, names: tuple[str, str], sort: str) -> dict:
    return {names[0]: identity.id, names[1]: sort}
