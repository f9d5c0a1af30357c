"""Django on the database of this run, with nothing that a comparison does not need."""

from collections.abc import Sequence
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

from benchmarks.peers.script import Asked

_USUAL = ("django.contrib.auth", "django.contrib.contenttypes")


def set_up(asked: Asked, applications: Sequence[str], **others: Any) -> None:
    """Settles the settings and makes the tables. A connection is kept, as in a running process."""
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": asked.database,
        "USER": "escalation",
        "HOST": asked.socket,
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=[*_USUAL, *applications, "benchmarks.peers"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SECRET_KEY="only for this comparison",  # noqa: S106 (a database of the benchmark, gone afterwards)
        USE_TZ=True,
        **others,
    )
    django.setup()
    call_command("migrate", verbosity=0, run_syncdb=True)
