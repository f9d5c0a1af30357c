"""Cleans up when a run of tests has ended, also when it crashed: stops its PostgreSQL clusters.

    python keeper.py PID FOLDER USER GROUP

It leaves its parent at once, waits until process PID is gone, stops each cluster in FOLDER as USER:GROUP
(numbers, or - for its own) and removes FOLDER. It uses the standard library only.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TypedDict

LOOK_EVERY_SECONDS = 0.2


class Owner(TypedDict, total=False):
    """Whom a program runs as, in the words of `subprocess`; empty: as we are."""

    user: int
    group: int
    extra_groups: list[int]


def main(pid: int, folder: Path, user: str, group: str) -> None:
    owner: Owner = {} if user == "-" else {"user": int(user), "group": int(group), "extra_groups": []}
    while alive(pid):
        time.sleep(LOOK_EVERY_SECONDS)
    for control in folder.glob("*/pg_ctl"):
        stop(control, owner)
    shutil.rmtree(folder, ignore_errors=True)


def alive(pid: int) -> bool:
    """Whether a process of this number is there, even one of another user."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop(control: Path, owner: Owner) -> None:
    """Stops a cluster in order: at once it would leave shared memory behind. `control` tells its pg_ctl."""
    subprocess.run(
        [control.read_text(), "stop", "-m", "fast", "-D", control.with_name("data")],
        cwd="/",
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **owner,
    )


if __name__ == "__main__":
    if os.fork():
        os._exit(0)
    os.setsid()
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
