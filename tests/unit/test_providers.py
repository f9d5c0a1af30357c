"""The file of identity providers, refused at the start where it cannot be right; and what is read of an id token."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from escalation.config import from_environment
from escalation.errors import ConfigurationError
from escalation.provider_file import Provider, ProviderFileError, read
from escalation.web import provider_claims
from tests.support.issuer import Issuer, in_file
from tests.support.settings import environment, settings_for

HERE = Issuer("https://login.example/tenant/v2.0")


def refusal(tmp_path: Path, text: str) -> str:
    file = tmp_path / "providers.toml"
    file.write_text(text)
    with pytest.raises(ProviderFileError) as refused:
        read(str(file), plain=False)
    return str(refused.value)


def test_a_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(in_file(HERE))
    [provider] = read(str(file), plain=False)
    assert provider.discovery == "https://login.example/tenant/v2.0/.well-known/openid-configuration"
    assert provider.scopes == ("openid", "email")
    assert provider.second_factor == {"acr": ("strong",), "amr": ("mfa",)}
    assert "a secret" not in f"{provider!r} {provider} {[provider]}"


WRONG: tuple[tuple[str, Any, str], ...] = (
    ("key", None, "line 1: provider.0.key is missing; add it"),
    ("key", "Entra ID", "line 2: provider.0.key is a word in small letters"),
    ("button", " ", "line 3: provider.0.button is what the button says"),
    ("issuer", "http://login.example", "line 4: provider.0.issuer must begin with https://"),
    ("issuer", "http://localhost:1", "must begin with https://"),
    ("issuer", "https://login.example/?tenant=1", "must begin with https:// and have no ? or #"),
    ("issuer", "https://user:word@login.example", "must begin with https://"),
    ("issuer", "https://", "must begin with https://"),
    ("issuer", "https://login.example:none", "must begin with https://"),
    ("client_id", "", "line 5: provider.0.client_id is empty"),
    ("client_secret", None, "provider.0.client_secret or private_key_file: give exactly one"),
    ("client_secret", "", "line 6: provider.0.client_secret or private_key_file: give exactly one"),
    ("private_key_file", "/nowhere.pem", "provider.0.private_key_file is no private RSA key"),
    ("key_id", "k-1", "provider.0.key_id and private_key_file go together"),
    ("signing", "HS256", "provider.0.signing is one of RS256"),
    ("scopes", ["email"], "provider.0.scopes must hold 'openid'"),
    ("scopes", "openid", "provider.0.scopes is a list; put it between square brackets"),
    ("mail_domains", ["@northtown.gov.uk"], "line 7: provider.0.mail_domains are domains"),
    ("mail_domains", ["com"], "provider.0.mail_domains are domains"),
    ("subject_claim", "", "provider.0.subject_claim is the name of a claim"),
    ("claims", "{", "provider.0.claims is JSON"),
    ("claims", "[]", "provider.0.claims is JSON"),
    ("second_factor", {"acr": []}, "provider.0.second_factor has a list of values"),
    ("second_factor", "mfa", "provider.0.second_factor is a table"),
    ("acr_value", "x", "line 9: provider.0.acr_value is not a key here, did you mean 'acr_values'?"),
    ("client_id", 7, "line 5: provider.0.client_id is text; put it between quotation marks"),
)


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_what_cannot_be_right_is_named_with_its_line_and_a_remedy(
    tmp_path: Path, name: str, value: Any, words: str
) -> None:
    said = refusal(tmp_path, in_file(HERE, **{name: value}))
    assert words in said
    assert "a secret" not in said


def test_two_providers_differ_in_key_and_issuer(tmp_path: Path) -> None:
    said = refusal(tmp_path, in_file(HERE) + in_file(HERE, key="other"))
    assert "line 4: provider.0.issuer is there twice" in said
    assert "line 12: provider.1.issuer is there twice" in said
    other = Issuer("https://other.example")
    assert "line 10: provider.1.key is there twice" in refusal(tmp_path, in_file(HERE) + in_file(other))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "provider is missing"),
        ("provider = []", "provider has none"),
        ("[provider]\nkey = 'x'", "is a list"),
        ("[[provider]\n", "at line 1"),
        ("[[providers]]\n", "did you mean 'provider'?"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text)


def test_a_weak_key_or_half_of_one_is_refused(tmp_path: Path) -> None:
    pem = tmp_path / "own.pem"
    own = in_file(HERE, client_secret=None, private_key_file=str(pem), key_id="k-1")
    strong = RSAKey.generate_key(2048)
    for raw in (strong.as_pem(private=False), b"no key at all"):
        pem.write_bytes(raw)
        assert "is no private RSA key of 2048 bits or more" in refusal(tmp_path, own)
    pem.write_bytes(strong.as_pem(private=True))
    read(str(tmp_path / "providers.toml"), plain=False)


def test_the_service_does_not_start_with_such_a_file(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(in_file(Issuer("http://127.0.0.1:8100")))
    given = environment(settings_for("sqlite:///x.db", providers=str(file)))
    assert from_environment(given).providers == str(file), "a provider on this machine, in a test"
    real = given | {
        "ESCALATION_TESTING": "0",
        "ESCALATION_PUBLIC_BASE_URL": "https://board.example",
        "ESCALATION_TRUSTED_HOSTS": "board.example",
    }
    with pytest.raises(ConfigurationError) as refused:
        from_environment(real)
    assert f"ESCALATION_PROVIDERS is '{file}': line 4: provider.0.issuer must begin" in str(refused.value)
    with pytest.raises(ConfigurationError, match="it cannot be read; name a file of TOML"):
        from_environment(given | {"ESCALATION_PROVIDERS": str(tmp_path / "nothing.toml")})


def provider(**others: Any) -> Provider:
    usual = {"key": "x", "button": "X", "issuer": "https://x.example", "client_id": "c", "client_secret": "s"}
    return Provider(**(usual | {"mail_domains": ("nhs.net",)} | others))


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ({"email": "A.Gp@NHS.net ", "email_verified": True}, "a.gp@nhs.net"),
        ({"email": "a.gp@nhs.net", "email_verified": "true"}, "a.gp@nhs.net"),
        ({"email": "a.gp@nhs.net", "email_verified": 1}, "a.gp@nhs.net"),
        ({"email": "a.gp@nhs.net", "email_verified": False}, ""),
        ({"email": "a.gp@nhs.net", "email_verified": "false"}, ""),
        ({"email": "a.gp@nhs.net", "email_verified": ["true"]}, ""),
        ({"email": "a.gp@nhs.net"}, ""),
        ({"email": ["a.gp@nhs.net"], "email_verified": True}, ""),
        ({"email": "a.gp@evil.nhs.net", "email_verified": True}, ""),
        ({"email": "a@evil.example@nhs.net", "email_verified": True}, ""),
        ({"email": "nhs.net", "email_verified": True}, ""),
        ({"preferred_username": "a.gp@nhs.net", "email_verified": True}, ""),
    ],
)
def test_an_address_is_believed_only_when_verified_and_of_the_providers_domains(
    claims: dict[str, Any], address: str
) -> None:
    assert provider_claims.vouched_for(provider(), claims) == address


def test_another_claim_may_say_that_an_address_is_verified() -> None:
    entra = provider(verified_claim="xms_edov")
    claims = {"email": "a.gp@nhs.net", "xms_edov": True}
    assert provider_claims.vouched_for(entra, claims) == "a.gp@nhs.net"
    assert provider_claims.vouched_for(entra, {"email": "a.gp@nhs.net", "email_verified": True}) == ""


@pytest.mark.parametrize(
    ("claims", "second"),
    [
        ({"acr": "aal2"}, True),
        ({"acr": ["aal1", "aal2"]}, True),
        ({"level": 3}, True),
        ({"acr": "aal1", "amr": ["mfa"]}, False),
        ({"acr": "AAL2"}, False),
        ({}, False),
    ],
)
def test_what_counts_as_a_second_factor_is_in_the_file(claims: dict[str, Any], second: bool) -> None:
    listed = provider(second_factor={"acr": ("aal2",), "level": ("3",)})
    assert provider_claims.second_factor(listed, claims) is second
    assert provider_claims.second_factor(provider(), claims) is False, "nothing is listed"


@pytest.mark.parametrize(("auth_time", "proved"), [(0, True), (-59, True), (-61, False), (30, True)])
def test_who_proved_it_before_they_were_asked_proved_nothing(auth_time: int, proved: bool) -> None:
    begun = datetime(2027, 3, 1, 10, tzinfo=UTC)
    at = (begun + timedelta(seconds=auth_time)).timestamp()
    assert provider_claims.proved_since({"auth_time": at}, begun) is proved


@pytest.mark.parametrize("said", [None, True, "1772359200", [1], 10.0**30])
def test_a_time_that_is_none_proves_nothing(said: Any) -> None:
    assert provider_claims.proved_since({"auth_time": said}, datetime(2027, 3, 1, tzinfo=UTC)) is False


@pytest.mark.parametrize("subject", [None, "", 7, ["s"], "s" * 256, "s\x00"])
def test_a_subject_is_a_short_text(subject: Any) -> None:
    with pytest.raises(ValueError):
        provider_claims.asserted(provider(), {"sub": subject})


def test_the_subject_may_be_another_claim() -> None:
    said = provider_claims.asserted(provider(subject_claim="oid"), {"sub": "pairwise", "oid": "o-1"})
    assert (said.issuer, said.subject, said.address) == ("https://x.example", "o-1", "")
