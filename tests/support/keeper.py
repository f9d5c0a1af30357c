"""Ends a PostgreSQL cluster when the run of tests that it belongs to has ended, also when that crashed.

    python keeper.py PID FOLDER CLUSTER USER GROUP

It leaves its parent at once, waits until process PID is gone, stops the cluster in folder CLUSTER as
USER:GROUP (numbers, or - for its own) and removes FOLDER. It uses the standard library only.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

LOOK_EVERY_SECONDS = 0.2


def main(pid: int, folder: Path, cluster: Path, user: str, group: str) -> None:
    while alive(pid):
        time.sleep(LOOK_EVERY_SECONDS)
    stop(cluster, {} if user == "-" else {"user": int(user), "group": int(group), "extra_groups": []})
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


def stop(cluster: Path, owner: dict[str, object]) -> None:
    """Stops the cluster at once: nothing in it is worth a checkpoint."""
    control = (cluster / "pg_ctl").read_text()
    subprocess.run(
        [control, "stop", "-m", "immediate", "-D", cluster / "data"],
        cwd="/",
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **owner,  # type: ignore[call-overload]
    )


if __name__ == "__main__":
    if os.fork():
        os._exit(0)
    os.setsid()
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], sys.argv[5])
