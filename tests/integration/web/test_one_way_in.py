"""A person is here by their session alone: nothing else that Flask-Security knows opens a page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login.utils import encode_cookie
from werkzeug.test import TestResponse

from escalation.extensions import db
from escalation.models import Account
from tests.integration.web.conftest import Visitor
from tests.support import northtown
from tests.support.pages import hidden_fields

GP = {"email": "amara.lewis@demo.invalid", "password": northtown.PASSWORD}


@pytest.fixture
def gp(app: Flask) -> Account:
    with app.app_context():
        northtown.lay_out()
        account: Account = db.session.query(Account).filter_by(email=GP["email"]).one()
        db.session.expunge(account)
        return account


def in_json(client: FlaskClient, address: str, **body: str) -> TestResponse:
    token = hidden_fields(client.get("/sign-in").text)["csrf_token"]
    return client.post(address, json={**GP, **body}, headers={"X-CSRFToken": token})


def is_out(client: FlaskClient, address: str = "/work", **headers: str) -> bool:
    return "/sign-in" in client.get(address, headers=headers).headers.get("Location", "")


@pytest.mark.usefixtures("gp")
def test_whoever_asks_to_be_remembered_is_not(client: FlaskClient) -> None:
    assert Visitor(client).sends("/sign-in", {**GP, "remember": "y"}).status_code == 400
    assert client.get_cookie("remember_token") is None
    assert is_out(client)


def test_a_cookie_that_remembers_opens_nothing(app: Flask, client: FlaskClient, gp: Account) -> None:
    with app.app_context():
        client.set_cookie("remember_token", encode_cookie(str(gp.fs_uniquifier)))
    assert is_out(client)
    assert is_out(client), "nor the session that it began"
    assert client.get("/api/v1/cases").status_code in (401, 404)


def test_a_token_in_a_header_or_an_address_opens_nothing(
    app: Flask, client: FlaskClient, gp: Account
) -> None:
    with app.app_context():
        token = str(gp.get_auth_token())
    assert is_out(client, **{"Authentication-Token": token})
    assert is_out(client, f"/work?auth_token={token}")


@pytest.mark.usefixtures("gp")
def test_who_signs_in_with_a_form_gets_a_page_and_no_token(client: FlaskClient) -> None:
    hidden = hidden_fields(client.get("/sign-in").text)
    address = "/sign-in?include_auth_token"
    answer = client.post(address, data={**hidden, **GP}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.is_json) == (302, False)


@pytest.mark.usefixtures("gp")
@pytest.mark.parametrize("email", [GP["email"], "amara\x00lewis@demo.invalid"])
def test_the_forms_of_sign_in_are_not_taken_in_json_which_no_brake_would_count(
    client: FlaskClient, email: str
) -> None:
    assert in_json(client, "/sign-in?include_auth_token", email=email).status_code == 400
    assert in_json(client, "/password/reset", email=email).status_code == 400
    assert is_out(client)
