"""What proves who somebody is opens nothing in another account, whoever can write to the database."""

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import text

from escalation.config import Settings
from escalation.errors import Refused
from escalation.security import factor_secrets
from escalation.security.sealing import is_sealed
from escalation.services import factor_binding, key_rotation
from tests.acceptance.test_second_factor import (
    makes_recovery_codes,
    sets_up_an_app,
    signs_in,
)
from tests.support import beyond
from tests.support.sessions import codes_of_earlier

SAM, PRIYA = "sam.okafor@demo.invalid", "priya.nair@demo.invalid"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As in a real installation: whoever holds a post above practitioner needs a second factor."""
    return replace(settings, second_factor="required")


def changed(app: Flask, statement: str, **values: object) -> None:
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(text(statement), values)


def kept(app: Flask, address: str) -> tuple[str, str]:
    query = text("SELECT tf_totp_secret, mf_recovery_codes FROM account WHERE email = :it")
    with app.app_context(), beyond.engine().connect() as connection:
        row = connection.execute(query, {"it": address}).one()
        return row[0], row[1]


COPY = (
    "UPDATE account SET {column} = (SELECT a.{column} FROM account a WHERE a.email = :of) WHERE email = :to"
)


def test_a_secret_of_another_account_is_refused_and_nothing_else_breaks(app: Flask, northtown: str) -> None:
    """A thief who can write copies the secret of their own app into a leader's row, and types a code of it."""
    thief, leader = signs_in(app, "priya.nair"), signs_in(app, "sam.okafor")
    app_of_thief, app_of_leader = sets_up_an_app(thief), sets_up_an_app(leader)
    codes = makes_recovery_codes(leader)
    own, _ = kept(app, SAM)
    assert is_sealed(own)
    changed(app, COPY.format(column="tf_totp_secret"), of=PRIYA, to=SAM)
    codes_of_earlier(app)
    app_of_thief.used.clear()
    again = signs_in(app, "sam.okafor")
    refused = again.presses("/sign-in/code", {"code": app_of_thief.code()}, expect=409)
    assert "is not this account&#39;s own" in refused
    assert again.client.get("/work").status_code == 302
    again.opens("/sign-in/recovery-code")
    again.presses("/sign-in/recovery-code", {"code": codes[0]})
    assert "My work" in again.opens("/work"), "a recovery code still lets them in"
    other = signs_in(app, "priya.nair")
    other.presses("/sign-in/code", {"code": app_of_thief.code()})
    assert "My work" in other.opens("/work")
    changed(app, "UPDATE account SET tf_totp_secret = :own WHERE email = :of", own=own, of=SAM)
    app_of_leader.used.clear()
    back = signs_in(app, "sam.okafor")
    back.presses("/sign-in/code", {"code": app_of_leader.code()})
    assert "My work" in back.opens("/work")


def test_recovery_codes_are_hashed_and_are_no_good_in_another_account(app: Flask, northtown: str) -> None:
    thief, leader = signs_in(app, "priya.nair"), signs_in(app, "sam.okafor")
    sets_up_an_app(thief)
    sets_up_an_app(leader)
    codes = makes_recovery_codes(thief)
    _, hashes = kept(app, PRIYA)
    assert all(one.startswith("h1:") for one in hashes.split(","))
    assert not any(code in hashes for code in codes)
    changed(app, COPY.format(column="mf_recovery_codes"), of=PRIYA, to=SAM)
    again = signs_in(app, "sam.okafor")
    again.opens("/sign-in/recovery-code")
    assert "was used before" in again.presses("/sign-in/recovery-code", {"code": codes[0]})
    assert again.client.get("/work").status_code == 302


def test_what_was_kept_before_works_is_bound_when_used_and_then_believed_no_more(
    app: Flask, settings: Settings, northtown: str
) -> None:
    leader = signs_in(app, "sam.okafor")
    authenticator = sets_up_an_app(leader)
    codes = makes_recovery_codes(leader)
    as_before = _as_before(app, settings, codes)
    changed(app, "UPDATE installation SET factors_bound_at = NULL")
    with app.app_context(), pytest.raises(Refused, match="not bound to them"):
        key_rotation.finish()
    codes_of_earlier(app)
    authenticator.used.clear()
    again = signs_in(app, "sam.okafor")
    again.presses("/sign-in/code", {"code": authenticator.code()})
    assert "My work" in again.opens("/work")
    assert is_sealed(kept(app, SAM)[0]), "bound as it was used"
    with app.app_context():
        opener = factor_secrets.opener_of_before(settings)
        assert list(factor_binding.bind(factor_secrets.keys_of(settings), opener, 10)) == [("account", 1)]
        key_rotation.finish()
    third = signs_in(app, "sam.okafor")
    third.opens("/sign-in/recovery-code")
    third.presses("/sign-in/recovery-code", {"code": codes[3]})
    assert "My work" in third.opens("/work")
    assert "7 left" in third.opens("/account/second-factor")
    changed(app, "UPDATE account SET tf_totp_secret = :it WHERE email = :of", it=as_before, of=SAM)
    last = signs_in(app, "sam.okafor")
    assert "is not this account&#39;s own" in last.presses("/sign-in/code", {"code": "123456"}, expect=409)


def _as_before(app: Flask, settings: Settings, codes: list[str]) -> str:
    """Puts Sam's factors as the version before kept them; gives the secret."""

    keys, cryptor = factor_secrets.keys_of(settings), Fernet(factor_secrets.recovery_keys(settings)[0])
    query = text("SELECT id, tf_totp_secret FROM account WHERE email = :it")
    with app.app_context(), beyond.engine().connect() as connection:
        account, bound = connection.execute(query, {"it": SAM}).one()
    secret = factor_secrets.opened(keys, account, bound)
    encrypted = ",".join(cryptor.encrypt(code.encode()).decode() for code in codes)
    statement = "UPDATE account SET tf_totp_secret = :secret, mf_recovery_codes = :codes WHERE id = :account"
    changed(app, statement, secret=secret, codes=encrypted, account=account)
    return secret


def test_a_new_key_in_front_opens_what_the_old_one_bound(app: Flask, settings: Settings) -> None:
    old = factor_secrets.keys_of(settings)
    both = factor_secrets.keys_of(replace(settings, factor_keys=("n" * 40, *settings.factor_keys)))
    assert both.newest != old.newest
    bound, code = factor_secrets.bound(old, 7, "secret"), factor_secrets.hashed(old, 7, "abc")
    assert factor_secrets.opened(both, 7, bound) == "secret"
    assert factor_secrets.place_of(both, 7, [code], "abc") == 0
    assert factor_secrets.place_of(both, 8, [code], "abc") is None
