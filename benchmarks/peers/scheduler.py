"""APScheduler with one job a case in its PostgreSQL store: all due at one instant, ten threads.

The jobs are put in while the scheduler is paused; the time runs from when it goes on until the last case
has moved. Each job writes two rows, where the service writes a dozen.
"""

import time
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, create_engine, text

from benchmarks.peers import scheduled_move, script

_TABLES = (
    "CREATE TABLE challenge (id bigserial PRIMARY KEY, stage text NOT NULL)",
    "CREATE TABLE happened (id bigserial PRIMARY KEY, case_id bigint NOT NULL REFERENCES challenge,"
    " kind text NOT NULL, at timestamptz NOT NULL)",
)


def _sweep(engine: Engine, scheduler: BackgroundScheduler, cases: range) -> float:
    due = datetime.now(UTC) - timedelta(seconds=1)
    scheduler.pause()
    for case in cases:
        scheduler.add_job(
            "benchmarks.peers.scheduled_move:move_up",
            "date",
            run_date=due,
            args=[case],
            misfire_grace_time=None,
        )
    scheduled_move.begin(engine, len(cases))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    start = time.perf_counter()
    scheduler.resume()
    if not scheduled_move.done.wait(300):
        raise AssertionError("not all cases moved")
    return len(cases) / (time.perf_counter() - start)


def main() -> None:
    """Prints what was found."""
    asked = script.asked(__doc__)
    engine = create_engine(
        f"postgresql+psycopg://escalation@/{asked.database}?host={asked.socket}", pool_size=20
    )
    with engine.begin() as connection:
        for table in _TABLES:
            connection.execute(text(table))
        connection.execute(
            text("INSERT INTO challenge (stage) SELECT 'manager_review' FROM generate_series(1, :all)"),
            {"all": asked.due * asked.rounds},
        )
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=engine)},
        executors={"default": ThreadPoolExecutor(10)},
        timezone=UTC,
    )
    scheduler.start(paused=True)
    found = script.found(("apscheduler", "sqlalchemy"))
    for number in range(asked.rounds):
        first = number * asked.due + 1
        found.sweep.append(_sweep(engine, scheduler, range(first, first + asked.due)))
    scheduler.shutdown()
    found.print()


if __name__ == "__main__":
    main()
