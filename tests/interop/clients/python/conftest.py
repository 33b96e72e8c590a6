import contextlib

import pytest
from backend import Backend, Identity
from botocore.exceptions import ClientError


@pytest.fixture(scope="session")
def backend() -> Backend:
    return Backend()


@pytest.fixture(scope="module")
def ada(backend) -> Identity:
    return signed_in_identity(backend)


@pytest.fixture(scope="module")
def bob(backend) -> Identity:
    return signed_in_identity(backend)


@pytest.fixture(scope="module")
def guest(backend) -> Identity:
    return backend.identity()


def signed_in_identity(backend: Backend) -> Identity:
    session = backend.signed_in(backend.new_user())
    return backend.identity(backend.logins(session.id_token))


@pytest.fixture
def refused():
    """`with refused("Code"):` passes when what is inside is refused with this code of AWS."""

    @contextlib.contextmanager
    def expect(*codes: str):
        with pytest.raises(ClientError) as refusal:
            yield
        assert refusal.value.response["Error"]["Code"] in codes

    return expect
