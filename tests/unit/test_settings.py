"""Settings: read as they are written, and refused at the start where they cannot be right."""

import pytest

from escalation.config import from_environment
from escalation.errors import ConfigurationError
from tests.support.settings import environment, settings_for


def test_a_process_reads_the_settings_of_the_test() -> None:
    settings = settings_for(
        "sqlite:////somewhere/escalation.db",
        trusted_hosts=("localhost", "board.invalid"),
        mail_prefixes={"nhs.net": "[secure]", "police.invalid": "[case]"},
        proxies=2,
    )
    assert from_environment(environment(settings)) == settings


def refusal(**given: str) -> str:
    """What the service says when it is started with these settings changed."""
    right = environment(settings_for("sqlite:///x.db", mail_domain="")) | {
        "ESCALATION_TESTING": "0",
        "ESCALATION_PUBLIC_BASE_URL": "https://board.example",
        "ESCALATION_TRUSTED_HOSTS": "board.example",
    }
    from_environment(right)
    changed = {f"ESCALATION_{name.upper()}": value for name, value in given.items()}
    with pytest.raises(ConfigurationError) as refused:
        from_environment(right | changed)
    return str(refused.value)


OUT_OF_RANGE = (
    ("proxies", "-1", "0 to 10"),
    ("proxies", "two", "write a whole number"),
    ("step_up_minutes", "0", "1 to 60 minutes"),
    ("step_up_minutes", "61", "1 to 60 minutes"),
    ("second_factor", "no", "required or offered"),
    ("smtp_port", "0", "1 to 65535"),
    ("smtp_port", "99999", "1 to 65535"),
    ("smtp_timeout", "0", "more than 0"),
    ("smtp_timeout", "-5", "more than 0"),
    ("smtp_timeout", "nan", "more than 0"),
    ("smtp_timeout", "inf", "at most 300"),
    ("smtp_timeout", "soon", "write a number"),
    ("smtp_host", "smtp://mail.example", "the mail server's host"),
    ("smtp_tls", "yes", "starttls, tls or none"),
    ("smtp_ca_file", "/nowhere/ca.pem", "no certificates can be read there"),
    ("smtp_ca_file", __file__, "no certificates can be read there"),
    ("mail_from", "the board", "a plain address"),
    ("mail_from", "Board <a@board.example>", "a plain address"),
    ("mail_from", "a@board.example\nBcc: b@x.example", "a plain address"),
    ("mail_domain", "board example", "a domain"),
    ("mail_prefixes", "nhs.net=[a\nb]", "domain=prefix"),
    ("tick_seconds", "0", "more than 0"),
    ("tick_seconds", "nan", "more than 0"),
    ("mails_per_hour", "5", "10 to 10000"),
    ("session_idle_minutes", "0", "1 to 1440"),
    ("session_hours", "999999999999", "1 to 168"),
    ("lapse_after_days", "7", "14 to 366"),
    ("public_base_url", "http://board.example", "begin with https://"),
    ("public_base_url", "https://", "end with the host's name"),
    ("public_base_url", "https://board.example/", "without a slash"),
    ("public_base_url", "https://board.example:none", "end with the host's name"),
    ("trusted_hosts", "https://board.example", "without https://"),
    ("trusted_hosts", "elsewhere.example", "no link in a mail will work"),
    ("log_level", "LOUD", "one of DEBUG"),
    ("demo", "yes", "write 1 or 0"),
)


@pytest.mark.parametrize(("name", "value", "remedy"), OUT_OF_RANGE)
def test_what_cannot_be_right_is_named_with_its_value_and_a_remedy(
    name: str, value: str, remedy: str
) -> None:
    words = refusal(**{name: value})
    assert f"ESCALATION_{name.upper()} is {value!r}: " in words
    assert remedy in words


def test_a_mail_user_and_a_mail_password_go_together() -> None:
    assert "ESCALATION_SMTP_PASSWORD is missing" in refusal(smtp_user="board")
    words = refusal(smtp_password="zebra-canary")
    assert "ESCALATION_SMTP_USER is missing" in words
    assert "zebra" not in words


@pytest.mark.parametrize(
    ("keys", "needs"),
    [
        ("", "is missing: second factors are encrypted with it"),
        ("short", "32 random characters or more"),
        (f"{'abcdefgh' * 4},{'abcdefgh' * 4}", "must differ from one another"),
    ],
)
def test_keys_of_second_factors_are_there_and_strong_and_never_shown(keys: str, needs: str) -> None:
    said = refusal(factor_keys=keys)
    assert needs in said
    assert not keys or keys not in said


@pytest.mark.parametrize("name", ["secret_key", "password_salt", "database_url"])
def test_a_secret_is_not_repeated(name: str) -> None:
    words = refusal(**{name: "zebra-canary"})
    assert f"ESCALATION_{name.upper()} must" in words
    assert "zebra" not in words


def test_of_several_nodes_the_one_that_takes_writes_is_asked_for() -> None:
    nodes = "postgresql+psycopg://board@/cases?host=a.example:5432&host=b.example:5432"
    assert "target_session_attrs=read-write" in refusal(database_url=nodes)
    settings = settings_for("sqlite:///x.db")
    given = environment(settings) | {
        "ESCALATION_DATABASE_URL": f"{nodes}&target_session_attrs=read-write&sslmode=require"
    }
    assert from_environment(given).database_url.startswith(nodes)


@pytest.mark.parametrize("name", ["database_url", "migration_url", "backup_url"])
def test_what_goes_to_a_database_on_another_machine_is_encrypted(name: str) -> None:
    there = {"database_url": "postgresql+psycopg://board@/cases"}
    for elsewhere in ("board@db.example/cases", "board@/cases?host=127.0.0.1:5432&host=b.example:5432"):
        address = f"postgresql+psycopg://{elsewhere}"
        more = f"{address}{'&' if '?' in address else '?'}target_session_attrs=read-write"
        for plain in (more, f"{more}&sslmode=prefer", f"{more}&sslmode=disable"):
            assert "sslmode=verify-full" in refusal(**{**there, name: plain})
        given = environment(settings_for(f"{more}&sslmode=verify-full"))
        assert from_environment(given).database_url.endswith("verify-full")


@pytest.mark.parametrize(
    "here", ["@/cases", "@/cases?host=/run/postgresql", "@localhost/cases", "@[::1]:5433/cases"]
)
def test_a_database_on_this_machine_needs_no_encryption(here: str) -> None:
    address = f"postgresql+psycopg://board{here}"
    assert from_environment(environment(settings_for(address))).database_url == address


def test_everything_that_is_wrong_is_said_at_once() -> None:
    words = refusal(proxies="-1", smtp_port="0")
    assert "ESCALATION_PROXIES" in words
    assert "ESCALATION_SMTP_PORT" in words


@pytest.mark.parametrize(
    "hosts", ["board.example", "127.0.0.1,board.example:8443", ".example", "[::1],board.example"]
)
def test_the_host_of_the_links_may_be_among_others(hosts: str) -> None:
    settings = settings_for("sqlite:///x.db", public_base_url="https://board.example:8443", testing=False)
    given = environment(settings) | {"ESCALATION_TRUSTED_HOSTS": hosts}
    assert from_environment(given).trusted_hosts[0] == hosts.split(",")[0]


@pytest.mark.parametrize(
    "address", ["http://monitor.example/secret", "https://", "file:///secret", "https://a b"]
)
def test_an_address_to_ping_is_encrypted_and_never_printed(address: str) -> None:
    said = refusal(ping_url=address)
    assert "ESCALATION_PING_URL must begin with https://" in said
    assert "secret" not in said.replace("ESCALATION_SECRET_KEY", "")
