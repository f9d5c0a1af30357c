"""Somebody who is signed in already when their story begins.

The page to sign in has stories of its own. Whoever only wants to get past it is let in here by the same code
that the page calls once a password is right: without the form, the password's slow hash and the page after it.
"""

from flask import Flask, session
from flask.testing import FlaskClient
from flask_security import login_user

from escalation.extensions import db
from escalation.web.sign_in.store import security


def let_in(app: Flask, client: FlaskClient, address: str) -> None:
    """Signs the person of an address in as with their password; `client` is their browser from then on."""
    with app.test_request_context(environ_overrides=client.environ_base):
        person = security().datastore.find_user(email=address)
        session["how_next"] = "password"
        assert person is not None, address
        assert login_user(person, authn_via=["password"]), address
        db.session.rollback()
        kept = app.process_response(app.response_class())
        for cookie in kept.headers.getlist("Set-Cookie"):
            name, value = cookie.split(";", 1)[0].split("=", 1)
            client.set_cookie(name, value)
