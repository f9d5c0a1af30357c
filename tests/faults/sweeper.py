"""A scheduler's process for the races: it waits at a barrier (a line on standard input), then runs the jobs.

python -m tests.faults.sweeper [--without-locks]
"""

import sys
import time
from typing import Any

from sqlalchemy.sql.selectable import Select

from escalation.app import create_app
from escalation.config import from_environment
from escalation.jobs import scheduler
from escalation.services import lapses

LONG_ENOUGH = 1.0
"""Seconds in which both have read before either has written, however busy the machine is."""


def read_then_wait() -> None:
    """Puts a pause between what the first sweep reads and what it writes: without locks nothing else makes
    it sure that the two meet."""
    write, waits = lapses._lapse, [LONG_ENOUGH]

    def late(*told: Any) -> Any:
        time.sleep(waits.pop() if waits else 0)
        return write(*told)

    lapses._lapse = late


def main() -> None:
    settings = from_environment()
    app = create_app(settings)
    if "--without-locks" in sys.argv:
        Select.with_for_update = lambda self, **_: self
        read_then_wait()
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        scheduler.run_once(app, settings)


if __name__ == "__main__":
    main()
