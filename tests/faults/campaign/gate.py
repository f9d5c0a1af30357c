"""The clock is moved by hours only while no mail is under way: a lease is real minutes, not those of a jump.

Processes of the post room hold the gate in common for a batch; whoever moves the clock holds it alone. The
kernel lets go for a process that was killed.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Gate:
    """Two locked files: the door, and before it the mat on which newcomers wait for whoever moves the clock."""

    def __init__(self, folder: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT
        self._door = os.open(folder / "gate", flags)
        self._mat = os.open(folder / "gate-mat", flags)

    def enter(self) -> None:
        """Waits until nobody moves the clock, and keeps them from it."""
        fcntl.flock(self._door, fcntl.LOCK_UN)
        fcntl.flock(self._mat, fcntl.LOCK_SH)
        fcntl.flock(self._door, fcntl.LOCK_SH)
        fcntl.flock(self._mat, fcntl.LOCK_UN)

    def leave(self) -> None:
        """Lets the clock be moved."""
        fcntl.flock(self._door, fcntl.LOCK_UN)

    def alone(self) -> bool:
        """Asks to be alone, and says whether that is so by now. Who asks keeps newcomers waiting, and must
        ask again until it is so; `leave_alone` ends it."""
        try:
            fcntl.flock(self._mat, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(self._door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def leave_alone(self) -> None:
        """Lets the others go on."""
        fcntl.flock(self._door, fcntl.LOCK_UN)
        fcntl.flock(self._mat, fcntl.LOCK_UN)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function that begins a batch, behind the gate."""

        def entered(*args: Any, **kwargs: Any) -> Any:
            self.enter()
            batch = function(*args, **kwargs)
            if not batch:
                self.leave()
            return batch

        return entered
