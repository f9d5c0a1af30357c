"""After a dump and a restore the record still proves itself, and every seal that was sent out is there."""

from pathlib import Path

from flask import Flask

from escalation.app import newest_state, upgrade_on
from escalation.extensions import db
from escalation.services import backups
from tests.faults.tamper import corpus
from tests.support.sealed_town import Town


def there_and_back(app: Flask, town: Town, folder: Path) -> list[str]:
    """Dumps the database of an app of the owner's, restores it in its place; gives what is found then."""
    with app.app_context():
        known = corpus.anchors()
        backups.take(folder / "town.backup")
        backups.restore(folder / "town.backup", upgrade_on, newest_state(), replacing=True)
        db.engine.dispose()
        report = town.verified(anchors=known)
        db.engine.dispose()
        return [f"{f.where}: {f.words}" for f in report.findings]
