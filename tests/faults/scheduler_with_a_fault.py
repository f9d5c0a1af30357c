"""A scheduler's process with one job more, that fails at its first two runs and says each run.

python -m tests.faults.scheduler_with_a_fault
"""

import itertools

from escalation.app import create_app
from escalation.config import Settings, from_environment
from escalation.jobs import scheduler
from escalation.jobs.registry import JOBS, Job
from escalation.jobs.result import Result

FAILING_RUNS = 2
_runs = itertools.count(1)


def faulty(_: Settings) -> Result:
    number = next(_runs)
    print(number, flush=True)
    if number <= FAILING_RUNS:
        raise RuntimeError("injected")
    return Result()


if __name__ == "__main__":
    settings = from_environment()
    scheduler.JOBS = (Job("faulty", faulty), *JOBS)
    scheduler.run_forever(create_app(settings), settings)
