"""People at work: they raise and answer through the services, and write down what was acknowledged.

    python -m tests.faults.failover.people JOURNAL

Each line of the journal is one call that returned. A call that did not is made again with the same key,
as somebody would press the button again. Ends at SIGTERM; its last line counts what never was heard.
"""

import json
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from escalation.app import create_app
from escalation.config import from_environment
from escalation.errors import EscalationError
from escalation.services import cases, concerns, moves, places
from escalation.services.submissions import new_key
from escalation.services.views import CaseView
from tests.support import northtown
from workflows import commands as c

HANDS = 3
"""People at work at once in one process."""
THINKING_SECONDS = 0.4
"""Between one challenge and the next, on average."""
_TRIES = 20
_KEPT = c.KeepDecision(reasons="The threshold is not met.", would_change_mind="A date.")
_CHANGED = c.ChangeDecision(reasons="We had not seen this.")


@dataclass(slots=True)
class Journal:
    """The file of acknowledged calls, one JSON object a line, and counts of what came out otherwise."""

    file: Path
    others: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledged(self, account: int, key: str, did: str, began: float, view: CaseView) -> None:
        """One call returned: who, with which key, what, the case as it was shown, and their event in it."""
        mine = next(([event.seq, str(event.kind)] for event in view.events if event.by_me), None)
        line: dict[str, Any] = {"account": account, "key": key, "did": did, "case": view.public_id}
        line |= {"seq": view.version, "event": mine, "began": began, "ended": time.time()}
        with self.lock, self.file.open("a") as journal:
            journal.write(json.dumps(line) + "\n")

    def otherwise(self, what: str) -> None:
        """A call that was refused, or whose answer was never heard."""
        with self.lock:
            self.others[what] = self.others.get(what, 0) + 1


@dataclass(slots=True)
class Hand:
    """One person's day after another: raise, ask for a view, answer or stay silent."""

    journal: Journal
    stop: threading.Event
    ids: dict[str, int]
    concern: concerns.NewConcern
    chance: random.Random

    def work(self) -> None:
        """One challenge after another, until told to stop."""
        number = 0
        while not self.stop.is_set():
            number += 1
            self._challenge(number)
            self.stop.wait(self.chance.uniform(0, 2 * THINKING_SECONDS))

    def _challenge(self, number: int) -> None:
        gp = self.ids["amara.lewis"]
        command = replace(self.concern.command, person_reference=f"T-{number}")
        concern = replace(self.concern, command=command)
        case = self._press(gp, "raised", lambda key: concerns.raise_concern(gp, concern, key))
        if case is None:
            return
        for who, did, answer in self._answers():
            account = self.ids[who]
            self._press(account, did, partial(_moved, case.public_id, account, answer))

    def _answers(self) -> list[tuple[str, str, c.Command]]:
        answers: list[tuple[str, str, c.Command]] = [("priya.nair", "support", c.Support())]
        if self.chance.random() < 0.3:
            answers.append(("sam.okafor", "keep_decision", _KEPT))
        elif self.chance.random() < 0.2:
            answers.append(("sam.okafor", "change_decision", _CHANGED))
        return answers

    def _press(self, account: int, did: str, call: Callable[[str], CaseView]) -> CaseView | None:
        key, began = new_key(), time.time()
        for _ in range(_TRIES):
            if self.stop.is_set():
                return None
            try:
                view = call(key)
            except SQLAlchemyError as error:
                self.journal.otherwise(f"unheard: {type(error).__name__}")
                time.sleep(0.2)
            except EscalationError as refused:
                self.journal.otherwise(f"refused: {getattr(refused, 'code', type(refused).__name__)}")
                return None
            else:
                self.journal.acknowledged(account, key, did, began, view)
                return view
        self.journal.otherwise("given up")
        return None


def _moved(case: str, account: int, answer: c.Command, key: str) -> CaseView:
    """A move as the API makes it: what comes back is the case as it then is."""
    moves.make_move(case, account, answer, key)
    return cases.as_seen(case, account)


def main(file: Path) -> None:
    app = create_app(from_environment())
    stop, journal = threading.Event(), Journal(file)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with app.app_context():
        ids = northtown.accounts()
        partnership = _partnership(ids["amara.lewis"])
        concern = northtown.concern_to_hospital(ids["amara.lewis"], partnership)
    hands = [Hand(journal, stop, ids, concern, random.Random(number)) for number in range(HANDS)]
    threads = [threading.Thread(target=_in_context, args=(app, hand)) for hand in hands]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    for thread in threads:
        thread.join()
    print(json.dumps(journal.others), flush=True)


def _in_context(app: Flask, hand: Hand) -> None:
    with app.app_context():
        hand.work()


def _partnership(account: int) -> str:
    return places.partnerships_of(account)[0].public_id


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]))
