"""pycognito signs in with SRP. Its verify_token checks signature, issuer, audience and expiry by the pool's JWKS."""

import pytest


def test_srp_gives_tokens_that_verify(backend):
    user = backend.new_user()
    session = backend.signed_in(user)
    session.verify_tokens()
    assert session.id_claims["email"] == user.email
    assert session.id_claims["cognito:username"] == user.name
    assert session.access_claims["client_id"] == backend.client_id


def test_a_wrong_password_is_refused(backend, refused):
    user = backend.new_user()
    with refused("NotAuthorizedException"):
        backend.pycognito(user.name).authenticate("Wrong-horse-7-battery")


def test_srp_holds_for_many_random_secrets(backend):
    """Leading zero bytes of A, B, S and u come up by chance; each attempt draws new ones on both sides."""
    user = backend.new_user()
    for _ in range(20):
        assert backend.signed_in(user).access_token


@pytest.mark.parametrize("secret", [False, True], ids=["app client without secret", "app client with secret"])
def test_the_user_shows_their_attributes(backend, secret):
    user = backend.new_user()
    session = backend.pycognito(user.name, secret=secret)
    session.authenticate(user.password)
    assert session.get_user().email == user.email


def test_a_wrong_secret_hash_is_refused(backend, refused):
    user = backend.new_user()
    session = backend.pycognito(user.name, secret=True)
    session.client_secret = "wrong" + session.client_secret
    with refused("NotAuthorizedException"):
        session.authenticate(user.password)


def test_a_changed_password_is_the_one_that_counts(backend, refused):
    user = backend.new_user()
    session = backend.signed_in(user)
    session.change_password(user.password, "Another-horse-8-battery")
    with refused("NotAuthorizedException"):
        backend.signed_in(user)
    backend.pycognito(user.name).authenticate("Another-horse-8-battery")


def test_a_refresh_gives_new_tokens(backend):
    session = backend.signed_in(backend.new_user())
    before = session.access_token
    session.renew_access_token()
    session.verify_tokens()
    assert session.access_token != before


def test_a_revoked_refresh_token_is_dead(backend, refused):
    session = backend.signed_in(backend.new_user())
    backend.client("cognito-idp").revoke_token(ClientId=backend.client_id, Token=session.refresh_token)
    with refused("NotAuthorizedException"):
        session.renew_access_token()


def test_global_sign_out_ends_every_session(backend, refused):
    user = backend.new_user()
    here, there = backend.signed_in(user), backend.signed_in(user)
    here.logout()
    with refused("NotAuthorizedException"):
        there.renew_access_token()
    with refused("NotAuthorizedException"):
        there.get_user()


def test_a_token_that_was_altered_is_refused(backend, refused):
    session = backend.signed_in(backend.new_user())
    header, payload, signature = session.access_token.split(".")
    session.access_token = ".".join([header, payload, signature[:-8] + "AAAAAAAA"])
    with refused("NotAuthorizedException"):
        session.get_user()
