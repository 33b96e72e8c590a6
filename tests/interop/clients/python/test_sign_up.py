"""boto3 makes an account."""

from backend import PASSWORD


def test_a_new_user_confirms_with_the_code_that_was_sent(backend):
    user = backend.new_user()
    assert backend.signed_in(user).id_token


def test_a_wrong_code_does_not_confirm(backend, refused):
    user = backend.new_unconfirmed_user()
    code = backend.delivered_code(user.email)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    with refused("CodeMismatchException"):
        backend.client("cognito-idp").confirm_sign_up(
            ClientId=backend.client_id, Username=user.name, ConfirmationCode=wrong
        )


def test_an_unconfirmed_user_cannot_sign_in(backend, refused):
    user = backend.new_unconfirmed_user()
    with refused("UserNotConfirmedException"):
        backend.signed_in(user)


def test_a_name_is_taken_once(backend, refused):
    user = backend.new_user()
    with refused("UsernameExistsException"):
        backend.client("cognito-idp").sign_up(ClientId=backend.client_id, Username=user.name, Password=PASSWORD)


def test_a_weak_password_is_refused(backend, refused):
    with refused("InvalidPasswordException"):
        backend.client("cognito-idp").sign_up(ClientId=backend.client_id, Username="interop-weak", Password="weak")


def test_a_forgotten_password_is_replaced(backend, refused):
    user = backend.new_user()
    session = backend.pycognito(user.name)
    session.initiate_forgot_password()
    session.confirm_forgot_password(backend.delivered_code(user.email), "Another-horse-8-battery")
    with refused("NotAuthorizedException"):
        backend.signed_in(user)
    session.authenticate("Another-horse-8-battery")
    assert session.access_token
