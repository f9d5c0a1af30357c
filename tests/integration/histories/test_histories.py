"""The service beside a small model of a case, through random histories; and that it would see a fault.

`make histories` plays many more and longer ones.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from escalation.services import mails, transition
from tests.integration.histories.machine import Histories, world
from tests.support import beyond
from tests.support.movable_clock import MovableClock
from workflows import clocks, deadlines
from workflows.calendar import WorkingCalendar

pytestmark = pytest.mark.campaign
REACHED = {"concern_raised", "deadline_lapsed", "moved_up", "reminded"}
"""What even a few histories come to; if they do not, they prove little."""
OF_MANY = REACHED | {"lead_supported", "decision_kept", "decision_changed", "risk_rose"}
"""What many come to."""
QUIET = [*HealthCheck]
FEW = settings(
    max_examples=12, stateful_step_count=22, deadline=None, database=None, derandomize=True,
    suppress_health_check=QUIET,
)  # fmt: skip
MANY = settings(
    max_examples=300, stateful_step_count=60, deadline=None, database=None, suppress_health_check=QUIET,
    print_blob=True,
)  # fmt: skip
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "histories"
HOW = MANY if LONG else FEW


@pytest.fixture
def histories(app: Flask, clock: MovableClock) -> Iterator[type[Histories]]:
    """The machine, in a Northtown of this test's own."""
    with app.app_context():
        here = world(clock)
        clock.move(days=0)
        yield type("HistoriesHere", (Histories,), {"world": here})
    deadlines._due_instant.cache_clear()


@pytest.mark.timeout(7_200 if LONG else 300)
def test_the_service_does_what_the_model_does(histories: type[Histories]) -> None:
    run_state_machine_as_test(histories, settings=HOW)
    with beyond.engine().connect() as connection:
        kinds = set(connection.execute(text("SELECT DISTINCT kind FROM event")).scalars())
    assert kinds >= (OF_MANY if LONG else REACHED)


def _forgets_the_position(right: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    return lambda *given: right(*given) | {"position": "none"}


def _works_every_weekday(self: WorkingCalendar, day: date) -> bool:
    return True


FAULTS: dict[str, tuple[object, str, Callable[[Any], object]]] = {
    "the position is not kept": (transition, "_case", _forgets_the_position),
    "a reply stops no clock": (clocks, "_meets", lambda right: lambda *given: False),
    "nobody is told": (mails, "owed_for", lambda right: lambda *given: []),
    "what repeats does not begin again": (clocks, "AGAIN", lambda right: ()),
    "weekends are worked": (WorkingCalendar, "is_working_day", lambda right: _works_every_weekday),
}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_service_is_seen(
    fault: str, histories: type[Histories], monkeypatch: pytest.MonkeyPatch
) -> None:
    where, name, wrong = FAULTS[fault]
    monkeypatch.setattr(where, name, wrong(getattr(where, name)))
    deadlines._due_instant.cache_clear()
    quick = settings(FEW, max_examples=40, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(histories, settings=quick)


def test_a_model_of_another_case_is_not_the_case(histories: type[Histories]) -> None:
    """The comparison itself can fail: a case that nobody raised so is told apart."""
    machine = histories()
    machine.raised()
    machine.the_case_is_as_the_model_has_it()
    running = machine.model.running["reply"]
    machine.model.running["reply"] = replace(running, rung=2)
    with pytest.raises(AssertionError):
        machine.the_case_is_as_the_model_has_it()
    machine.teardown()
