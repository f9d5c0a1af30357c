"""A scheduler's process for the races: it waits at a barrier (a line on standard input), then runs the jobs.

python -m tests.faults.sweeper [--without-locks]
"""

import sys
from typing import Any

from sqlalchemy.sql.selectable import Select

from escalation.app import create_app
from escalation.config import from_environment
from escalation.jobs import scheduler
from escalation.services import transition


def read_then_wait() -> None:
    """Without locks nothing else makes it sure that the two meet: the first sweep says on standard output that
    it has read and decided, and writes when it is told to."""
    write, said = transition.carry_out, []

    def late(*told: Any) -> Any:
        if not said:
            said.append("read")
            print(*said, flush=True)
            sys.stdin.readline()
        return write(*told)

    transition.carry_out = late


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
