"""A process that wraps every key anew, to be killed at any moment: it waits for a line on standard input first.

python -m tests.faults.rewrapper
"""

import sys

from escalation.app import create_app
from escalation.config import from_environment
from escalation.services import key_rotation


def main() -> None:
    with create_app(from_environment()).app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in key_rotation.rewrap(chunk=1):
            pass
        print("done", flush=True)


if __name__ == "__main__":
    main()
