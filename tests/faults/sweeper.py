"""A scheduler's process for the races: it waits at a barrier (a line on standard input), then runs the jobs.

python -m tests.faults.sweeper [--without-locks]
"""

import sys

from sqlalchemy.sql.selectable import Select

from escalation.app import create_app
from escalation.config import from_environment
from escalation.jobs import scheduler


def main() -> None:
    settings = from_environment()
    app = create_app(settings)
    if "--without-locks" in sys.argv:
        Select.with_for_update = lambda self, **_: self
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        scheduler.run_once(app, settings)


if __name__ == "__main__":
    main()
