"""A command of the operator in a process of its own, as it is typed: its words, its output and how it ends.

The process is a fork of the one that runs the tests, in which the service is imported already: a start from
nothing takes a second and a half, and what is imported is the same. That the command starts from nothing as
well is shown by the tests that run `escalation` itself (the web server, the demo, the jobs).
"""

import os
import sys
import tempfile
import traceback
from subprocess import CompletedProcess
from typing import IO, NoReturn

from escalation.config import Settings
from tests.support.settings import environment


def typed(settings: Settings, *words: str) -> CompletedProcess[str]:
    """Runs `escalation WORDS` with these settings in its environment, and waits for its end."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if child == 0:
            _become(settings, words, out, err)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        return CompletedProcess(words, os.waitstatus_to_exitcode(status), out.read(), err.read())


def _become(settings: Settings, words: tuple[str, ...], out: IO[str], err: IO[str]) -> NoReturn:
    """What the child does: nothing of the tests may happen in it any more, whatever comes."""
    ended = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
        os.environ.update(environment(settings))
        sys.argv = ["escalation", *words]
        ended = _run()
    finally:
        if sys.exc_info()[0] is not None:  # as Python itself would at the end of a process
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended)


def _run() -> int:
    from escalation.cli import main

    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
