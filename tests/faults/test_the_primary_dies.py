"""One failover in the suite: three nodes, the primary dies, and a form that was just being sent counts.

`make failover` has twenty, under load."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from escalation.app import create_app
from escalation.extensions import db
from escalation.services import concerns, durability, health, places
from tests.faults.failover.setting import northtown_on
from tests.faults.failover.trio import DATABASE, Trio
from tests.support import beyond, northtown, postgres
from tests.support.run import Run
from tests.support.settings import settings_for

_numbers = count(1)


@pytest.fixture(params=[True, False], ids=["synchronous", "asynchronous"])
def trio(run: Run, request: pytest.FixtureRequest) -> Iterator[Trio]:
    owner = postgres.unprivileged()
    run.once("kept", lambda _: postgres.keep(run, owner))
    folder = run.folder / f"trio-{run.worker}-{next(_numbers)}"
    folder.mkdir()
    made = Trio.make(folder, postgres.programs_in(folder / "lib"), owner, synchronous=request.param)
    try:
        yield made
    finally:
        made.stop()


def mode(url: str) -> durability.Mode:
    """How the service sees the database at an address."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return durability.mode_of(connection)


@pytest.mark.timeout(120)
def test_a_form_sent_while_the_primary_dies_counts_once(trio: Trio, tmp_path: Path) -> None:
    promised = durability.Mode.SYNCHRONOUS if trio.synchronous else durability.Mode.SINGLE
    settings = settings_for(trio.url, instance=str(tmp_path))
    northtown_on(settings)
    app = create_app(settings)
    with app.app_context(), ThreadPoolExecutor() as manager:
        gp = northtown.accounts()["amara.lewis"]
        concern = northtown.concern_to_hospital(gp, places.partnerships_of(gp)[0].public_id)
        assert mode(trio.url) is promised
        died = trio.primary
        died.kill()
        promotion = manager.submit(trio.promote)
        case = concerns.raise_concern(gp, concern, "once")
        promotion.result()
        assert concerns.raise_concern(gp, concern, "once").public_id == case.public_id
        with beyond.engine().connect() as connection:
            assert connection.execute(text('SELECT count(*) FROM "case"')).scalar_one() == 1
        assert mode(trio.url) is promised, "the new primary keeps commits as the old one did"
        checks = {c.name: c for c in health.look(None, timedelta(minutes=5), standby_required=True)}
        assert (checks["standby"].well, checks["standby"].words) == (trio.synchronous, promised.words)
        db.engine.dispose()
    follower = next(node for node in trio.standbys if node is not died)
    address = f"postgresql+psycopg://{postgres.USER}@/{DATABASE}?host={follower.folder}"
    assert mode(address) is durability.Mode.READ_ONLY
