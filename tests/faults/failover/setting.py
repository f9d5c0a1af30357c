"""What every run here stands on: a folder on the disk that is gone afterwards, and Northtown in a database."""

import os
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from escalation.app import create_app
from escalation.config import Settings
from escalation.extensions import db
from escalation.services import concerns
from tests.support import beyond, northtown, postgres
from tests.support.run import Run
from tests.support.schema import lay_foundations


def kept_on_disk() -> Run:
    """A run whose folder lies on the disk, as a database does, and is gone afterwards however it ends."""
    # So that whatever was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="escalation-failover-"))
    folder.chmod(0o755)
    run = Run(folder, os.getpid(), "main")
    postgres.keep(run, postgres.unprivileged())
    return run


def northtown_on(settings: Settings, cases: int = 0) -> None:
    """Migrates an empty database and puts Northtown into it, where somebody has raised so many cases."""
    lay_foundations(beyond.as_owner(settings.database_url))
    app = create_app(replace(settings, database_url=beyond.as_application(settings.database_url)))
    with app.app_context():
        partnership = northtown.lay_out(shut=True)
        gp = northtown.accounts()["amara.lewis"]
        concern = northtown.concern_to_hospital(gp, partnership)
        for number in range(cases):
            concerns.raise_concern(gp, concern, f"before {number}")
        db.engine.dispose()
