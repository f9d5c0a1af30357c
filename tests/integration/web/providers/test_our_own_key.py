"""A provider that wants no shared secret: we sign with a key of our own, whose public half it can fetch."""

import dataclasses
import time
from pathlib import Path

import pytest
from flask import Flask
from joserfc.jwk import KeySet, RSAKey

from escalation.config import Settings
from tests.integration.web.providers.conftest import Browser
from tests.support.issuer import Issuer, in_file

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings, issuer: Issuer, tmp_path: Path) -> Settings:
    """A key of our own stands where the secret stood."""
    pem = tmp_path / "own.pem"
    pem.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    file = Path(settings.providers)
    own = {"client_secret": None, "private_key_file": str(pem), "key_id": "own-1", "signing": "RS512"}
    file.write_text(in_file(issuer, **own))
    return dataclasses.replace(settings, providers=str(file))


def test_we_prove_who_we_are_with_a_key_whose_public_half_is_published(
    app: Flask, gp: Browser, issuer: Issuer
) -> None:
    published = gp.client.get("/sign-in/with/mock/keys").json
    assert published
    [public] = published["keys"]
    assert {"d", "p", "q", "dp", "dq", "qi"} & set(public) == set()
    assert (public["kid"], public["alg"], public["use"]) == ("own-1", "RS512", "sig")
    [key] = KeySet.import_key_set(published).keys
    assert isinstance(key, RSAKey)
    issuer.client_key = key

    assert gp.signs_in().location == "/work"
    assert Browser(app, issuer).signs_in().location == "/work"
    one, two = issuer.assertions
    assert (one["alg"], one["kid"], one["iss"]) == ("RS512", "own-1", "escalation-here")
    assert one["exp"] - time.time() < 130
    assert one["jti"] != two["jti"], "no assertion is good twice"


def test_a_key_that_is_not_ours_is_refused(gp: Browser, issuer: Issuer) -> None:
    issuer.client_key = RSAKey.generate_key(2048)
    assert gp.signs_in().status_code == 400
    assert not gp.is_in
