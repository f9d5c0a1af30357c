"""A board's own procedure, with all that a file can ask for, in the record and in the post."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from escalation.config import Settings
from escalation.errors import NotAllowed, Refused
from escalation.jobs import scheduler
from escalation.models import Case
from escalation.services import cases, concerns, moves, places, versions
from escalation.services.submissions import new_key
from escalation.services.unit import of_account, reading
from escalation.services.views import CaseView
from tests.acceptance.test_no_word_leaves import CANARY, sung
from tests.support import northtown, richer
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import MovableClock, TimePasses
from workflows import commands as c
from workflows.vocabulary import Gate

Do = Callable[..., CaseView]
GP, LEAD, MANAGER, HEAD = "amara.lewis", "priya.nair", "sam.okafor", "margaret.osei"
OFFICE, CHAIR = "kate.rowan", "alan.meredith"


@pytest.fixture
def people(app: Flask) -> Iterator[dict[str, int]]:
    """Northtown under the richer procedure, and everybody's account."""
    with app.app_context():
        richer.publish(northtown.lay_out(shut=True))
        yield northtown.accounts()


@pytest.fixture
def do(people: dict[str, int]) -> Do:
    """Somebody makes a move on a case, with the canary in all that is written."""

    def does(case: str, who: str, kind: type[c.Command], **codes: object) -> CaseView:
        moves.make_move(case, people[who], sung(kind, **codes), new_key())
        return cases.as_seen(case, people[who])

    return does


@pytest.fixture
def case(people: dict[str, int]) -> str:
    """A concern of the GP about the hospital."""
    return raised(people)


def raised(people: dict[str, int]) -> str:
    partnership = places.partnerships_of(people[GP])[0].public_id
    hospital = northtown.agencies(people[GP], partnership)["Northtown Hospitals"]
    new = concerns.NewConcern(partnership, hospital, "doctor", sung(c.RaiseConcern))
    return concerns.raise_concern(people[GP], new, new_key()).public_id


def due(view: CaseView, clock: str = "reply") -> datetime:
    return next(d.due for d in view.running if d.clock == clock)


def test_what_both_sides_agree_takes_the_place_of_the_fixed_time(
    people: dict[str, int], case: str, do: Do, clock: MovableClock
) -> None:
    wanted = clock.now() + timedelta(days=20)
    before = due(cases.as_seen(case, people[GP]))
    proposed = do(case, MANAGER, c.ProposeTime, clock="reply", until=wanted)
    assert due(proposed) == before
    with pytest.raises(Refused) as refused:
        do(case, MANAGER, c.AgreeTime)
    assert refused.value.code == "no_proposal"
    assert due(do(case, GP, c.AgreeTime)) == wanted


def test_a_time_that_protects_is_never_later(
    people: dict[str, int], case: str, do: Do, clock: MovableClock
) -> None:
    before = due(cases.as_seen(case, people[GP]))
    assert due(do(case, GP, c.SetTime, until=before + timedelta(days=9))) == before
    sooner = clock.now() + timedelta(hours=5)
    assert due(do(case, GP, c.SetTime, until=sooner)) == sooner


def test_more_time_needs_somebody_who_keeps_the_person_safe(case: str, do: Do, clock: MovableClock) -> None:
    wanted = clock.now() + timedelta(days=30)
    with pytest.raises(Refused) as refused:
        do(case, OFFICE, c.Extend, clock="reply", until=wanted, safety=None)
    assert refused.value.code == "safety_missing"
    assert due(do(case, OFFICE, c.Extend, clock="reply", until=wanted)) == wanted


def test_clocks_that_stand_still_lapse_for_nobody_and_run_on_with_what_was_left(
    people: dict[str, int], case: str, do: Do, time_passes: TimePasses
) -> None:
    before = due(cases.as_seen(case, people[GP]))
    do(case, OFFICE, c.Pause)
    time_passes(days=40)
    still = cases.as_seen(case, people[GP])
    assert (still.stage, due(still)) == ("manager_review", before)
    resumed = do(case, OFFICE, c.Resume)
    assert due(resumed) > before + timedelta(days=35)
    time_passes(days=20)
    assert cases.as_seen(case, people[GP]).stage == "senior_challenge"


def test_a_stage_is_left_out_only_when_a_second_person_agrees(case: str, do: Do) -> None:
    with pytest.raises(Refused) as refused:
        do(case, GP, c.Skip)
    assert refused.value.code == "gate_closed"
    do(case, LEAD, c.Confirm, gate=Gate.SECOND_PERSON_AGREES)
    assert do(case, GP, c.Skip).stage == "board_arbitration"


def test_the_cap_over_two_stages_ends_them_both(
    people: dict[str, int], case: str, do: Do, clock: MovableClock, time_passes: TimePasses
) -> None:
    capped_at = due(cases.as_seen(case, people[GP]), "cap:whole")
    with pytest.raises(Refused) as refused:
        do(case, OFFICE, c.Extend, clock="reply", until=capped_at + timedelta(days=1))
    assert refused.value.code == "past_cap"
    do(case, OFFICE, c.Extend, clock="reply", until=capped_at)
    assert do(case, GP, c.Escalate).stage == "senior_challenge"
    capped = do(case, HEAD, c.KeepDecision)
    assert "cap:whole" in {d.clock for d in capped.running}
    time_passes(days=60)
    assert cases.as_seen(case, people[GP]).stage == "board_arbitration"


def test_it_is_given_back_and_sent_where_the_decider_says(case: str, do: Do) -> None:
    do(case, GP, c.Escalate)
    with pytest.raises(Refused):
        # The file would let them; the table of permissions is the ceiling, and it would be a delay.
        do(case, HEAD, c.ReturnDown)
    assert do(case, OFFICE, c.ReturnDown).stage == "manager_review"
    do(case, GP, c.Escalate)
    assert do(case, HEAD, c.ChooseForum, to="board_arbitration").stage == "board_arbitration"
    with pytest.raises(Refused):
        do(case, HEAD, c.ChooseForum, to="closed")


def test_what_is_opened_beside_is_a_case_of_its_own_and_this_one_goes_on(
    people: dict[str, int], case: str, do: Do, time_passes: TimePasses
) -> None:
    do(case, GP, c.OpenBeside, track="opinion")
    with reading(of_account(people[GP])) as unit:
        first, second = unit.session.execute(
            select(Case.id, Case.public_id, Case.stage, Case.beside_id, Case.track).order_by(Case.id)
        ).all()
    assert (second.stage, second.beside_id, second.track) == ("opinion", first.id, "opinion")
    assert cases.as_seen(case, people[GP]).stage == "manager_review"
    seen = cases.as_seen(second.public_id, people[MANAGER])
    assert f"{CANARY}-risk" in seen.written["risk"].text
    time_passes(days=4)
    waits = cases.as_seen(second.public_id, people[OFFICE]).running[0]
    assert (waits.clock, waits.waits_for) == ("opinion", "business_manager")
    assert do(second.public_id, OFFICE, c.HandOver).phase == "closed"


def test_a_raised_case_keeps_its_version_until_the_office_moves_it_with_a_reason(
    app: Flask, clock: MovableClock
) -> None:
    with app.app_context():
        partnership, ids = northtown.lay_out(shut=True), northtown.accounts()
        old = raised(ids)
        richer.publish(partnership)
        assert "Four-stage" in cases.as_seen(old, ids[GP]).protocol
        assert "Everything" in cases.as_seen(raised(ids), ids[GP]).protocol
        assert "Four-stage" in cases.as_seen(old, ids[GP]).protocol
        with pytest.raises(NotAllowed):
            versions.move_to_version_in_force(old, ids[MANAGER], "We would like to.")
        before = due(cases.as_seen(old, ids[GP]))
        assert (
            versions.move_to_version_in_force(old, ids[OFFICE], "The old one has no meeting.")
            == "everything 1"
        )
        moved = cases.as_seen(old, ids[GP])
        assert "Everything" in moved.protocol
        assert due(moved) == before
        told = next(e for e in moved.events if e.kind == "version_changed")
        assert [w.text for w in told.written] == ["The old one has no meeting."]
        with pytest.raises(Refused) as refused:
            versions.move_to_version_in_force(old, ids[OFFICE], "Once more.")
        assert refused.value.code == "same_version"


def test_no_word_leaves_by_any_of_these_moves(
    app: Flask, settings: Settings, people: dict[str, int], do: Do, clock: MovableClock, mail_sink: MailSink
) -> None:
    case, later = raised(people), clock.now() + timedelta(days=12)
    do(case, LEAD, c.Convene, meeting="talk", when=later)
    do(case, LEAD, c.HoldMeeting, meeting="talk")
    do(case, MANAGER, c.RecordPlan)
    do(case, GP, c.RecordDissent)
    do(case, GP, c.ProposeTime, clock="reply", until=later)
    do(case, MANAGER, c.AgreeTime)
    do(case, OFFICE, c.Extend, clock="reply", until=later + timedelta(days=9))
    do(case, GP, c.SetTime, until=later)
    do(case, OFFICE, c.Pause)
    do(case, OFFICE, c.Resume)
    do(case, GP, c.OpenBeside, track="opinion")
    do(case, GP, c.Escalate)
    do(case, OFFICE, c.ReturnDown)
    do(case, LEAD, c.Confirm, gate=Gate.SECOND_PERSON_AGREES)
    do(case, GP, c.Skip)
    do(case, CHAIR, c.HandOver)
    other = raised(people)
    do(other, GP, c.Escalate)
    do(other, HEAD, c.ChooseForum, to="manager_review")
    scheduler.run_once(app, settings)
    assert len(mail_sink.mails) > 30
    for mail in mail_sink.mails:
        assert CANARY not in decoded(mail).lower()
    assert any("FORMAL" in decoded(mail) for mail in mail_sink.mails), "the protocol's own marking"
